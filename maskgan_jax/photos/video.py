"""Videos in and out: every frame changed, the sound as it was."""

import contextlib
import os
import pathlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

import av
import numpy as np

from maskgan_jax import photos
from maskgan_jax.common import errors, files

# The container by suffix: its name, a video codec and its options. CRF 18 is
# held to be visually lossless for H.264 (https://trac.ffmpeg.org/wiki/Encode).
_KINDS = {
  ".mp4": ("mp4", "libx264", {"crf": "18", "preset": "veryfast"}),
  ".mov": ("mov", "libx264", {"crf": "18", "preset": "veryfast"}),
  ".webm": ("webm", "libvpx-vp9", {"crf": "24", "b": "0", "cpu-used": "5"}),
}
SUFFIXES = tuple(_KINDS)


class Info(NamedTuple):
  """What a video's header says."""

  width: int
  height: int
  num_frames: int  # An estimate where the header does not count them.


def read_info(path: str | os.PathLike) -> Info:
  """Reads a video's size and length.

  Raises:
    errors.UserError: it cannot be read, holds no picture or too large ones.
  """
  with _open(path) as container:
    stream = _video_stream(container, path)
    count = stream.frames
    if not count and container.duration and stream.average_rate:
      count = round(container.duration / av.time_base * stream.average_rate)
    return Info(stream.width, stream.height, count)


def change_frames(
  input_path: str | os.PathLike,
  output_path: str | os.PathLike,
  change: Callable[[np.ndarray], np.ndarray],
  keep: Callable[[], bool] = lambda: True,
) -> int:
  """Writes a video whose frames went through a function.

  Sound is copied as it is, times are kept. Frames whose sides are odd lose a
  row or a column, since the codecs ask for even ones; rotated ones are written
  upright. The file appears under its name only when it is whole.

  Args:
    input_path: .mp4, .mov or .webm.
    output_path: of the same kind.
    change: uint8 [H, W, 3] RGB to the same shape, called in order.
    keep: asked at the end whether the result is worth keeping.

  Returns:
    The number of frames.

  Raises:
    errors.UserError: the video cannot be read or written, or has no frames.
  """
  kind, codec, options = _KINDS[check_paths(input_path, output_path)]
  with contextlib.suppress(_NotKept), files.replacing(output_path) as partial:
    try:
      with (
        _open(input_path) as source,
        av.open(str(partial), "w", format=kind) as target,
      ):
        count = _copy(source, target, input_path, codec, options, change)
    except (av.FFmpegError, OSError) as error:
      raise errors.UserError(
        f"{input_path} to {output_path}: {error}. Give a video that plays, and"
        " a folder with space that can be written."
      ) from error
    if not keep():
      raise _NotKept
  return count


class _NotKept(Exception):
  """Ends the writing of a file that is not wanted."""


def check_paths(
  input_path: str | os.PathLike, output_path: str | os.PathLike
) -> str:
  """Returns the suffix of both.

  Raises:
    errors.UserError: they are of different or unknown kinds.
  """
  kinds = [pathlib.Path(p).suffix.lower() for p in (input_path, output_path)]
  if kinds[0] not in _KINDS or kinds[0] != kinds[1]:
    raise errors.UserError(
      f"{input_path} to {output_path}: a video goes from one of"
      f" {', '.join(_KINDS)} to the same kind. Convert it first."
    )
  return kinds[0]


def _open(path) -> av.container.InputContainer:
  if not pathlib.Path(path).is_file():
    raise errors.UserError(f"{path}: no such file. Give the path of a video.")
  try:
    return av.open(str(path))
  except av.FFmpegError as error:
    raise errors.UserError(
      f"{path}: not a readable video ({error}). Give one that plays."
    ) from error


def _video_stream(container, path) -> av.VideoStream:
  if not container.streams.video:
    raise errors.UserError(f"{path}: no picture in it, only sound.")
  stream = container.streams.video[0]
  if stream.width * stream.height > photos.MAX_PIXELS:
    raise errors.UserError(
      f"{path}: frames of {stream.width}x{stream.height} pixels, more than the"
      f" {photos.MAX_PIXELS:,} that are decoded. Reduce the video first."
    )
  stream.thread_type = "AUTO"
  return stream


def _copy(source, target, path, codec, options, change) -> int:
  """Re-encodes the pictures and copies the sound; returns the frames' count."""
  stream = _video_stream(source, path)
  # All streams must be there before the first packet.
  out = target.add_stream(codec, rate=stream.average_rate, options=options)
  out.height, out.width = _even(next(frames(path))).shape[:2]
  out.pix_fmt = "yuv420p"
  # The frames' own times, whatever their rate.
  out.codec_context.time_base = stream.time_base
  # As libswscale converts from RGB unless told otherwise.
  out.codec_context.colorspace = av.video.reformatter.Colorspace.ITU601
  sounds = {s: target.add_stream_from_template(s) for s in source.streams.audio}
  count = 0
  for packet in source.demux(stream, *sounds):
    if packet.stream in sounds:
      if packet.dts is not None:  # Else it only tells that the stream ends.
        packet.stream = sounds[packet.stream]
        target.mux(packet)
      continue
    for frame in packet.decode():
      pixels = _even(change(_upright(frame)))
      target.mux(out.encode(_encoded(pixels, frame)))
      count += 1
  target.mux(out.encode(None))
  return count


def _upright(frame: av.VideoFrame) -> np.ndarray:
  """Returns a frame as uint8 [H, W, 3], turned as players show it."""
  pixels = frame.to_ndarray(format="rgb24")
  return np.ascontiguousarray(np.rot90(pixels, round(frame.rotation / 90)))


def _even(pixels: np.ndarray) -> np.ndarray:
  height, width = (n // 2 * 2 for n in pixels.shape[:2])
  return np.ascontiguousarray(pixels[:height, :width])


def _encoded(pixels: np.ndarray, like: av.VideoFrame) -> av.VideoFrame:
  frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
  frame.pts, frame.time_base = like.pts, like.time_base
  return frame


def frames(path: str | os.PathLike) -> Iterator[np.ndarray]:
  """Yields a video's frames, uint8 [H, W, 3], upright.

  Raises:
    errors.UserError: it cannot be read, or has no frames.
  """
  count = 0
  with _open(path) as container:
    for frame in container.decode(_video_stream(container, path)):
      yield _upright(frame)
      count += 1
  if not count:
    raise errors.UserError(f"{path}: no frames in it. Give a video that plays.")
