"""Which faces are good enough: to learn from, or to have a mask drawn on."""

import dataclasses

import numpy as np

from maskgan_jax.faces import alignment, anatomy

# Below this confidence the mesh is not on a face.
MESH_THRESHOLD = 0.5

# Narrower faces show nothing of a mask but its colour.
MIN_WIDTH = 32
# Beyond this turn the face mesh is a guess.
MAX_TURN = 60.0
# Share of the landmarks that may lie outside the picture.
MAX_OUTSIDE = 0.3


@dataclasses.dataclass(frozen=True)
class UsabilityRule:
  """What makes a face usable for training and evaluation.

  Attributes:
    min_face_width: pixels of the photo, see `alignment.face_width`.
    max_outside: share of the crop that lies outside the photo.
    max_turn: degrees of yaw, either way.
  """

  min_face_width: float = 100.0
  max_outside: float = 0.2
  max_turn: float = 50.0


def reason_not_to_learn(
  landmarks: np.ndarray,
  confidence: float,
  valid: np.ndarray,
  rule: UsabilityRule,
) -> str | None:
  """Says why an aligned face should not be learned from; None if it should.

  Args:
    landmarks: [468, 3] in photo pixels.
    confidence: the mesh's own, in [0, 1].
    valid: [H, W], nonzero where the crop shows the photo.
    rule: the limits.
  """
  if confidence < MESH_THRESHOLD:
    return f"face mesh unsure ({confidence:.2f} < {MESH_THRESHOLD})"
  if (width := alignment.face_width(landmarks)) < rule.min_face_width:
    return f"face too small ({width:.1f} < {rule.min_face_width:g} px)"
  if (outside := float(np.mean(valid == 0))) > rule.max_outside:
    return f"too much outside ({outside:.2f} > {rule.max_outside})"
  if abs(turn := anatomy.yaw(landmarks)) > rule.max_turn:
    return f"turned too far ({abs(turn):.0f} > {rule.max_turn:.0f} degrees)"
  return None


def reason_not_to_mask(
  landmarks: np.ndarray, confidence: float, shape: tuple[int, ...]
) -> str | None:
  """Says why no mask can be drawn on a face; None if one can.

  Args:
    landmarks: [468, 3], pixels.
    confidence: the mesh's own, in [0, 1].
    shape: of the picture, height first.
  """
  if confidence < MESH_THRESHOLD:
    return f"face mesh unsure ({confidence:.2f} < {MESH_THRESHOLD})"
  if (width := anatomy.cheek_to_cheek(landmarks)) < MIN_WIDTH:
    return f"face too small ({width:.1f} < {MIN_WIDTH} px)"
  if abs(turn := anatomy.yaw(landmarks)) > MAX_TURN:
    return f"turned too far ({abs(turn):.0f} > {MAX_TURN:.0f} degrees)"
  size = np.array(shape[1::-1])
  inside = (landmarks[:, :2] >= 0) & (landmarks[:, :2] < size)
  if (outside := float(1 - inside.all(1).mean())) > MAX_OUTSIDE:
    return f"too much outside the photo ({outside:.2f} > {MAX_OUTSIDE})"
  return None
