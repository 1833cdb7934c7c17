"""Everything that decides one drawn mask."""

import dataclasses
from collections.abc import Iterable

from maskgan_jax.common import errors

MASK_TYPES = (
  *("surgical", "kn95", "kf94", "n95", "n95_valve", "cloth"),
  *("cloth_two_layer", "sport", "bandana", "gaiter", "scarf"),
  *("cloth_thin", "cloth_window", "printed_face", "half_mask"),
  *("clear_half_mask", "mouth_shield", "face_shield"),
)
# Wraps go round the head: they have no straps.
WRAPS = ("bandana", "gaiter", "scarf")
# Stiff plates of clear plastic, which stand off the face.
SHIELDS = ("mouth_shield", "face_shield")
# Rubber or silicone sealed to the face, with filters or a valve on it.
HALF_MASKS = ("half_mask", "clear_half_mask")
# These are rigid and held by the head: they sit as they should.
ONE_WAY = ("face_shield", *HALF_MASKS)
WEARS = ("correct", "low", "nose_out", "under_lip", "chin")
PATTERNS = (
  *("plain", "checks", "stripes", "dots", "weave", "camouflage"),
  *("floral", "tie_dye", "lettering", "pictorial", "lower_face"),
)


@dataclasses.dataclass(frozen=True)
class MaskParams:
  """Everything that decides a drawn mask, beside the photo itself.

  `dataclasses.asdict` gives a dict that JSON can hold, and
  `MaskParams(**json.loads(text))` the same value again.

  Attributes:
    mask_type: one of `MASK_TYPES`.
    wear: one of `WEARS`, how it is worn; `coverage` says exactly how high.
    colour: RGB in 0..255 of the cloth under white light.
    accent: RGB in 0..255 of the pattern's second colour.
    pattern: one of `PATTERNS`.
    texture: path of a picture printed on the cloth instead of the pattern.
    coverage: the top edge's middle: 1 between the eyes, 0 on the tip of the
      nose, -1 under the lips, -2 on the chin.
    width: scale of the angle to the side edges; 1 is the kind's own.
    drop: how far the bottom edge lies below the chin, face widths.
    tilt: degrees by which it sits askew, clockwise in the picture.
    looseness: 0 drawn tight over the face, 1 hanging well off it.
    thickness: of the cloth, in face widths.
    opacity: share of the light from below that the cloth stops, at least
      0.6: the truth counts as mask what is more than half opaque.
    seed: of all small variations: outline, wrinkles, weave, prints.

  Raises:
    errors.UserError: a name is unknown or the opacity out of range.
  """

  mask_type: str
  wear: str = "correct"
  colour: tuple[int, int, int] = (236, 236, 234)
  accent: tuple[int, int, int] = (32, 33, 38)
  pattern: str = "plain"
  texture: str = ""
  coverage: float = 0.6
  width: float = 1.0
  drop: float = 0.05
  tilt: float = 0.0
  looseness: float = 0.3
  thickness: float = 0.02
  opacity: float = 1.0
  seed: int = 0

  def __post_init__(self):
    check_names("mask_type", [self.mask_type], MASK_TYPES)
    check_names("wear", [self.wear], WEARS)
    check_names("pattern", [self.pattern], PATTERNS)
    if not 0.6 <= self.opacity <= 1:
      raise errors.UserError(
        f"opacity is {self.opacity}; allowed are 0.6 to 1."
      )
    # JSON has lists only.
    object.__setattr__(self, "colour", tuple(self.colour))
    object.__setattr__(self, "accent", tuple(self.accent))


def check_names(
  what: str, names: Iterable[str], known: tuple[str, ...]
) -> None:
  """Raises errors.UserError, listing the known, if a name is none of them."""
  for name in names:
    if name not in known:
      raise errors.UserError(
        f"{what} is {name!r}, expected one of {', '.join(known)}."
      )
