import pytest

from maskgan_jax.common import errors, optional


def test_an_installed_package():
  assert optional.load("json", "").dumps([1]) == "[1]"


def test_a_missing_package_is_named_with_its_remedy():
  message = "no_such_package is not installed: ask for it."
  with pytest.raises(errors.UserError, match=message):
    optional.load("no_such_package", "ask for it.")
