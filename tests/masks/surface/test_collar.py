import numpy as np

from maskgan_jax.masks.surface import collar, head

SKIN = (198, 150, 126)
WINDOW = (0, 0, 256, 320)


def below(photo, landmarks):
  frame = head.head_frame(landmarks)
  return collar.below(photo, landmarks, frame, WINDOW)


def test_finds_the_edge_of_a_shirt(landmarks_of):
  landmarks = landmarks_of(size=200)
  edge = int(landmarks[152, 1]) + 40
  for colour in ((30, 40, 90), (235, 236, 238), (20, 20, 22)):
    photo = np.full((320, 256, 3), SKIN, np.uint8)
    photo[edge:] = colour
    hidden = below(photo, landmarks)
    assert hidden.shape == (320, 256) and hidden.dtype == np.float32
    line = (hidden[:, 60:140] > 0.5).argmax(0)
    assert np.abs(line - edge).max() < 8
    assert hidden[-1].min() > 0.99 and not hidden[: edge - 12].any()


def test_a_bare_neck_has_none(landmarks_of):
  landmarks = landmarks_of(size=200)
  photo = np.full((320, 256, 3), SKIN, np.uint8)
  assert below(photo, landmarks) is None
  # Nor has one that the photo's border cuts off.
  assert below(photo[: int(landmarks[152, 1]) + 4], landmarks) is None
