"""Where a run's numbers and pictures go: files, terminal, TensorBoard."""

import json
import pathlib
import sys
import time
from collections.abc import Mapping

import numpy as np
import tensorboardX
from PIL import Image


class RunLog:
  """Writes scalars and sample pictures of one run into its workdir.

  Of a run's processes one alone writes: give the others `writes=False`.
  """

  def __init__(self, workdir: str, start_step: int, writes: bool = True):
    self._writes = writes
    if not writes:
      return
    self._dir = pathlib.Path(workdir)
    self._dir.mkdir(parents=True, exist_ok=True)
    self._jsonl = self._dir / "metrics.jsonl"
    self._forget_after(start_step)
    self._tensorboard = tensorboardX.SummaryWriter(
      str(self._dir / "tensorboard"), purge_step=start_step + 1
    )

  def _forget_after(self, step: int) -> None:
    """Drops what an interrupted run wrote past its last checkpoint."""
    if not self._jsonl.exists():
      return
    lines = self._jsonl.read_text().splitlines(keepends=True)
    kept = [
      line
      for line in lines
      if line.endswith("\n") and json.loads(line)["step"] <= step
    ]
    partial = self._jsonl.with_suffix(".partial")
    partial.write_text("".join(kept))
    partial.replace(self._jsonl)

  def scalars(self, step: int, values: Mapping[str, float]) -> None:
    """Writes values such as {"train/d_loss": 0.7} at a step."""
    if not self._writes:
      return
    values = {name: float(value) for name, value in values.items()}
    with self._jsonl.open("a") as file:
      file.write(json.dumps({"step": step, **values}) + "\n")
    for name, value in values.items():
      self._tensorboard.add_scalar(name, value, step)
    self._tensorboard.flush()

  def picture(self, step: int, name: str, pixels: np.ndarray) -> None:
    """Writes a picture, uint8 [H, W, 3], into samples/ and TensorBoard."""
    if not self._writes:
      return
    folder = self._dir / "samples"
    folder.mkdir(exist_ok=True)
    Image.fromarray(pixels).save(folder / f"{name}_{step:08d}.jpg", quality=92)
    self._tensorboard.add_image(name, pixels, step, dataformats="HWC")

  def close(self) -> None:
    if self._writes:
      self._tensorboard.close()


class Progress:
  """Prints one line now and then: how far, how fast, how long still."""

  def __init__(
    self,
    total: int,
    done: int = 0,
    unit: str = "step",
    prints: bool = True,
  ):
    self._total, self._unit, self._prints = total, unit, prints
    self._first, self._start = done, time.monotonic()
    self._paused = 0.0
    self._pause_start = 0.0

  def pause(self) -> None:
    """Stops the clock, so that evaluation does not count as training."""
    self._pause_start = time.monotonic()

  def resume(self) -> None:
    self._paused += time.monotonic() - self._pause_start

  def rate(self, done: int) -> float:
    """Returns units a second since the start, pauses left out."""
    seconds = time.monotonic() - self._start - self._paused
    return (done - self._first) / max(seconds, 1e-9)

  def line(self, done: int, note: str = "") -> None:
    if not self._prints:
      return
    rate = self.rate(done)
    left = (self._total - done) / max(rate, 1e-9)
    print(
      f"{self._unit} {done}/{self._total}  {rate:.2f}/s"
      f"  {1000 / max(rate, 1e-9):.1f} s per 1000"
      f"  {duration(left)} left  {note}".rstrip(),
      file=sys.stderr,
      flush=True,
    )


def duration(seconds: float) -> str:
  """Returns 3725 s as "1:02:05"."""
  minutes, rest = divmod(round(seconds), 60)
  hours, minutes = divmod(minutes, 60)
  return f"{hours}:{minutes:02d}:{rest:02d}"
