import math

import numpy as np
import pytest

from maskgan_jax.metrics import colour

SIZE = 128


def _plain(*rgb):
  return np.full((SIZE, SIZE, 3), rgb, np.uint8)


def _pixels(value=0):
  return np.full((SIZE, SIZE), value, np.uint8)


def _middle():
  mask = _pixels()
  mask[64:100, 40:90] = 1
  return mask


@pytest.mark.parametrize(
  ("rgb", "expected"),
  [
    # The values of the CIE definition for sRGB under D65.
    ((255, 255, 255), (100.0, 0.0, 0.0)),
    ((255, 0, 0), (53.24, 80.09, 67.20)),
    ((119, 119, 119), (50.03, 0.0, 0.0)),
  ],
)
def test_lab(rgb, expected):
  np.testing.assert_allclose(
    colour.lab(_plain(*rgb))[0, 0], expected, atol=0.25
  )


def test_typology_angle_is_that_of_the_definition():
  image = _plain(224, 172, 140)
  lightness, _, yellow = colour.lab(image)[0, 0]
  found = colour.typology_angle(image, _pixels(), _pixels(1))
  assert found == pytest.approx(
    math.degrees(math.atan((lightness - 50) / yellow)), abs=1e-3
  )
  darker = colour.typology_angle(_plain(90, 60, 45), _pixels(), _pixels(1))
  assert colour.skin_tone(darker) == "dark"
  assert -90 < darker < found < 90


def test_only_visible_skin_counts():
  image, mask = _plain(224, 172, 140), _pixels()
  whole = colour.typology_angle(image, mask, _pixels(1))
  mask[60:] = 1
  image[60:] = (0, 0, 255)
  # A curl over a part of the forehead does not move the median.
  image[26:30, 46:56] = (20, 15, 10)
  assert colour.typology_angle(image, mask, _pixels(1)) == whole
  assert math.isnan(colour.typology_angle(image, _pixels(1), _pixels(1)))
  assert math.isnan(colour.typology_angle(image, _pixels(), _pixels(0)))


def test_a_grey_photo_tells_no_tone():
  angle = colour.typology_angle(_plain(180, 180, 180), _pixels(), _pixels(1))
  assert math.isnan(angle)
  assert colour.skin_tone(angle) == "unknown"


@pytest.mark.parametrize(
  ("angle", "tone"),
  [
    (56, "very light"),
    (55, "light"),
    (41, "intermediate"),
    (28, "tan"),
    (10, "brown"),
    (-30, "dark"),
    (-89, "dark"),
  ],
)
def test_thresholds_of_the_six_groups(angle, tone):
  assert colour.skin_tone(angle) == tone


def test_seam_is_the_difference_of_both_sides():
  image, mask = _plain(200, 150, 120), _middle()
  changed = image.copy()
  changed[mask > 0] = (150, 190, 210)
  expected = np.linalg.norm(
    colour.lab(image)[0, 0] - colour.lab(changed)[80, 64]
  )
  found = colour.seams(
    image, {"same": image, "changed": changed}, mask, _pixels(1)
  )
  assert list(found) == ["true", "same", "changed"]
  assert found["true"] == found["same"] == pytest.approx(0, abs=1e-3)
  assert found["changed"] == pytest.approx(expected, rel=1e-4)


def test_seam_looks_at_the_edge_only():
  image, mask = _plain(200, 150, 120), _middle()
  changed = image.copy()
  changed[76:88, 52:78] = 0  # Deep in the mask.
  changed[:40], changed[:, 110:] = 0, 255  # Far away.
  found = colour.seams(image, {"changed": changed}, mask, _pixels(1))
  assert found["changed"] == pytest.approx(0, abs=1e-3)


def test_seam_counts_where_the_true_face_goes_on():
  image, mask = _plain(200, 150, 120), _middle()
  image[64:] = (30, 30, 40)  # Below and beside the mask's top edge: a collar.
  image[mask > 0] = (200, 150, 120)
  changed = image.copy()
  changed[mask > 0] = (30, 30, 40)
  found = colour.seams(image, {"changed": changed}, mask, _pixels(1))
  assert found["true"] < colour.GOES_ON
  assert found["changed"] > 30


@pytest.mark.parametrize(
  ("mask", "valid"),
  [(_pixels(), _pixels(1)), (_pixels(1), _pixels(1)), (_middle(), _pixels())],
)
def test_no_seam_without_an_edge(mask, valid):
  image = _plain(200, 150, 120)
  found = colour.seams(image, {"other": image}, mask, valid)
  assert all(map(math.isnan, found.values()))


def test_no_seam_where_nothing_goes_on():
  image, mask = _plain(20, 20, 20), _middle()
  image[mask > 0] = 250
  assert math.isnan(colour.seams(image, {}, mask, _pixels(1))["true"])
