"""Facial expressions: how landmarks move when a mouth opens or smiles.

A linear model, fitted to people that the networks train on by
scripts/fit_expression.py, of two measures that hardly depend on each other: how
far the lips are apart, and how wide the mouth is with its corners raised. Both
are in standard deviations from the mean of these people.
"""

import functools
import pathlib
from typing import NamedTuple

import numpy as np

from maskgan_jax.faces import alignment, anatomy

MODEL = pathlib.Path(__file__).with_suffix(".npz")


class Expression(NamedTuple):
  """What a mouth does."""

  opening: float
  smile: float


# What one may ask for; the likely one is what the landmarks say.
LIKELY = "likely"
NAMED = {
  "neutral": Expression(-1.2, -0.8),
  "smile": Expression(0.0, 1.2),
  "laugh": Expression(1.6, 1.6),
}
NAMES = (LIKELY, *NAMED)
# What the visible half leaves open, in standard deviations: the landmarker's
# guesses correlate with the truth by .48 (opening) and about .77 (smile).
_UNCERTAINTY = Expression(0.88, 0.63)
# Draws lie around the likely expression, each as far from it and each next one
# turned by the golden angle: the first few differ as much as they can.
_DISTANCE = 1.3
_ANGLE = np.pi * (3 - 5**0.5)


class Model(NamedTuple):
  """How measures come from landmarks, and landmarks from measures.

  Attributes:
    mean: of opening, width of the mouth and height of its corners, in widths of
      the face, [3].
    deviation: the same.
    directions: where landmarks move to with opening and smile, [2, 468, 3], in
      widths of a face that looks at the camera.
  """

  mean: np.ndarray
  deviation: np.ndarray
  directions: np.ndarray


@functools.cache
def fitted() -> Model:
  """Returns the model that the project comes with."""
  with np.load(MODEL) as content:
    return Model(**{name: content[name] for name in Model._fields})


def lengths(landmarks: np.ndarray) -> np.ndarray:
  """Returns opening, width and height of the corners, in widths of the face.

  Args:
    landmarks: of a level face, [468, 3].
  """
  right, left = (landmarks[i] for i in anatomy.MOUTH_CORNERS)
  upper, lower = (landmarks[i] for i in anatomy.LIPS_MIDDLE)
  edges = landmarks[anatomy.UPPER_LIP], landmarks[anatomy.LOWER_LIP]
  raised = (edges[0][1] + edges[1][1] - right[1] - left[1]) / 2
  # Signed, so that no change can pull the lips past each other.
  opening = lower[1] - upper[1]
  found = [opening, np.linalg.norm(right - left), raised]
  return np.array(found) / anatomy.cheek_to_cheek(landmarks)


def measure(landmarks: np.ndarray, model: Model | None = None) -> Expression:
  """Returns the expression of a level face's landmarks, [468, 3]."""
  model = model or fitted()
  opening, width, raised = (lengths(landmarks) - model.mean) / model.deviation
  return Expression(float(opening), float((width + raised) / 2))


def change(landmarks: np.ndarray, wanted: Expression) -> np.ndarray:
  """Moves a level face's landmarks, [468, 3], to an expression."""
  found = measure(landmarks)
  wanted = Expression(max(wanted.opening, _closed()), wanted.smile)
  by = np.array(wanted) - np.array(found)
  way = np.einsum("k,knc->nc", by, fitted().directions)
  # The model's faces look at the camera; this one may be turned.
  turn = np.radians(anatomy.yaw(landmarks))
  cos, sin = np.cos(turn), np.sin(turn)
  turned = np.array([[cos, 0, -sin], [0, 1, 0], [sin, 0, cos]])
  way = way @ turned.T * anatomy.cheek_to_cheek(landmarks)
  return (landmarks + way).astype(np.float32)


def draw(landmarks: np.ndarray, number: int) -> np.ndarray:
  """Draws one of the expressions that the visible half leaves open.

  The same number means the same change for every face and at every time.

  Args:
    landmarks: of a level face, [468, 3].
    number: 0 for the likeliest one, which is what they are, then 1, 2, ...
  """
  if not number:
    return landmarks
  found = measure(landmarks)
  way = _DISTANCE * np.array(
    [np.cos(_ANGLE * (number - 1)), np.sin(_ANGLE * (number - 1))]
  )
  return change(landmarks, Expression(*(found + way * _UNCERTAINTY)))


def _closed() -> float:
  """The opening of lips that touch, in standard deviations."""
  model = fitted()
  return float(-model.mean[0] / model.deviation[0])


def of_crop(
  landmarks: np.ndarray,
  transform: np.ndarray,
  expression: str = LIKELY,
  number: int = 0,
) -> np.ndarray:
  """Returns a face's landmarks in its aligned crop, with an expression.

  Args:
    landmarks: in photo pixels, [468, 3].
    transform: photo pixels to crop pixels, [2, 3]; the crop is level.
    expression: one of NAMES.
    number: see `draw`; of a named expression too.
  """
  found = alignment.transform_landmarks(landmarks, transform)
  if expression != LIKELY:
    found = change(found, NAMED[expression])
  return draw(found, number)
