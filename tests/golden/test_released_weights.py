"""The released weights on two public-domain photos under fixed drawn masks.

A change beyond the margins means that other pixels reach the user. The
astronaut's surgical mask has pale checks of the colour of her skin, and what is
painted under it is a beard.
"""

import functools
import pathlib

import matplotlib
import numpy as np
import pytest
import skimage

from maskgan_jax import masks, photos
from maskgan_jax.faces import alignment, finder
from maskgan_jax.unmasking import unmasker

PHOTOS = {
  "grace_hopper": pathlib.Path(
    matplotlib.get_data_path(), "sample_data", "grace_hopper.jpg"
  ),
  "astronaut": pathlib.Path(skimage.__file__).parent / "data/astronaut.png",
}
# Photo, kind of mask, seed: IoU of the mask that is found, PSNR in the mask.
GOLDEN = [
  ("grace_hopper", "surgical", 0, 0.966, 15.36),
  ("grace_hopper", "kn95", 1, 0.977, 15.01),
  ("grace_hopper", "cloth", 2, 0.971, 15.43),
  ("astronaut", "surgical", 0, 0.850, 11.16),
  ("astronaut", "kn95", 1, 0.983, 19.30),
  ("astronaut", "cloth", 2, 0.983, 18.12),
]


@functools.cache
def _released() -> unmasker.Unmasker:
  return unmasker.Unmasker()


@functools.cache
def _photo(name: str) -> tuple[np.ndarray, np.ndarray]:
  image = photos.read(PHOTOS[name])
  return image, finder.largest_face(image)


@pytest.mark.parametrize(("name", "kind", "seed", "iou", "psnr"), GOLDEN)
def test_faces_are_completed_as_released(name, kind, seed, iou, psnr):
  image, landmarks = _photo(name)
  worn = masks.MaskDistribution().only([kind], ["correct"])
  drawn = masks.draw(image, landmarks, np.random.default_rng(seed), worn)
  result = _released().unmask(drawn.image, faces="largest")
  [face] = result.faces
  assert face.found_mask
  found = face.mask > 0.5
  white = np.repeat(255 * drawn.mask[..., None], 3, axis=2)
  true = alignment.warp(white, face.transform, len(found))[0][..., 0] > 127
  assert (found & true).sum() / (found | true).sum() == pytest.approx(
    iou, abs=0.005
  )
  hidden = drawn.mask > 0
  error = np.square(result.image[hidden].astype(float) - image[hidden]).mean()
  assert 10 * np.log10(255**2 / error) == pytest.approx(psnr, abs=0.1)
  outside = result.mask == 0
  np.testing.assert_array_equal(result.image[outside], drawn.image[outside])
  assert 0.6 < outside.mean() < 0.98
