"""What a drawn mask is made of, and how such masks are drawn at random."""

import dataclasses

import numpy as np

# Kind -> its share among drawn masks.
_SHARES = {
  "surgical": 0.34,
  "kn95": 0.14,
  "n95": 0.08,
  "n95_valve": 0.07,
  "cloth": 0.17,
  "cloth_pattern": 0.13,
  "bandana": 0.07,
}
MASK_TYPES = tuple(_SHARES)
PATTERNS = ("plain", "checks", "stripes", "dots", "weave", "camouflage")

_SURGICAL = (
  *((122, 172, 206), (150, 193, 216), (104, 160, 205), (135, 190, 212)),
  *((232, 234, 236), (228, 230, 228), (44, 46, 50), (34, 35, 38)),
  *((150, 205, 190), (226, 172, 186)),
)
_KN95 = (*((236, 236, 234),) * 6, *((40, 41, 44),) * 2, (150, 158, 166))
_N95 = (*((236, 235, 230),) * 5, (226, 214, 190), (150, 188, 210))
_CLOTH = (
  *((36, 37, 40), (30, 30, 33), (52, 54, 60), (224, 222, 216)),
  *((120, 122, 126), (38, 52, 88), (132, 38, 44), (62, 82, 64)),
  *((178, 160, 134), (90, 60, 92), (60, 110, 140), (214, 150, 160)),
)
_BRIGHT = (
  *((180, 40, 44), (34, 54, 108), (28, 94, 84), (36, 37, 40)),
  *((206, 158, 60), (112, 66, 120), (226, 222, 212), (86, 120, 168)),
  *((202, 106, 72), (70, 92, 60)),
)
_ACCENT = (
  *((238, 236, 230), (232, 228, 214), (32, 33, 38), (214, 180, 92)),
  *((196, 62, 66), (70, 110, 160), (150, 190, 180)),
)


@dataclasses.dataclass(frozen=True)
class MaskParams:
  """Everything that decides a drawn mask, beside the photo itself.

  `dataclasses.asdict` gives a dict that JSON can hold, and
  `MaskParams(**json.loads(text))` the same value again.

  Attributes:
    mask_type: one of `MASK_TYPES`.
    colour: RGB in 0..255 of the cloth under white light.
    accent: RGB in 0..255 of the pattern's second colour.
    pattern: one of `PATTERNS`.
    coverage: the top edge's middle, 0 at the tip of the nose, 1 between the
      eyes.
    width: scale of the angle to the side edges; 1 is the kind's own.
    drop: how far the bottom edge lies below the chin, face widths.
    tilt: degrees by which it sits askew, clockwise in the picture.
    thickness: of the cloth, in face widths.
    seed: of all small variations: outline, wrinkles, weave, prints.
  """

  mask_type: str
  colour: tuple[int, int, int] = (236, 236, 234)
  accent: tuple[int, int, int] = (32, 33, 38)
  pattern: str = "plain"
  coverage: float = 0.6
  width: float = 1.0
  drop: float = 0.05
  tilt: float = 0.0
  thickness: float = 0.02
  seed: int = 0

  def __post_init__(self):
    if self.mask_type not in MASK_TYPES:
      raise ValueError(
        f"mask_type is {self.mask_type!r}, expected one of"
        f" {', '.join(MASK_TYPES)}."
      )
    if self.pattern not in PATTERNS:
      raise ValueError(
        f"pattern is {self.pattern!r}, expected one of {', '.join(PATTERNS)}."
      )
    # JSON has lists only.
    object.__setattr__(self, "colour", tuple(self.colour))
    object.__setattr__(self, "accent", tuple(self.accent))


def sample_params(
  rng: np.random.Generator, mask_type: str | None = None
) -> MaskParams:
  """Draws a mask's parameters.

  Args:
    rng: the only source of randomness.
    mask_type: one of `MASK_TYPES`; drawn by the kinds' shares if None.

  Returns:
    The parameters; most masks sit as they should, one in ten slips to the
    tip of the nose.

  Raises:
    ValueError: `mask_type` is unknown.
  """
  if mask_type is None:
    mask_type = str(rng.choice(MASK_TYPES, p=list(_SHARES.values())))
  if mask_type not in MASK_TYPES:
    raise ValueError(
      f"mask_type is {mask_type!r}, expected one of {', '.join(MASK_TYPES)}."
    )
  pattern = "plain"
  if mask_type in ("cloth_pattern", "bandana"):
    pattern = str(rng.choice(PATTERNS[1:]))
  if mask_type == "bandana" and rng.random() < 0.3:
    pattern = "plain"
  palette = {
    "surgical": _SURGICAL,
    "kn95": _KN95,
    "n95": _N95,
    "n95_valve": _N95,
    "cloth": _CLOTH,
  }.get(mask_type, _BRIGHT)
  colour = np.array(palette[rng.integers(len(palette))])
  colour = colour + rng.integers(-8, 9) + rng.integers(-3, 4, 3)
  colour = np.clip(colour, 20, 240)
  accent = np.array(_ACCENT[rng.integers(len(_ACCENT))])
  if np.abs(accent - colour).sum() < 120:
    accent = np.clip(colour + (90 if colour.sum() < 380 else -90), 20, 240)
  coverage = (0.1, 0.45) if rng.random() < 0.1 else (0.65, 1.1)
  drop = (0.22, 0.42) if mask_type == "bandana" else (0.04, 0.12)
  return MaskParams(
    mask_type=mask_type,
    colour=tuple(int(c) for c in colour),
    accent=tuple(int(c) for c in accent),
    pattern=pattern,
    coverage=round(float(rng.uniform(*coverage)), 3),
    width=round(float(rng.uniform(0.92, 1.06)), 3),
    drop=round(float(rng.uniform(*drop)), 3),
    tilt=round(float(np.clip(rng.normal(0, 1.6), -4, 4)), 2),
    thickness=round(float(rng.uniform(0.012, 0.03)), 4),
    seed=int(rng.integers(2**31)),
  )
