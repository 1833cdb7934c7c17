"""Folds drawn into a mask by what it hangs on and what it spans."""

import numpy as np

from maskgan_jax.masks.cloth import sheet as sheet_lib

# Where the straps pull, as v at the sides, and what the folds run towards.
_CORNERS = (0.03, 0.97)


def from_corners(
  sheet: sheet_lib.Sheet,
  work: sheet_lib.Work,
  amount: float,
  rng: np.random.Generator,
) -> None:
  """Folds that fan out from the corners, deep there, and run out.

  Args:
    sheet: where.
    work: its relief is changed in place.
    amount: of the relief, face widths.
    rng: draws how many there are and where they run.
  """
  half, height = sheet.x[0, -1], sheet.y[-1, 0]
  for side in (-1, 1):
    x = half - side * sheet.x
    for corner, most in zip(_CORNERS, (3, 4), strict=True):
      y = sheet.y - corner * height
      for _ in range(rng.integers(1, most)):
        slope = rng.uniform(-0.05, 0.9) * (1 if corner < 0.5 else -1)
        bend = rng.uniform(-0.25, 0.25)
        reach = rng.uniform(0.15, 0.6)
        line = y - slope * x - bend * x * x
        wide = np.float32(rng.uniform(0.009, 0.02)) + 0.05 * x
        fade = np.clip(1 - x / reach, 0, 1) * np.clip(x / 0.03 + 0.3, 0, 1)
        # Crisp on its lower side, soft on the other.
        off = line / np.where(line > 0, 0.6 * wide, 1.4 * wide)
        ridge = np.exp(-np.abs(off))
        work.relief += np.float32(rng.uniform(0.4, 1.2) * amount) * fade * ridge


def over_nose(
  sheet: sheet_lib.Sheet,
  work: sheet_lib.Work,
  amount: float,
  rng: np.random.Generator,
) -> None:
  """A ridge from the nose down, and the planes on either side of it.

  Args:
    sheet: where.
    work: its relief is changed in place.
    amount: of the relief, face widths.
    rng: draws how sharp it is and how it leans.
  """
  middle = rng.uniform(-0.03, 0.03) + rng.uniform(-0.08, 0.08) * sheet.v
  x = sheet.x - middle
  soft = np.float32(rng.uniform(0.008, 0.05))
  reach = np.float32(rng.uniform(0.08, 0.2))
  planes = np.exp(-np.sqrt(x * x + soft * soft) / reach)
  last = rng.uniform(0.45, 1.1)
  along = np.clip(1.3 * (last - sheet.v) / last, 0, 1)
  work.relief += np.float32(amount) * planes * along
