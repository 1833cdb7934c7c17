"""Painted portraits."""

import dataclasses

from maskgan_jax.datasets import sample_faces
from maskgan_jax.datasets.masked_faces.sources import interface


@dataclasses.dataclass(frozen=True)
class SampleFaces:
  """Painted portraits; every face is its own person."""

  num_faces: int = 300
  seed: int = 0
  kind = "sample_faces"

  def items(self) -> tuple[list[interface.Item], list[interface.Skipped]]:
    names = [f"portrait-{i:06d}" for i in range(self.num_faces)]
    return [
      interface.Item(name, name, i, synthetic=True)
      for i, name in enumerate(names)
    ], []

  def load(self, item: interface.Item) -> interface.Loaded:
    # Seeds of neighbouring builds do not overlap below a million faces.
    portrait = sample_faces.paint(self.seed * 1_000_000 + item.index)
    return interface.Loaded(portrait.image, portrait.landmarks)

  def fingerprint(self) -> str:
    return f"{self.num_faces} portraits"
