"""Widths and colours of straps."""

import numpy as np

from maskgan_jax.masks import params as params_lib

# Widths of what is tied, where it is not elastic, face widths.
RIBBONS = {"surgical": (0.025, 0.045), "cloth": (0.02, 0.04)}
# Share of a kind whose straps are neither white elastic nor of its own cloth.
_OWN_COLOUR = {
  **{"surgical": 0.03, "kn95": 0.04, "kf94": 0.04, "n95": 0.2},
  **{"n95_valve": 0.2, "cloth": 0.3, "cloth_two_layer": 0.3},
  **{"cloth_window": 0.3, "half_mask": 0.12},
}
# Most of these are black, white or grey.
_CALM = (
  *((36, 36, 40), (235, 234, 230), (44, 44, 46), (226, 226, 222)),
  *((120, 122, 126), (40, 44, 62)),
)
_LOUD = (
  *((40, 90, 170), (228, 190, 50), (216, 62, 110), (190, 44, 46)),
  (90, 170, 70),
)
_IS_LOUD = 0.06
# White elastic, a little grey. Dark masks have dark straps instead.
_ELASTIC = (219, 219, 219)
_DARK = 80
# Share of straps that are twisted once: there they are seen edge-on.
_TWISTED = 0.2
# Of half-mask respirators.
_RUBBER = ((40, 41, 44), (58, 60, 64), (96, 98, 102), (150, 152, 152))


def width(kind: str, loops: bool) -> tuple[float, float]:
  """Least and largest width of a strap, face widths."""
  if not loops and kind in RIBBONS:
    return RIBBONS[kind]
  return {
    "cloth": (0.011, 0.024),
    "cloth_two_layer": (0.011, 0.024),
    "sport": (0.035, 0.05),
    "kf94": (0.013, 0.02),
    "n95": (0.009, 0.022),
    "n95_valve": (0.009, 0.022),
    "half_mask": (0.04, 0.075),
    "clear_half_mask": (0.01, 0.022),
    "mouth_shield": (0.01, 0.018),
    "face_shield": (0.04, 0.08),
  }.get(kind, (0.01, 0.021))


def colour(
  params: params_lib.MaskParams, rng: np.random.Generator
) -> tuple[int, int, int]:
  """RGB in 0..255 of a mask's straps under white light."""
  kind = params.mask_type
  if rng.random() < _OWN_COLOUR.get(kind, 0):
    colours = _LOUD if rng.random() < _IS_LOUD else _CALM
    return colours[rng.integers(len(colours))]
  if kind == "half_mask":
    return _RUBBER[rng.integers(len(_RUBBER))]
  of_cloth = kind in ("cloth", "cloth_two_layer", "sport", "face_shield")
  return (
    params.colour if of_cloth or np.mean(params.colour) < _DARK else _ELASTIC
  )


def twists(count: int, steps: int, rng: np.random.Generator) -> np.ndarray:
  """Factors [count, steps] on the width: some turn once on their way."""
  t = np.linspace(0, 1, steps)
  twisted = rng.random((count, 1)) < _TWISTED
  middle = rng.uniform(0.2, 0.8, (count, 1))
  return 1 - 0.6 * twisted * np.exp(-(((t - middle) / 0.12) ** 2))
