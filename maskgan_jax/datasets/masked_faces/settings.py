"""What determines a build besides its source."""

import dataclasses

from maskgan_jax.datasets.masked_faces import sources

# At this side the smallest details of a mask still cover a pixel or two.
_MIN_SIZE, _MAX_SIZE = 32, 1024


@dataclasses.dataclass(frozen=True)
class Settings:
  """Sizes, caps and seeds of a build.

  Attributes:
    image_size: side of the crops in pixels.
    variants: masks drawn on each face of the train split; turned ones get
      `draw.TURNED_FACTOR` times as many.
    num_train: at most as many faces in train, each with all its variants.
    num_test: at most as many faces in test.
    seed: of the masks.
    num_processes: how many do the work; the result does not depend on it.
  """

  image_size: int = 256
  variants: int = 4
  num_train: int | None = None
  num_test: int | None = None
  seed: int = 0
  num_processes: int = 1

  def __post_init__(self):
    if not _MIN_SIZE <= self.image_size <= _MAX_SIZE:
      raise sources.SourceError(
        f"image_size is {self.image_size}; allowed are {_MIN_SIZE} to"
        f" {_MAX_SIZE}."
      )
    for name in ("variants", "num_train", "num_test", "num_processes"):
      value = getattr(self, name)
      if value is not None and value < 1:
        raise sources.SourceError(f"{name} is {value}; it must be at least 1.")
    if self.seed < 0:
      raise sources.SourceError(
        f"seed is {self.seed}; it must not be negative."
      )


def describe(source: sources.Source, settings: Settings) -> dict[str, object]:
  """Returns the parameters that determine what is on the disk."""
  values = dataclasses.asdict(settings)
  del values["num_processes"]
  return {"source": source.kind, "photos": source.fingerprint(), **values}
