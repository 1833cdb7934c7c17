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
  "surgical": "9959592d75fe36a6b263a60acb262a643a74",
  "kn95": "9d7d7a2d54b13286c2e7062c903b30e5f8f3",
  "kf94": "9d7d793d34b17296c267060ee03270e5b873",
  "n95": "9d7d7b2974b5329612e30343ca34344db4f3",
  "n95_valve": "9d7d7b2934f136d306e302439a71344db4f2",
  "cloth": "9959192d64ba36b2f263b68bce063e647a31",
  "cloth_two_layer": "99bd7b2d54f426b693a3034b8c3b30d12cf2",
  "sport": "bbf53b957e5592194a8528b09ab9f21870f1",
  "bandana": "bb753e151d5007b01721f1e3d728dcc978a3",
  "gaiter": "bfe15791195321187a217ca3c78587cf869e",
  "scarf": "9ff90704013f1db63d7427109d3e153e11fa",
  "cloth_thin": "9d7d7b2d34b132a2c266061ad92f30e4be71",
  "cloth_window": "955d590d34b632b6cb73132bcc2e70f1b630",
  "printed_face": "bb757b25791592981aca54a06da25f6ad4f0",
  "half_mask": "b1fd7b9517f4c3c80f283892cc80f07b546d",
  "clear_half_mask": "9d7d7b33161785364670c3709734b7c8f052",
  "mouth_shield": "b96d78053d11b406f0eaeaf38b50bd43f432",
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
