import tomllib

import numpy as np
import pytest

from maskgan_jax.photos import provenance
from tests import command_line


def test_the_package_has_this_version():
  text = (command_line.ROOT / "pyproject.toml").read_text()
  settings = tomllib.loads(text)
  assert "version" not in settings["project"]
  source = settings["tool"]["setuptools"]["dynamic"]["version"]["attr"]
  assert source == "maskgan_jax.photos.provenance.VERSION"
  assert provenance.SOFTWARE == f"maskgan_jax {provenance.VERSION}"


@pytest.mark.parametrize("shape", [(64, 96), (600, 400)])
def test_the_badge_is_readable_and_in_its_corner(shape):
  image = np.full((*shape, 3), 120, np.uint8)
  before = image.copy()
  result = provenance.with_badge(image)
  np.testing.assert_array_equal(image, before)
  changed = (result != image).any(axis=2)
  rows, columns = np.nonzero(changed)
  height = np.ptp(rows) + 1
  assert 8 <= height <= max(20, 0.08 * min(shape))
  assert rows.min() > shape[0] / 2 and columns.min() > shape[1] / 2
  letters = (result[changed] > 200).all(axis=1).mean()
  ground = (result[changed] < 50).all(axis=1).mean()
  assert 0.05 < letters < 0.6 and ground > 0.3
