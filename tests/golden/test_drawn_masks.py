"""A contact sheet of drawn masks, tile by tile, by perceptual hash.

A hash changes by at most 4 of its 144 bits if a tile is blurred a little, and
by 20 or more if another mask is drawn.
"""

import imagehash
import numpy as np
import pytest
from PIL import Image

from maskgan_jax import masks
from maskgan_jax.datasets import sample_faces
from maskgan_jax.faces import alignment

SIZE, MARGIN = 192, 12
HASHES = {
  "surgical": "9959592d75f036a6ba62b282cba62be95a2c",
  "kn95": "9919792d74b572c6c2e70e6cb03b32a4b0f3",
  "kf94": "9d59793d74b572b6c267060fe03230a5b873",
  "n95": "9d7d7b3934b123b213a30b43cb21340ef4f3",
  "n95_valve": "9d7d5b2c74b923a246b31b0bce23341b34f2",
  "cloth": "befd6b955ec09381ba833698d9a51b48f0a1",
  "cloth_two_layer": "9bbd7b2d54f4329683a3134f8c383291acf2",
  "sport": "bff53b957e5592194a8528b08ab9f21a50f1",
  "bandana": "bff57b957b9193885ab0188cc3309398f887",
  "gaiter": "bfb95f01151465207b763d05a523b7c5a963",
  "scarf": "95f90705113f1fb63f7426109c3e153c19fa",
  "cloth_thin": "9d59792d34b133a6c367063ec93a30e4b873",
  "cloth_window": "9d5d590d15b536b6d743132dcc3630e12e74",
  "printed_face": "bb757b25791592981aca74a06da25f6ad4e0",
  "half_mask": "b1fd7b9517f4c3c82fa83892cd80d06b506d",
  "clear_half_mask": "9d7dfb33861384324e7687208b30b7ccbe52",
  "mouth_shield": "b94d78053d11f406d0fb4afb8bb09d41f471",
  "face_shield": "bfec7e053d8112067a486971ddb49a65b4f0",
}


@pytest.fixture(scope="module")
def face():
  """An aligned painted face and its landmarks."""
  portrait = sample_faces.paint(7)
  transform = alignment.crop_transform(portrait.landmarks, SIZE)
  crop, _ = alignment.warp(portrait.image, transform, SIZE)
  return crop, alignment.transform_landmarks(portrait.landmarks, transform)


def _distance(image: np.ndarray, kind: str) -> int:
  """How far a tile's lower face is from the golden one, bits of 144."""
  lower = Image.fromarray(image[80:, 30:-30])
  golden = imagehash.hex_to_hash(HASHES[kind])
  return int(imagehash.phash(lower, hash_size=12) - golden)


def test_every_kind_has_a_tile():
  assert set(HASHES) == set(masks.MASK_TYPES)


@pytest.mark.parametrize("kind", HASHES)
def test_masks_are_drawn_as_before(kind, face):
  crop, landmarks = face
  worn = masks.MaskDistribution().only([kind], ["correct"])
  drawn = masks.draw(crop, landmarks, np.random.default_rng(5), worn)
  assert _distance(drawn.image, kind) <= MARGIN
  # The hash tells this mask from another one, and from none.
  other = masks.draw(crop, landmarks, np.random.default_rng(6), worn)
  assert _distance(other.image, kind) > MARGIN
  assert _distance(crop, kind) > MARGIN
