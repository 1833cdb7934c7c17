"""The painter as the rest of the program sees it."""

import functools

import numpy as np
import pytest

from maskgan_jax.datasets import sample_faces
from maskgan_jax.datasets.sample_faces import traits
from maskgan_jax.faces import anatomy, finder

SEEDS = range(1000, 1030)


@functools.cache
def _painted(seed: int) -> sample_faces.Portrait:
  return sample_faces.paint(seed)


def _colour_at(portrait, index):
  """Mean colour of 7 by 7 pixels at a mesh point."""
  x, y = np.round(portrait.landmarks[index, :2]).astype(int)
  return portrait.image[y - 3 : y + 4, x - 3 : x + 4].mean((0, 1))


@pytest.mark.parametrize("size", [64, 97, 320])
def test_shapes_and_types(size):
  portrait = sample_faces.paint(3, size)
  assert portrait.image.shape == (size, size, 3)
  assert portrait.image.dtype == np.uint8
  assert portrait.landmarks.shape == (468, 3)
  assert portrait.landmarks.dtype == np.float32


def test_same_seed_same_picture():
  again = sample_faces.paint(SEEDS[0])
  np.testing.assert_array_equal(again.image, _painted(SEEDS[0]).image)
  np.testing.assert_array_equal(again.landmarks, _painted(SEEDS[0]).landmarks)


def test_other_seed_other_picture():
  first = _painted(SEEDS[0]).image.astype(float)
  for seed in SEEDS[1:6]:
    assert np.abs(first - _painted(seed).image).mean() > 10


def test_landmarks_lie_in_the_picture_and_scale_with_it():
  for seed in SEEDS:
    marks = _painted(seed).landmarks[:, :2]
    assert marks.min() > 0 and marks.max() < 319
  small = sample_faces.paint(SEEDS[0], 160).landmarks
  large = _painted(SEEDS[0]).landmarks
  np.testing.assert_allclose(
    2 * small[:, :2] + 0.5, large[:, :2], rtol=0, atol=0.05
  )
  np.testing.assert_allclose(2 * small[:, 2], large[:, 2], rtol=0, atol=0.05)


def test_the_nose_is_nearest():
  for seed in SEEDS:
    depth = _painted(seed).landmarks[:, 2]
    assert depth[4] < depth[234] and depth[4] < depth[454]


def test_detector_finds_them_and_mesh_model_agrees():
  """All 200 of the first seeds are found; here at least 95 % must be.

  The mesh model's points lie 4 % of the eye distance from the painter's own
  on average, 9 % in the worst portrait.
  """
  detector, landmark_model = finder.shared().detector, finder.shared().mesh
  errors = []
  for seed in SEEDS:
    portrait = _painted(seed)
    found = detector.detect(portrait.image)
    if not found:
      continue
    marks, _ = landmark_model(portrait.image, found[0])
    own = portrait.landmarks[:, :2]
    eyes = np.linalg.norm(own[33] - own[263])
    errors.append(np.linalg.norm(marks[:, :2] - own, axis=1).mean() / eyes)
  assert len(errors) >= 0.95 * len(SEEDS)
  assert np.mean(errors) < 0.06
  assert np.max(errors) < 0.15


def _people(bearded: bool):
  """Portraits with their person, bare chins or full beards."""
  for seed in range(1000, 1070):
    person = traits.sample(np.random.default_rng(seed))
    if (person.beard > 0.5) if bearded else (person.beard == 0):
      yield person, _painted(seed)


def test_a_bare_chin_has_the_colour_of_the_cheeks():
  visible, hidden = [], []
  for person, portrait in _people(bearded=False):
    if person.glasses != "none":
      continue  # The rims cross the cheek points.
    visible.append((_colour_at(portrait, 117) + _colour_at(portrait, 346)) / 2)
    hidden.append(_colour_at(portrait, 199))
  visible, hidden = np.float64(visible), np.float64(hidden)
  for channel in range(3):
    match = np.corrcoef(visible[:, channel], hidden[:, channel])[0, 1]
    assert match > 0.9


def test_a_beard_has_the_colour_of_the_hair():
  hair, chin = [], []
  for person, portrait in _people(bearded=True):
    hair.append(person.hair.mean())
    chin.append(_colour_at(portrait, 199).mean())
  assert len(hair) >= 5
  assert np.corrcoef(hair, chin)[0, 1] > 0.9


def test_lips_are_redder_than_the_cheek():
  for seed in SEEDS:
    portrait = _painted(seed)
    lip, cheek = _colour_at(portrait, 17), _colour_at(portrait, 346)
    assert lip[1] / lip[0] < cheek[1] / cheek[0] + 0.05


def test_a_painted_face_is_smooth_inside():
  """No facet edges: the forehead's and cheeks' steps stay small."""
  for seed in SEEDS[:8]:
    portrait = _painted(seed)
    x, y = np.round(portrait.landmarks[50, :2]).astype(int)
    patch = portrait.image[y - 6 : y + 7, x - 6 : x + 7].astype(float).mean(-1)
    assert np.abs(np.diff(patch, axis=0)).mean() < 8


def test_oval_points_are_on_the_silhouette_side():
  """The mesh's outline encloses its eyes and lips."""
  marks = _painted(SEEDS[0]).landmarks[:, :2]
  outline = marks[list(anatomy.FACE_OVAL)]
  inner = marks[list(anatomy.INNER_LIPS + anatomy.EYES[0] + anatomy.EYES[1])]
  assert (outline.min(0) < inner.min(0)).all()
  assert (outline.max(0) > inner.max(0)).all()


def test_refuses_small_pictures():
  with pytest.raises(ValueError, match="size is 32: .* at least 64 pixels"):
    sample_faces.paint(0, 32)


def test_refuses_negative_seeds():
  with pytest.raises(ValueError, match="seed is -1: pass an integer"):
    sample_faces.paint(-1)
