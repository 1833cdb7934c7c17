import cv2
import numpy as np

from maskgan_jax.faces import anatomy
from maskgan_jax.unmasking import aligned_face

SIZE = 64


def test_a_widened_mask_is_cut_as_the_plain_crop():
  points = np.random.default_rng(0).uniform(70, 130, (anatomy.NUM_LANDMARKS, 3))
  points[list(anatomy.RIGHT_EYE), :2] = 85, 90
  points[list(anatomy.LEFT_EYE), :2] = 115, 90
  photo = np.zeros((200, 200), np.float32)
  photo[95:120, 80:118] = 1
  plain, wide = (
    cv2.warpAffine(
      photo, aligned_face.crop_transform(points, SIZE, widened), (SIZE, SIZE)
    )
    for widened in (False, True)
  )
  assert (plain > 0.5).sum() > 1.4 * (wide > 0.5).sum() > 0
  found = aligned_face.as_if_not_widened(wide)
  assert ((found > 0.5) != (plain > 0.5)).mean() < 0.02
