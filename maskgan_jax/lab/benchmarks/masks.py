"""How fast masks are drawn on one core, on painted portraits."""

import itertools
import pathlib
import tempfile
import time
from typing import Any

import cv2
import numpy as np

from maskgan_jax import masks
from maskgan_jax.common import timing
from maskgan_jax.datasets import sample_faces
from maskgan_jax.faces import alignment, finder
from maskgan_jax.masks import mask_folder
from maskgan_jax.photos import coding

_FACES, _SIZE = 16, 256
_PHOTOS, _PHOTO_SIZE = 4, 1024


def masks_speed(repeats: int) -> dict[str, Any]:
  """Times drawing on a crop, with detection, and from file to file.

  The time is the process's own, so that other work on the machine counts
  little.

  Args:
    repeats: rounds over all portraits.

  Returns:
    {"rows": one dict for each of the three, with the time of a face}.
  """
  threads = cv2.getNumThreads()
  cv2.setNumThreads(1)
  try:
    with tempfile.TemporaryDirectory() as folder:
      calls = {
        f"drawing, {_SIZE} px": _drawing(detect=False),
        f"with detection, {_SIZE} px": _drawing(detect=True),
        f"file to file, {_PHOTO_SIZE} px": _files(pathlib.Path(folder)),
      }
      rows = []
      for name, call in calls.items():
        call()
        times = timing.measure(call, repeats * _FACES, time.process_time)
        rate = 1000 / times["mean"]
        rows.append({"what": name, "faces_per_second": rate, "face_ms": times})
  finally:
    cv2.setNumThreads(threads)
  return {"rows": rows}


def _drawing(detect):
  """A call that draws on the next portrait's crop."""
  crops = []
  for seed in range(_FACES):
    portrait = sample_faces.paint(seed)
    transform = alignment.crop_transform(portrait.landmarks, _SIZE)
    image, _ = alignment.warp(portrait.image, transform, _SIZE)
    points = alignment.transform_landmarks(portrait.landmarks, transform)
    crops.append((image, points.astype(np.float32)))
    turn, rng = itertools.cycle(crops), np.random.default_rng(0)

  def call():
    image, landmarks = next(turn)
    if detect:
      found = finder.shared().find(image, "largest")
      points = found[0].landmarks if found else landmarks
    else:
      points = landmarks
    return masks.draw(image, points, rng).image

  return call


def _files(folder):
  """A call that masks the next portrait's JPEG."""
  names = [f"{seed}.jpg" for seed in range(_PHOTOS)]
  for seed, name in enumerate(names):
    image = sample_faces.paint(seed).image
    image = cv2.resize(image, (_PHOTO_SIZE,) * 2, interpolation=cv2.INTER_CUBIC)
    (folder / name).write_bytes(coding.jpeg(image))
  turn = itertools.cycle(names)
  options = mask_folder.Options(overwrite=True)

  def call():
    name = next(turn)
    return mask_folder.mask_file(folder, folder / "out", options, name)

  return call
