import pytest

from maskgan_jax.common import tables


def test_a_table():
  assert tables.markdown(("a", "b"), [(1, "x"), (2.5, "")]) == (
    "| a | b |\n|---|---|\n| 1 | x |\n| 2.5 |  |"
  )


def test_rows_must_fit():
  with pytest.raises(ValueError, match="1 cells for 2 columns"):
    tables.markdown(("a", "b"), [(1,)])
