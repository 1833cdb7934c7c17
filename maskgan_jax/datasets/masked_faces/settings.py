"""What determines a build besides its source."""

import dataclasses

from maskgan_jax import masks
from maskgan_jax.datasets.masked_faces import sources
from maskgan_jax.faces import usability

# At this side the smallest details of a mask still cover a pixel or two.
_MIN_SIZE, _MAX_SIZE = 32, 1024


@dataclasses.dataclass(frozen=True)
class Settings:
  """Sizes, caps and seeds of a build.

  Attributes:
    image_size: side of the largest crops in pixels; a face that is smaller on
      its photo is not enlarged.
    variants: masks drawn on each face of the train split; turned ones get
      `draw.TURNED_FACTOR` times as many.
    num_train: at most as many faces in train, each with all its variants.
    num_test: at most as many faces in test.
    kinds: the only masks to draw, of `masks.MASK_TYPES`; () for all.
    wears: the only ways of wearing them, of `masks.WEARS`; () for all.
    min_face_width: pixels of the photo, see `usability.UsabilityRule`.
    seed: of the masks.
    num_processes: how many do the work; the result does not depend on it.
  """

  image_size: int = 384
  variants: int = 4
  num_train: int | None = None
  num_test: int | None = None
  kinds: tuple[str, ...] = ()
  wears: tuple[str, ...] = ()
  min_face_width: float = usability.UsabilityRule.min_face_width
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
    if not self.min_face_width >= usability.MIN_WIDTH:
      raise sources.SourceError(
        f"min_face_width is {self.min_face_width}; it must be at least"
        f" {usability.MIN_WIDTH}."
      )
    if self.seed < 0:
      raise sources.SourceError(
        f"seed is {self.seed}; it must not be negative."
      )
    self.drawn_from(masks.MaskDistribution())

  @property
  def usability_rule(self) -> usability.UsabilityRule:
    """Which faces are used."""
    return usability.UsabilityRule(min_face_width=self.min_face_width)

  def drawn_from(
    self, distribution: masks.MaskDistribution
  ) -> masks.MaskDistribution:
    """Returns a distribution without the masks that are not to be drawn.

    Raises:
      errors.UserError: a kind or wear is unknown; the message lists the known.
    """
    return distribution.only(self.kinds, self.wears)


def describe(source: sources.Source, settings: Settings) -> dict[str, object]:
  """Returns the parameters that determine what is on the disk."""
  values = dataclasses.asdict(settings)
  del values["num_processes"], values["min_face_width"]
  for name in ("kinds", "wears"):  # As JSON has them; in any order.
    values[name] = sorted(values[name]) or None
  return {
    "source": source.kind,
    "photos": source.fingerprint(),
    "usability": dataclasses.asdict(settings.usability_rule),
    **values,
  }
