"""What may be imported from the package, and what that loads."""

import json
import subprocess
import sys

import pytest

import maskgan_jax
from maskgan_jax import masks, unmasking
from maskgan_jax.photos import provenance
from tests import command_line

# What only training, evaluation and the building of datasets need.
_NOT_FOR_PHOTOS = {
  *("matplotlib", "tensorflow_datasets", "tensorflow", "grain", "orbax"),
  *("optax", "jax"),
}


def _loaded_by(code: str) -> set[str]:
  """Returns the packages that a fresh Python loads for the code."""
  code += "\nimport json, sys; print(json.dumps(list(sys.modules)))"
  found = subprocess.run(
    [sys.executable, "-c", code],
    cwd=command_line.ROOT,
    capture_output=True,
    text=True,
    check=True,
  )
  return {name.partition(".")[0] for name in json.loads(found.stdout)}


@pytest.mark.parametrize(
  "code",
  [
    "import maskgan_jax; maskgan_jax.Unmasker",
    "from maskgan_jax import unmasking; unmasking.lay_back",
    "import maskgan_jax.unmasking.unmasker",
    "from maskgan_jax.unmasking import unmask_film, unmask_folder, outputs",
    "import maskgan_jax.page.server",
    "import maskgan_jax.masks.mask_folder; maskgan_jax.draw",
  ],
)
def test_photos_need_neither_training_nor_jax(code):
  assert not _loaded_by(code) & _NOT_FOR_PHOTOS


def test_the_back_end_of_jax_needs_no_training():
  loaded = _loaded_by("import maskgan_jax.unmasking.backends.jax")
  assert "jax" in loaded
  assert not loaded & (_NOT_FOR_PHOTOS - {"jax"})


def test_the_package_alone_loads_nothing():
  assert not _loaded_by("import maskgan_jax, maskgan_jax.unmasking") & {
    *("numpy", "cv2", "PIL"),
  }


def test_the_public_names():
  assert set(maskgan_jax.__all__) == {
    *("MaskDistribution", "Unmasker", "__version__", "draw"),
  }
  assert maskgan_jax.Unmasker is unmasking.Unmasker
  assert maskgan_jax.draw is masks.draw
  assert maskgan_jax.MaskDistribution is masks.MaskDistribution
  assert maskgan_jax.__version__ == provenance.VERSION
  for module in (maskgan_jax, unmasking):
    for name in module.__all__:
      assert getattr(module, name) is not None
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
      _ = module.nothing
