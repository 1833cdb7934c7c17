"""Which of the face mesh's 468 landmarks is what, and what follows from them.

Indices are those of MediaPipe's mesh (Kartynnik et al., 2019). Right and left
are the person's own: the right eye lies on the left of the picture.
"""

import cv2
import numpy as np

NUM_LANDMARKS = 468
# In the middle, from top to bottom.
FOREHEAD, BETWEEN_EYES, NOSE_TIP, NOSE_BASE = 10, 6, 4, 2
UPPER_LIP, LOWER_LIP, BELOW_LIPS, CHIN = 0, 17, 18, 152
RIGHT_CHEEK, LEFT_CHEEK = 234, 454
# The right one first.
OUTER_EYE_CORNERS, INNER_EYE_CORNERS = (33, 263), (133, 362)
NOSE_WINGS, NOSTRILS = (129, 358), (98, 327)
MOUTH_CORNERS = (61, 291)
# The inner edges of upper and lower lip.
LIPS_MIDDLE = (13, 14)
CHEEK_BONES = (50, 280)
RIGHT_EYE, LEFT_EYE = (33, 133, 159, 145), (263, 362, 386, 374)
# Eye and brow, which are not skin.
RIGHT_EYE_AND_BROW = (33, 133, 145, 159, 46, 70, 63, 105, 66, 107)
LEFT_EYE_AND_BROW = (263, 362, 374, 386, 276, 300, 293, 334, 296, 336)
# Outlines, point by point.
FACE_OVAL = (
  *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379),
  *(378, 400, 377, 152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127),
  *(162, 21, 54, 103, 67, 109),
)
OUTER_LIPS = (
  *(61, 146, 91, 181, 84, 17, 314, 405, 321, 375),
  *(291, 409, 270, 269, 267, 0, 37, 39, 40, 185),
)
INNER_LIPS = (
  *(78, 95, 88, 178, 87, 14, 317, 402, 318, 324),
  *(308, 415, 310, 311, 312, 13, 82, 81, 80, 191),
)
EYES = (
  (33, 7, 163, 144, 145, 153, 154, 155)
  + (133, 173, 157, 158, 159, 160, 161, 246),
  (263, 249, 390, 373, 374, 380, 381, 382)
  + (362, 398, 384, 385, 386, 387, 388, 466),
)
BROWS = (
  (70, 63, 105, 66, 107, 55, 65, 52, 53, 46),
  (300, 293, 334, 296, 336, 285, 295, 282, 283, 276),
)
JAW = (
  *(234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152),
  *(377, 400, 378, 379, 365, 397, 288, 361, 323, 454),
)


def eye_centres(landmarks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
  """Returns the centres of the eye on the picture's left and right, [2]."""
  return (
    landmarks[list(RIGHT_EYE), :2].mean(0),
    landmarks[list(LEFT_EYE), :2].mean(0),
  )


def skin_mask(landmarks: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
  """Returns where a face has skin: its outline without eyes and brows.

  Args:
    landmarks: [468, 2 or more] in pixels of the picture.
    shape: of the picture, [H, W, ...].

  Returns:
    uint8 [H, W], 1 on skin, or on what hides it.
  """
  points = np.round(landmarks[:, :2]).astype(np.int32)
  mask = np.zeros(shape[:2], np.uint8)
  cv2.fillConvexPoly(mask, cv2.convexHull(points), 1)
  # The outline's own edge, and lashes, are not skin either.
  margin = max(1, round(0.04 * np.ptp(points[:, 0])))
  mask = cv2.erode(mask, np.ones((2 * margin + 1,) * 2, np.uint8))
  for feature in (RIGHT_EYE_AND_BROW, LEFT_EYE_AND_BROW):
    hull = cv2.convexHull(points[list(feature)])
    cv2.fillConvexPoly(mask, hull, 0)
    cv2.polylines(mask, [hull], True, 0, 2 * margin + 1)
  return mask


def cheek_to_cheek(landmarks: np.ndarray) -> float:
  """Returns the way from cheek to cheek, in depth too, px."""
  return float(np.linalg.norm(landmarks[LEFT_CHEEK] - landmarks[RIGHT_CHEEK]))


def yaw(landmarks: np.ndarray) -> float:
  """Returns the turn of the head in degrees, 0 when frontal."""
  across = landmarks[LEFT_CHEEK] - landmarks[RIGHT_CHEEK]
  width = np.hypot(across[0], across[1])
  return float(np.degrees(np.arctan2(across[2], width)))
