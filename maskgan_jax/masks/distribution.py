"""Which masks are drawn: the one place where chance decides."""

import dataclasses
import math
import os
from collections.abc import Iterable, Mapping

import numpy as np

from maskgan_jax import photos
from maskgan_jax.common import errors
from maskgan_jax.masks import params as params_lib

# RGB under white light. Black is drawn apart, for any kind.
_BLACK = ((44, 46, 50), (34, 35, 38), (30, 30, 33), (52, 54, 60))
_BRIGHT = (
  *((180, 40, 44), (34, 54, 108), (28, 94, 84), (226, 222, 212)),
  *((206, 158, 60), (112, 66, 120), (86, 120, 168), (202, 106, 72)),
  *((70, 92, 60), (120, 122, 126)),
)
_WHITE = ((236, 236, 234), (232, 234, 236), (228, 230, 228))
_CLOTH = (
  *((224, 222, 216), (120, 122, 126), (38, 52, 88), (132, 38, 44)),
  *((62, 82, 64), (178, 160, 134), (90, 60, 92), (60, 110, 140)),
  *((214, 150, 160), (232, 232, 230)),
)
_RESPIRATOR = (*_WHITE, *_WHITE, (226, 214, 190), (150, 188, 210))
_PALETTES = {
  "surgical": (
    *((122, 172, 206), (150, 193, 216), (104, 160, 205), (135, 190, 212)),
    *((170, 208, 226), (160, 214, 200), (226, 172, 186), *_WHITE),
  ),
  "kn95": (*_WHITE, *_WHITE, (150, 158, 166), (206, 180, 190)),
  "kf94": (*_WHITE, *_WHITE, (150, 158, 166), (182, 196, 210)),
  "n95": _RESPIRATOR,
  "n95_valve": _RESPIRATOR,
  "cloth": _CLOTH,
  "cloth_two_layer": _CLOTH,
  "sport": ((60, 64, 70), (38, 52, 88), (120, 122, 126), (132, 38, 44)),
  "scarf": ((150, 40, 44), (52, 66, 96), (92, 92, 96), (186, 168, 140)),
}
_ACCENTS = (
  *((238, 236, 230), (232, 228, 214), (32, 33, 38), (214, 180, 92)),
  *((196, 62, 66), (70, 110, 160), (150, 190, 180)),
)
# Where the top edge's middle lies, see MaskParams.coverage.
_COVERAGE = {
  "correct": (0.62, 1.1),
  "low": (0.08, 0.45),
  "nose_out": (-0.45, -0.22),
  "under_lip": (-1.1, -0.92),
  "chin": (-1.6, -1.2),
}
# See MaskParams.width: sewn at home, some reach the ears.
_WIDTH = {"cloth": (0.92, 1.18), "cloth_two_layer": (0.92, 1.14)}
_DROP = {"bandana": (0.22, 0.42), "gaiter": (0.4, 0.6), "scarf": (0.3, 0.5)}


def _shares(**shares: float):
  return dataclasses.field(default_factory=lambda: dict(shares))


@dataclasses.dataclass(frozen=True)
class MaskDistribution:
  """The distribution from which random masks are drawn.

  `dataclasses.asdict` gives a dict that JSON can hold, and
  `MaskDistribution(**json.loads(text))` the same value again. Shares are
  relative to their sum.

  Attributes:
    kinds: share of each of `params.MASK_TYPES`.
    wears: share of each of `params.WEARS`.
    patterned: share with a pattern, by kind; other kinds are plain.
    patterns: share of each pattern among the patterned.
    black: share of black masks.
    brightness: least and largest factor on a cloth's colour.
    looseness: least and largest, see MaskParams.
    tilt: standard deviation in degrees.
    thin: share of masks of thin cloth that lets some of the face through.
    textures: pictures to print on masks of cloth, see `textures_in`.
    textured: share of masks of cloth printed so, where there are textures.

  Raises:
    errors.UserError: a name is unknown or a share impossible.
  """

  kinds: Mapping[str, float] = _shares(
    surgical=0.36,
    kn95=0.11,
    kf94=0.06,
    n95=0.06,
    n95_valve=0.05,
    cloth=0.16,
    cloth_two_layer=0.05,
    sport=0.05,
    bandana=0.04,
    gaiter=0.03,
    scarf=0.03,
  )
  wears: Mapping[str, float] = _shares(
    correct=0.84, low=0.06, nose_out=0.05, under_lip=0.025, chin=0.025
  )
  patterned: Mapping[str, float] = _shares(
    surgical=0.08,
    cloth=0.55,
    cloth_two_layer=0.4,
    bandana=0.7,
    gaiter=0.4,
    scarf=0.4,
  )
  patterns: Mapping[str, float] = _shares(
    checks=0.12,
    stripes=0.1,
    dots=0.09,
    weave=0.06,
    camouflage=0.09,
    floral=0.16,
    tie_dye=0.07,
    lettering=0.07,
    pictorial=0.24,
  )
  black: float = 0.16
  brightness: tuple[float, float] = (0.94, 1.04)
  looseness: tuple[float, float] = (0.0, 0.7)
  tilt: float = 1.6
  thin: float = 0.05
  textures: tuple[str, ...] = ()
  textured: float = 0.5

  def __post_init__(self):
    for name, known in (
      ("kinds", params_lib.MASK_TYPES),
      ("wears", params_lib.WEARS),
      ("patterned", params_lib.MASK_TYPES),
      ("patterns", params_lib.PATTERNS),
    ):
      _check_shares(name, getattr(self, name), known)
    for name in ("kinds", "wears", "patterns"):
      if not sum(getattr(self, name).values()) > 0:
        raise errors.UserError(f"{name}: no share is above 0. Give one.")
    for name in ("brightness", "looseness", "textures"):  # JSON has lists.
      object.__setattr__(self, name, tuple(getattr(self, name)))

  def only(
    self, kinds: Iterable[str] = (), wears: Iterable[str] = ()
  ) -> "MaskDistribution":
    """Returns it restricted to some kinds and wears; () restricts nothing.

    Raises:
      errors.UserError: a name is unknown; the message lists the known.
    """
    changes = {}
    for field, names, known in (
      ("kinds", tuple(kinds), params_lib.MASK_TYPES),
      ("wears", tuple(wears), params_lib.WEARS),
    ):
      params_lib.check_names(field, names, known)
      if names:
        shares = getattr(self, field)
        # What has no share by itself is asked for all the same.
        floor = min((s for s in shares.values() if s > 0), default=1.0)
        changes[field] = {n: max(shares.get(n, 0), floor) for n in names}
    return dataclasses.replace(self, **changes)


