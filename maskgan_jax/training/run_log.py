"""Where a run's numbers and pictures go: files and TensorBoard."""

import json
import pathlib
from collections.abc import Mapping

import numpy as np
import tensorboardX
from PIL import Image

from maskgan_jax.common import files


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
    files.write_text(self._jsonl, "".join(kept))

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
    path = self._dir / "samples" / f"{name}_{step:08d}.jpg"
    with files.replacing(path) as partial:
      Image.fromarray(pixels).save(partial, format="JPEG", quality=92)
    self._tensorboard.add_image(name, pixels, step, dataformats="HWC")

  def close(self) -> None:
    if self._writes:
      self._tensorboard.close()
