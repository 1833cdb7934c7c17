"""Takes the masks off the faces in a video."""

import dataclasses
import json
import os
import pathlib
import time

import numpy as np

from maskgan_jax import photos
from maskgan_jax.common import progress
from maskgan_jax.faces import finder
from maskgan_jax.photos import provenance, video
from maskgan_jax.unmasking import outputs, tracks
from maskgan_jax.unmasking import unmasker as unmasker_lib

# A line about the progress, once in so many seconds.
_REPORT_EVERY = 5.0


@dataclasses.dataclass
class Flicker:
  """How much pixels change from one frame to the next, in 0..255.

  Attributes:
    completed: mean change where both frames were completed, in the result.
    masked: there, in the video itself.
    background: everywhere else.
  """

  completed: float
  masked: float
  background: float


@dataclasses.dataclass
class Summary:
  """What became of a video.

  Attributes:
    num_frames: of the video.
    num_unmasked: frames in which at least one face lost its mask.
    flicker: of the result; None where nothing was completed twice in a row.
  """

  num_frames: int
  num_unmasked: int
  flicker: Flicker | None


def unmask_video(
  unmasker: unmasker_lib.Unmasker,
  input_path: str | os.PathLike,
  output_path: str | os.PathLike,
  overwrite: bool = False,
) -> Summary:
  """Unmasks a video into another, and writes NAME.json about where it is from.

  A video on which no mask is found writes nothing.

  Args:
    unmasker: the networks.
    input_path: .mp4, .mov or .webm.
    output_path: of the same kind.
    overwrite: replace a result that exists.

  Raises:
    errors.UserError: the video cannot be read or written, or the output exists
      or is the input.
  """
  input_path, output_path = pathlib.Path(input_path), pathlib.Path(output_path)
  video.check_paths(input_path, output_path)
  outputs.check_output(input_path, output_path, overwrite)
  worker = _Worker(unmasker, video.read_info(input_path).num_frames)
  video.change_frames(
    input_path,
    output_path,
    worker.unmask,
    keep=lambda: worker.num_unmasked > 0,
  )
  if worker.num_unmasked:
    _write_sidecar(unmasker, input_path, output_path)
  return worker.summary()


def _write_sidecar(unmasker, source, target) -> None:
  # Video containers have no agreed place for IPTC's word.
  facts = provenance.facts(unmasker.networks.weights_sha256, source.name)
  photos.write(
    target.with_name(target.name + ".json"),
    json.dumps(facts, indent=2).encode(),
  )


class _Worker:
  """Unmasks frames in their order and counts what became of them."""

  def __init__(self, unmasker: unmasker_lib.Unmasker, num_frames: int):
    self._unmasker = unmasker
    self._tracker = tracks.Tracker(self._predict, unmasker.networks.image_size)
    self._progress = progress.Progress(num_frames, unit="frame")
    self._told = time.monotonic()
    self.num_frames = self.num_unmasked = 0
    self._before = None
    self._changes = np.zeros((3, 2))  # Sums of changes, and of pixels.

  def unmask(self, frame: np.ndarray) -> np.ndarray:
    """Returns uint8 [H, W, 3] without masks."""
    face_finder = finder.shared()
    found = [
      finder.LandmarkedFace(
        face.box, face.keypoints, *face_finder.mesh(frame, face)
      )
      for face in face_finder.detect(frame)
    ]
    result, shown = self._tracker.unmask(frame, found)
    self.num_frames += 1
    self.num_unmasked += bool(shown.any())
    self._measure(frame, result, shown > 127)
    if time.monotonic() - self._told > _REPORT_EVERY:
      self._progress.line(self.num_frames)
      self._told = time.monotonic()
    return result

  def _predict(self, crops):
    found = self._unmasker.complete(crops)
    probability = np.stack([face.mask for face in found])[..., None]
    predicted = np.stack([face.predicted for face in found])
    return probability, predicted.astype(np.float32)

  def _measure(self, frame, result, shown):
    if self._before is not None:
      old_frame, old_result, old_shown = self._before
      regions = (shown & old_shown, shown & old_shown, ~(shown | old_shown))
      pairs = ((result, old_result), (frame, old_frame), (frame, old_frame))
      for i, (region, (new, old)) in enumerate(
        zip(regions, pairs, strict=True)
      ):
        change = np.abs(new[region].astype(np.float32) - old[region])
        self._changes[i] += change.sum(), change.size
    self._before = (frame, result, shown)

  def summary(self) -> Summary:
    sums, counts = self._changes.T
    flicker = Flicker(*(sums / counts).tolist()) if counts.all() else None
    return Summary(self.num_frames, self.num_unmasked, flicker)
