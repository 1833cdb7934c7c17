"""Where a reference says that the hidden landmarks are."""

import numpy as np

from maskgan_jax.faces import alignment, anatomy

# How far hidden landmarks follow the reference; the others are the landmarker's
# guess. On 115 pairs of photos of one person both are as far off (lips 4.0 and
# 4.4 px of 256), and their mean less (3.8); the jaw's place can be seen.
_FOLLOWED = 0.7
_JAW_FOLLOWED = 0.3
# How far from the jaw's line that ends, in widths of the face.
_JAW_REACH = 0.17
# Between these heights it begins, in widths of the face below the nose's tip.
_BEGINNING = (-0.14, 0.04)
# What both faces are laid over each other by lies higher than this.
_VISIBLE = -0.07


def follow(landmarks: np.ndarray, reference: np.ndarray) -> np.ndarray:
  """Moves a face's hidden landmarks towards another photo's of this person.

  The other face is turned, in depth too, and scaled so that the upper halves
  lie on each other.

  Args:
    landmarks: of the masked face, [468, 3] in any pixels.
    reference: of the other photo, [468, 3] in pixels of that one.

  Returns:
    float32 [468, 3].
  """
  # A square as wide as a face from the front.
  level = alignment.crop_transform(reference, 1) / alignment.FACE_WIDTH
  points = alignment.transform_landmarks(reference, level)[:, :2]
  height = points[:, 1] - points[anatomy.NOSE_TIP, 1]
  moved = _laid_over(reference, landmarks, height < _VISIBLE)
  jaw = points[list(anatomy.JAW)]
  away = np.linalg.norm(points[:, None] - jaw[None], axis=2).min(axis=1)
  inner = np.clip(away / _JAW_REACH, 0, 1)
  share = _JAW_FOLLOWED + (_FOLLOWED - _JAW_FOLLOWED) * inner
  low, high = _BEGINNING
  share *= np.clip((height - low) / (high - low), 0, 1)
  return (landmarks + share[:, None] * (moved - landmarks)).astype(np.float32)


def _laid_over(points, target, chosen) -> np.ndarray:
  """Turns, scales and moves points [N, 3] so that the chosen ones lie best.

  The least squares of Umeyama (1991, https://doi.org/10.1109/34.88573).
  """
  points, target = points.astype(np.float64), target.astype(np.float64)
  middle, goal = points[chosen].mean(0), target[chosen].mean(0)
  before, after = points[chosen] - middle, target[chosen] - goal
  u, spread, vt = np.linalg.svd(before.T @ after)
  mirrored = np.array([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
  turn = (u * mirrored) @ vt
  scale = (spread * mirrored).sum() / np.square(before).sum()
  return scale * (points - middle) @ turn + goal
