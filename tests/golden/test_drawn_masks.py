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
  "surgical": "9d59592d55b673b6b37a862acb2621e42272",
  "kn95": "b9397b257495668692e22a6add2a72a550f3",
  "kf94": "9d797b2d75b576869a620e29c82272853877",
  "n95": "bd797b297491229213f21b428f22b50df4b7",
  "n95_valve": "bd797b307691679306924253cf21b40db4f3",
  "cloth": "bff17b955f119a083ac936a04ea4f72952d0",
  "cloth_two_layer": "9d795b2d55b476a683f20a4ac9283095b9f6",
  "sport": "bff57b855e119f8d5bf518f08ab8a20800d5",
  "bandana": "bff53b857f1196881ab44b2191a9b39e60e8",
  "gaiter": "bffd5f841d3a792631142c55b02cf29f1461",
  "scarf": "9bf8430113fb4bf7f39176c0f22a526b580a",
  "cloth_thin": "bd797b2575b577868272022ac92e33e43872",
  "cloth_window": "bd595d0d75b272868b721e3ac92e18e4b370",
  "printed_face": "bff17b957b159a067ac03ca04aa6626d81d6",
  "half_mask": "b9757b36df749b381bcc30b062845a7704c5",
  "clear_half_mask": "bd7dfb37c7158634d370036c2b3232433c83",
  "mouth_shield": "b9797a053d95b606f07be8ab8a90bd62b023",
  "face_shield": "bb6c7b053d9106033a6868f3d9a4de7134f1",
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