def _check_shares(what, shares, known):
  params_lib.check_names(what, shares, known)
  for name, share in shares.items():
    if not (math.isfinite(share) and share >= 0):
      raise errors.UserError(
        f"{what}: the share of {name} is {share}; it must be at least 0."
      )


def textures_in(folder: str | os.PathLike) -> tuple[str, ...]:
  """Lists a folder's pictures for `MaskDistribution.textures`.

  Raises:
    errors.UserError: there are none, or one cannot be read as a picture.
  """
  paths = photos.find(folder)
  for path in paths:
    photos.read(path)
  return tuple(str(path) for path in paths)


# What networks train on: a mask at the chin or under the lip, one in twenty of
# those worn, has to be learnt as well as the others, and so have the broad ears
# of sport masks, which on turned faces are easily taken for hair.
TRAINING = MaskDistribution(
  kinds=MaskDistribution().kinds | {"surgical": 0.32, "sport": 0.09},
  wears={
    "correct": 0.73,
    "low": 0.07,
    "nose_out": 0.06,
    "under_lip": 0.07,
    "chin": 0.07,
  },
)


def sample_params(
  rng: np.random.Generator, distribution: MaskDistribution | None = None
) -> params_lib.MaskParams:
  """Draws a mask's parameters.

  Args:
    rng: the only source of randomness.
    distribution: what is how likely; the default one if None.
  """
  given = distribution or MaskDistribution()
  kind, wear = _pick(given.kinds, rng), _pick(given.wears, rng)
  pattern = "plain"
  if rng.random() < given.patterned.get(kind, 0):
    pattern = _pick(given.patterns, rng)
  colour, accent = _colours(kind, pattern, given, rng)
  drop = rng.uniform(*_DROP.get(kind, (0.04, 0.12)))
  if wear in ("under_lip", "chin"):  # It gathers under the chin.
    drop += rng.uniform(0.05, 0.14)
  elif wear == "nose_out":
    drop += rng.uniform(0.0, 0.06)
  printable = kind.startswith("cloth") or kind in params_lib.WRAPS
  texture = ""
  if given.textures and printable and rng.random() < given.textured:
    texture = given.textures[rng.integers(len(given.textures))]
  thin = rng.random() < given.thin and kind not in ("n95", "n95_valve")
  return params_lib.MaskParams(
    mask_type=kind,
    wear=wear,
    colour=colour,
    accent=accent,
    pattern=pattern,
    texture=texture,
    coverage=_rounded(rng.uniform(*_COVERAGE[wear])),
    width=_rounded(rng.uniform(*_WIDTH.get(kind, (0.92, 1.06)))),
    drop=_rounded(drop),
    tilt=_rounded(np.clip(rng.normal(0, given.tilt), -4, 4)),
    looseness=_rounded(rng.uniform(*given.looseness)),
    thickness=_rounded(rng.uniform(0.01, 0.024), 4),
    opacity=_rounded(rng.uniform(0.78, 0.93)) if thin else 1.0,
    seed=int(rng.integers(2**31)),
  )


def _pick(shares, rng):
  names, weights = list(shares), np.array(list(shares.values()), float)
  return names[int(rng.choice(len(names), p=weights / weights.sum()))]


def _rounded(value, digits=3):
  return round(float(value), digits)


def _colours(kind, pattern, given, rng):
  """Colour and accent, apart enough to tell them."""
  palette = _PALETTES.get(kind, _BRIGHT)
  if pattern != "plain" and kind != "surgical":
    palette = _BRIGHT
  if rng.random() < given.black:
    palette = _BLACK
  colour = np.array(palette[rng.integers(len(palette))])
  colour = colour * rng.uniform(*given.brightness) + rng.integers(-4, 5, 3)
  colour = np.clip(colour, 20, 242)
  accent = np.array(_ACCENTS[rng.integers(len(_ACCENTS))])
  if np.abs(accent - colour).sum() < 120:
    accent = np.clip(colour + (90 if colour.sum() < 380 else -90), 20, 240)
  return tuple(int(c) for c in colour), tuple(int(c) for c in accent)
