"""Takes the masks off the faces in a video."""

import dataclasses
import os
import pathlib
from collections.abc import Callable

import numpy as np

from maskgan_jax import unmasking
from maskgan_jax.common import files, progress
from maskgan_jax.faces import expression as expression_lib
from maskgan_jax.photos import provenance, video
from maskgan_jax.unmasking import face_finder, outputs, tracks
from maskgan_jax.unmasking.references import reference


@dataclasses.dataclass(frozen=True)
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


@dataclasses.dataclass(frozen=True)
class Summary:
  """What became of a video.

  Attributes:
    num_frames: of the video.
    num_unmasked: frames in which at least one face lost its mask.
    num_unsure: of these, frames in which one of the masks may be none.
    flicker: of the result; None where nothing was completed twice in a row.
  """

  num_frames: int
  num_unmasked: int
  num_unsure: int
  flicker: Flicker | None


def unmask_video(
  unmasker: unmasking.Unmasker,
  input_path: str | os.PathLike,
  output_path: str | os.PathLike,
  overwrite: bool = False,
  expression: str = expression_lib.LIKELY,
  references: reference.Album | None = None,
) -> Summary:
  """Unmasks a video into another, and writes NAME.json about where it is from.

  A video on which no mask is found writes nothing.

  Args:
    unmasker: the networks.
    input_path: .mp4, .mov or .webm.
    output_path: of the same kind.
    overwrite: replace a result that exists.
    expression: one of `expression.NAMES`, of all faces throughout.
    references: other photos of these people. A face keeps the first that is
      found to be of it.

  Raises:
    errors.UserError: the video cannot be read or written, or the output exists
      or is the input.
  """
  input_path, output_path = pathlib.Path(input_path), pathlib.Path(output_path)
  video.check_paths(input_path, output_path)
  outputs.check_output(input_path, output_path, overwrite)
  unmask = _frame_unmasker(unmasker, expression, references)
  counts = _Counts()
  with progress.bar(video.read_info(input_path).num_frames, "frame") as bar:

    def change(frame):
      result = unmask(frame)
      counts.add(frame, result)
      bar.update()
      return result.image

    video.change_frames(
      input_path, output_path, change, keep=lambda: counts.num_unmasked > 0
    )
  if counts.num_unmasked:
    # Video containers have no agreed place for IPTC's word.
    files.write_json(
      output_path.with_name(output_path.name + ".json"),
      provenance.facts(
        unmasker.networks.weights_sha256, input_path.name, counts.ingredients
      ),
    )
  return counts.summary()


def _frame_unmasker(
  unmasker: unmasking.Unmasker,
  expression: str,
  references: reference.Album | None,
) -> Callable[[np.ndarray], unmasking.UnmaskResult]:
  """Returns what unmasks the frames of one video in their order."""
  tracker = tracks.Tracker(unmasker.networks.image_size)
  finder = face_finder.FilmFinder(unmasker.networks)

  def unmask(frame):
    faces = tracker.follow(frame, finder.find(frame))
    if references is not None:
      faces = tracker.assign(references, frame, faces)
    completed = unmasker.complete(frame, faces, expression=expression)
    return unmasking.lay_back(frame, tracker.smooth(completed))

  return unmask


class _Counts:
  """What became of a video's frames so far."""

  def __init__(self):
    self.num_frames = self.num_unmasked = self.num_unsure = 0
    self.ingredients: dict[str, str] = {}
    self._before = None
    self._changes = np.zeros((3, 2))  # Sums of changes, and of pixels.

  def add(self, frame: np.ndarray, result: unmasking.UnmaskResult) -> None:
    """Counts the next frame."""
    self.num_frames += 1
    self.num_unmasked += result.found_mask
    self.num_unsure += any(face.unsure for face in result.faces)
    self.ingredients |= result.ingredients
    shown = result.mask > 127
    if self._before is not None:
      old_frame, old_image, old_shown = self._before
      both, neither = shown & old_shown, ~(shown | old_shown)
      for i, (region, new, old) in enumerate(
        [
          (both, result.image, old_image),
          (both, frame, old_frame),
          (neither, frame, old_frame),
        ]
      ):
        change = np.abs(new[region].astype(np.float32) - old[region])
        self._changes[i] += change.sum(), change.size
    self._before = (frame, result.image, shown)

  def summary(self) -> Summary:
    sums, counts = self._changes.T
    flicker = Flicker(*(sums / counts).tolist()) if counts.all() else None
    return Summary(self.num_frames, self.num_unmasked, self.num_unsure, flicker)
