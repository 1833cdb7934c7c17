import cv2
import numpy as np
import pytest

from maskgan_jax.faces import alignment
from maskgan_jax.unmasking.references import warping
from tests.unmasking.references import people


@pytest.mark.parametrize("scale, angle", [(1.0, 0.0), (0.8, 1.5), (2.3, -0.4)])
def test_a_turned_and_scaled_photo_comes_back(scale, angle):
  image, landmarks = people.hopper()
  height, width = image.shape[:2]
  way = alignment.similarity(
    scale, angle, (width / 2, height / 2), (0.75 * height * scale,) * 2
  )
  side = round(1.5 * height * scale)
  turned = cv2.warpAffine(image, way, (side, side), flags=cv2.INTER_AREA)
  reference = people.refer(
    turned, alignment.transform_landmarks(landmarks, way)
  )
  face, target = people.align()
  found, visible = warping.warp(reference, target, 256)
  inside = cv2.convexHull(np.round(target[:, :2]).astype(np.int32))
  region = cv2.fillConvexPoly(np.zeros((256, 256)), inside, 1) > 0
  error = np.abs(found - face.crop)[region].mean()
  assert error < 4
  assert visible[region].min() > 0.99


def test_what_a_mask_hides_and_what_lies_beside_the_photo_is_not_visible():
  image, landmarks = people.hopper()
  _, target = people.align()
  visible = np.full(image.shape[:2], 255, np.uint8)
  chin = int(landmarks[152, 1])
  visible[chin - 10 :] = 0
  left = int(landmarks[1, 0])
  cut = np.array([left, 0, 0])
  reference = people.refer(
    image[:, left:], landmarks - cut, visible=visible[:, left:]
  )
  _, found = warping.warp(reference, target, 256)
  x, y = np.round(target[152, :2]).astype(int)
  assert found[y, x] == 0
  x, y = np.round(target[[234, 454], :2]).astype(int).T
  np.testing.assert_array_equal(found[y, x], [0, 1])
