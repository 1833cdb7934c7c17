"""Fits the linear model of expressions to a dataset's landmarks."""

import numpy as np

from maskgan_jax.common import errors
from maskgan_jax.datasets.masked_faces import reader
from maskgan_jax.faces import anatomy, expression

# Turned further, in degrees, a face says little of its mouth's width.
_MAX_TURN = 40.0
# What tells people apart above the nose, in principal components.
_NUM_COMPONENTS = 12
# Landmarks that a mask leaves visible lie above this height, in widths of the
# face below the eyes.
_VISIBLE_TO = 0.05
# So many faces are the least for as many parameters.
_MIN_FACES = 100


def landmarks_of(data_dir: str, split: str) -> np.ndarray:
  """Returns the landmarks of each photo of a split once, [N, 468, 3].

  Raises:
    errors.UserError: there is no such dataset, or it has too few faces.
  """
  encoded, _ = reader.open_split(data_dir, split)
  found = {}
  for example in encoded:
    points = example["landmarks"]
    if np.isfinite(points).all() and abs(anatomy.yaw(points)) < _MAX_TURN:
      found[points.tobytes()] = points
  if len(found) < _MIN_FACES:
    raise errors.UserError(
      f"{data_dir}: {split} has {len(found)} faces with landmarks that look"
      f" towards the camera; at least {_MIN_FACES} are needed."
    )
  return np.stack(list(found.values())).astype(np.float64)


def fit(landmarks: np.ndarray) -> expression.Model:
  """Fits the model by least squares, beside what tells people apart.

  Args:
    landmarks: of level faces, [N, 468, 3].
  """
  lengths = np.stack([expression.lengths(one) for one in landmarks])
  mean, deviation = lengths.mean(0), lengths.std(0)
  opening, width, raised = ((lengths - mean) / deviation).T
  faces = np.stack([_framed(one) for one in landmarks])
  people = _people(faces)
  known = np.column_stack(
    [np.ones(len(faces)), people, opening, (width + raised) / 2]
  )
  found, *_ = np.linalg.lstsq(known, faces.reshape(len(faces), -1), rcond=None)
  directions = found[-2:].reshape(2, -1, 3)
  return expression.Model(
    mean, deviation, _symmetric(directions, faces.mean(0))
  )


def _framed(points: np.ndarray) -> np.ndarray:
  """A face from between its eyes, in its widths."""
  middle = points[list(anatomy.RIGHT_EYE + anatomy.LEFT_EYE)].mean(0)
  return (points - middle) / anatomy.cheek_to_cheek(points)


def _people(faces: np.ndarray) -> np.ndarray:
  """Principal components of the visible half, [N, _NUM_COMPONENTS]."""
  visible = faces[:, faces[..., 1].mean(0) < _VISIBLE_TO]
  centred = visible.reshape(len(faces), -1)
  centred = centred - centred.mean(0)
  _, _, axes = np.linalg.svd(centred, full_matrices=False)
  return centred @ axes[:_NUM_COMPONENTS].T


def _symmetric(directions: np.ndarray, mean: np.ndarray) -> np.ndarray:
  """The mean of a model and its mirror image."""
  mirror = np.array([-1.0, 1.0, 1.0])
  apart = np.linalg.norm(mean[:, None] - (mean * mirror)[None], axis=-1)
  return (directions + directions[:, apart.argmin(1)] * mirror) / 2


def correlations(data_dir: str, model: expression.Model) -> str:
  """Says how well the model describes the mouths of validation people."""
  faces = landmarks_of(data_dir, "validation")
  known = np.array([expression.measure(one, model) for one in faces])
  known = known - known.mean(0)
  places = list(anatomy.OUTER_LIPS + anatomy.INNER_LIPS)
  lips, ways = (
    x[:, places] - x[:, places].mean(1, keepdims=True)
    for x in (np.stack([_framed(one) for one in faces]), model.directions)
  )
  lips = lips - lips.mean(0)
  left = lips - np.einsum("nk,kpc->npc", known, ways)
  share = 1 - np.square(left).sum() / np.square(lips).sum()
  return (
    f"{len(faces)} validation faces: opening and smile explain {share:.0%} of"
    " how their lips differ in shape and size."
  )
