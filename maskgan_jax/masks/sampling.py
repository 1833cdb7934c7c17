"""Draws a mask's parameters: the one place where chance decides."""

import hashlib

import numpy as np

from maskgan_jax.masks import distribution as distribution_lib
from maskgan_jax.masks import params as params_lib

# RGB under white light. Black is drawn apart, for any kind.
_BLACK = ((32, 33, 36), (25, 25, 28), (22, 22, 24), (42, 43, 48))
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
_RESPIRATOR = (*_WHITE, *_WHITE, (232, 224, 206), (186, 208, 222))
_PALETTES = {
  "surgical": (
    *((126, 172, 206), (154, 194, 218), (116, 166, 205), (176, 206, 226)),
    *((192, 216, 232), (198, 222, 228), (174, 214, 204), (222, 182, 194)),
    *(*_WHITE, *_WHITE),
  ),
  "kn95": (*_WHITE, *_WHITE, (150, 158, 166), (206, 180, 190)),
  "kf94": (*_WHITE, *_WHITE, (150, 158, 166), (182, 196, 210)),
  "n95": _RESPIRATOR,
  "n95_valve": _RESPIRATOR,
  "cloth": _CLOTH,
  "cloth_two_layer": _CLOTH,
  "sport": ((60, 64, 70), (38, 52, 88), (120, 122, 126), (132, 38, 44)),
  "scarf": ((150, 40, 44), (52, 66, 96), (92, 92, 96), (186, 168, 140)),
  "cloth_thin": (*_WHITE, *_CLOTH[:4], (196, 200, 206)),
  "cloth_window": _CLOTH,
  "half_mask": (
    *((70, 74, 80), (96, 100, 106), (58, 66, 84), (130, 134, 138)),
    *((120, 146, 160), (150, 160, 150), (176, 160, 136), (44, 46, 50)),
  ),
  "clear_half_mask": _WHITE,
  "mouth_shield": (*_WHITE, (150, 200, 220), (34, 35, 38), (60, 110, 160)),
  "face_shield": (*_WHITE, (70, 130, 190), (34, 35, 38), (150, 200, 220)),
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
_WIDTH = {"cloth": (0.9, 1.1), "cloth_two_layer": (0.9, 1.08)}
_DROP = {
  **{"bandana": (0.22, 0.42), "gaiter": (0.4, 0.85), "scarf": (0.3, 0.5)},
  **{"half_mask": (0.0, 0.05), "clear_half_mask": (0.0, 0.05)},
  **{"mouth_shield": (0.0, 0.1), "face_shield": (0.08, 0.3)},
}
# No cloth that could be thin.
_SOLID = ("n95", "n95_valve", *params_lib.HALF_MASKS, *params_lib.SHIELDS)
# Share of the light that thin cloth stops.
_THIN = (0.78, 0.93)


def rng_for(name: str, seed: int, number: int) -> np.random.Generator:
  """Returns the generator that decides one mask of many.

  Args:
    name: of the photo.
    seed: of all photos.
    number: of the mask on this photo.
  """
  digest = hashlib.sha256(f"{seed}/{number}/{name}".encode()).digest()
  return np.random.default_rng(int.from_bytes(digest[:16], "big"))


def sample_params(
  rng: np.random.Generator,
  distribution: distribution_lib.MaskDistribution | None = None,
) -> params_lib.MaskParams:
  """Draws a mask's parameters.

  Args:
    rng: the only source of randomness.
    distribution: what is how likely; the default one if None.
  """
  given = distribution or distribution_lib.MaskDistribution()
  kind, wear = _pick(given.kinds, rng), _pick(given.wears, rng)
  if kind in params_lib.ONE_WAY:
    wear = "correct"
  pattern = "plain"
  if rng.random() < given.patterned.get(kind, 0):
    pattern = _pick(given.patterns, rng)
  if kind == "printed_face":
    pattern = "lower_face"
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
  thin = rng.random() < given.thin and kind not in _SOLID
  hides = _THIN
  if kind == "cloth_thin":
    thin, hides = True, (0.7, 0.88)
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
    opacity=_rounded(rng.uniform(*hides)) if thin else 1.0,
    seed=int(rng.integers(2**31)),
  )


def _pick(shares, rng):
  names, weights = list(shares), np.array(list(shares.values()), float)
  return names[int(rng.choice(len(names), p=weights / weights.sum()))]


def _rounded(value, digits=3):
  return round(float(value), digits)


def _colours(kind, pattern, given, rng):
  """Colour and accent, far enough apart to be seen as two."""
  palette = _PALETTES.get(kind, _BRIGHT)
  if pattern != "plain" and (kind != "surgical" or rng.random() < 0.5):
    palette = _BRIGHT
  if rng.random() < given.black:
    palette = _BLACK
  colour = np.array(palette[rng.integers(len(palette))])
  if palette is _BRIGHT:  # Dyes fade.
    colour = colour + rng.uniform(0.0, 0.4) * (colour.mean() - colour)
  colour = colour * rng.uniform(*given.brightness) + rng.integers(-4, 5, 3)
  colour = np.clip(colour, 14, 242)
  accent = np.array(_ACCENTS[rng.integers(len(_ACCENTS))])
  if np.abs(accent - colour).sum() < 120:
    accent = np.clip(colour + (90 if colour.sum() < 380 else -90), 20, 240)
  return tuple(int(c) for c in colour), tuple(int(c) for c in accent)
