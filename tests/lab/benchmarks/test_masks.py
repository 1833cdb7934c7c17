import cv2
import pytest

from maskgan_jax.lab.benchmarks import masks


def test_masks_are_timed(monkeypatch):
  monkeypatch.setattr(masks, "_FACES", 2)
  monkeypatch.setattr(masks, "_PHOTOS", 1)
  monkeypatch.setattr(masks, "_PHOTO_SIZE", 320)
  threads = cv2.getNumThreads()
  rows = masks.masks_speed(1)["rows"]
  assert cv2.getNumThreads() == threads
  assert [row["what"] for row in rows] == [
    "drawing, 256 px",
    "with detection, 256 px",
    "file to file, 320 px",
  ]
  for row in rows:
    times = row["face_ms"]
    assert 0 < times["p10"] <= times["median"] <= times["p90"]
    assert row["faces_per_second"] == pytest.approx(1000 / times["mean"])
