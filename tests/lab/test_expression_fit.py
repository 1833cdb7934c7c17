import numpy as np
import pytest

from maskgan_jax.common import errors
from maskgan_jax.datasets.masked_faces import reader
from maskgan_jax.datasets.sample_faces import face as sample_face
from maskgan_jax.faces import anatomy, expression
from maskgan_jax.lab import expression_fit

_MIRROR = np.array([-1.0, 1.0, 1.0])


def _counterparts(face):
  apart = np.linalg.norm(face[:, None] - (face * _MIRROR)[None], axis=-1)
  return apart.argmin(1)


@pytest.fixture(scope="module")
def planted():
  """A symmetric face; a way in which it opens, and one in which it smiles."""
  face = sample_face.canonical().astype(np.float64)
  face = (face + face[_counterparts(face)] * _MIRROR) / 2
  face /= anatomy.cheek_to_cheek(face)
  opening, smile = np.zeros((2, 468, 3))
  lower = [anatomy.LIPS_MIDDLE[1], anatomy.LOWER_LIP, anatomy.CHIN]
  opening[lower, 1] = 0.04, 0.04, 0.03
  right, left = anatomy.MOUTH_CORNERS
  # Measured from the corners' height, which an opening mouth lowers too.
  opening[[right, left], 1] = 0.02
  smile[left], smile[right] = (0.03, -0.01, 0.0), (-0.03, -0.01, 0.0)
  return face, opening, smile


def _people(planted, count=400, lopsided=0.0):
  """Faces that differ in both ways, in size and in their upper half."""
  face, opening, smile = planted
  rng = np.random.default_rng(0)
  drawn = rng.standard_normal((count, 2)) * 0.3
  drawn[:, 0] = np.abs(drawn[:, 0]) + 0.5
  made = face + np.einsum("nk,kpc->npc", drawn, np.stack([opening, smile]))
  brows = np.zeros((468, 3))
  brows[list(sum(anatomy.BROWS, ())), 1] = 0.03
  made += rng.standard_normal((count, 1, 1)) * brows
  made[:, anatomy.MOUTH_CORNERS[0], 2] += lopsided * drawn[:, 1]
  return made * rng.uniform(100, 200, (count, 1, 1)), drawn


def test_planted_ways_are_found(planted):
  _, opening, smile = planted
  faces, drawn = _people(planted)
  model = expression_fit.fit(faces)
  assert model.directions.shape == (2, 468, 3)
  measured = np.array([expression.measure(one, model) for one in faces])
  np.testing.assert_allclose(measured.mean(0), 0, atol=1e-6)
  # In standard deviations of what was measured.
  for way, found, values in zip(
    (opening, smile), model.directions, drawn.T, strict=True
  ):
    np.testing.assert_allclose(found, way * values.std(), atol=2e-3)
    assert np.corrcoef(found.ravel(), way.ravel())[0, 1] > 0.98


def test_what_is_fitted_reaches_what_is_wanted(planted, monkeypatch):
  faces, _ = _people(planted)
  model = expression_fit.fit(faces)
  monkeypatch.setattr(expression, "fitted", lambda: model)
  wanted = expression.Expression(0.8, -0.5)
  for face in faces[:5]:
    found = expression.measure(expression.change(face, wanted))
    np.testing.assert_allclose(found, wanted, atol=0.1)


def test_left_is_as_right(planted):
  """Also where the faces' right differs from their left."""
  face, _, _ = planted
  faces, _ = _people(planted, lopsided=0.1)
  directions = expression_fit.fit(faces).directions
  mirrored = directions[:, _counterparts(face)] * _MIRROR
  np.testing.assert_allclose(directions, mirrored, atol=1e-9)
  right, left = anatomy.MOUTH_CORNERS
  assert abs(directions[1, right, 2]) > 0.005


def _split(monkeypatch, landmarks):
  examples = [{"landmarks": one} for one in landmarks]
  monkeypatch.setattr(
    reader, "open_split", lambda data_dir, split: (examples, None)
  )


def test_each_photo_that_looks_to_the_camera_counts_once(planted, monkeypatch):
  faces, _ = _people(planted, 120)
  aside = np.array([faces[0] * 1.0])
  # Turned by more than forty degrees; one whose landmarks are not known.
  cos = np.cos(np.radians(50))
  turn = np.array([[cos, 0, -cos], [0, 1, 0], [cos, 0, cos]])
  unknown = np.full_like(aside, np.nan)
  _split(monkeypatch, [*faces, *faces[:30], *(aside @ turn.T), *unknown])
  found = expression_fit.landmarks_of("data", "train")
  np.testing.assert_array_equal(found, faces)


def test_few_faces_say_too_little(planted, monkeypatch):
  faces, _ = _people(planted, 99)
  _split(monkeypatch, faces)
  with pytest.raises(errors.UserError, match="d: train has 99 f.* 100 are"):
    expression_fit.landmarks_of("d", "train")


def test_a_good_model_explains_how_lips_differ(planted, monkeypatch):
  faces, _ = _people(planted)
  model = expression_fit.fit(faces)
  _split(monkeypatch, faces)
  said = expression_fit.correlations("data", model)
  assert said.startswith("400 validation faces: opening and smile explain 100%")
  still = model._replace(directions=0 * model.directions)
  assert "explain 0% of" in expression_fit.correlations("data", still)
