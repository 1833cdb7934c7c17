"""Who is painted: one person's and one picture's traits, drawn from a seed.

Traits hang together as they do in life, so that what a face mask hides can be
guessed from what it leaves visible: a beard has the colour of the brows and
grows down from the sideburns, narrowed eyes and raised cheeks go with a smile,
a wide cheek with a wide jaw, painted lids with painted lips, grey hair with
lines round the mouth. A little of each is left to chance.
"""

import dataclasses

import numpy as np

from maskgan_jax.datasets.sample_faces import face

# Skin from light to dark, hair from black to fair; RGB.
_SKIN = np.float32(
  [(244, 208, 184), (230, 184, 150), (204, 152, 114), (160, 108, 76)]
  + [(112, 72, 50), (80, 50, 36)]
)
_HAIR = np.float32(
  [(26, 22, 22), (46, 32, 26), (84, 56, 38), (122, 82, 50), (150, 72, 40)]
  + [(196, 156, 96)]
)
_IRIS = np.float32(
  [(62, 40, 26), (88, 58, 34), (112, 94, 52), (86, 116, 96), (92, 128, 156)]
)
_GREY = np.float32((196, 194, 192))
HAIR_STYLES = ("short", "parted", "fringe", "long", "curly", "bald")


@dataclasses.dataclass(frozen=True)
class Traits:
  """Everything the painter needs besides its noise; colours RGB 0-255."""

  shape: face.Shape
  skin: np.ndarray
  hair: np.ndarray
  iris: np.ndarray
  lips: np.ndarray
  lid_paint: float  # 0 bare lids, 1 strong lid shadow and lashes
  hair_style: str
  hair_volume: float  # 0 to 1
  hairline: float  # -1 low to 1 receding
  parting: float  # -1 left to 1 right
  brow_weight: float  # 0 thin to 1 bushy
  beard: float  # 0 none to 1 full
  moustache: float  # 0 none to 1 full
  age: float  # 0 young to 1 old
  freckles: float  # 0 to 1
  redness: float  # 0 to 1
  gaze: tuple[float, float]  # -1 to 1 across and down
  glasses: str  # "none", "round" or "square"
  glasses_colour: np.ndarray
  clothes: np.ndarray
  collar: str  # "crew", "vee" or "shirt"
  background: np.ndarray  # [2, 3], top and bottom
  yaw: float  # degrees
  pitch: float  # degrees
  roll: float  # degrees
  light: np.ndarray  # [3], unit, towards the light, camera space
  light_colour: np.ndarray  # [3], about 1
  contrast: float  # 0 flat to 1 hard
  scale: float  # outer eye distance over the picture's side
  shift: tuple[float, float]  # of the head, as shares of the side


def _blend(table: np.ndarray, place: float) -> np.ndarray:
  """Reads a table of colours at a place from 0 to 1, between its rows."""
  rows = np.linspace(0, 1, len(table))
  return np.float32([np.interp(place, rows, table[:, c]) for c in range(3)])


def _sample_shape(
  rng: np.random.Generator, bulk: float, smile: float
) -> face.Shape:
  """A face: widths go together, a smile narrows the eyes."""

  def near(centre, spread):
    return float(np.clip(centre + spread * rng.standard_normal(), -1.5, 1.5))

  width = near(0.4 * bulk, 0.5)
  return face.Shape(
    width=width,
    jaw=near(0.6 * width + 0.5 * bulk, 0.2),
    chin=near(0.4 * bulk - 0.3 * width, 0.3),
    nose_width=near(0.6 * width, 0.4),
    nose_length=near(0, 0.5),
    nose_depth=near(0, 0.5),
    mouth_width=near(0.5 * width, 0.3),
    lips=near(-0.3 * bulk, 0.5),
    eye_spacing=near(0, 0.5),
    eye_opening=near(0.9 - 0.9 * smile, 0.15),
    brow=near(0.2 * smile - 0.3 * bulk, 0.4),
    cheeks=near(0.3 * width, 0.4),
    smile=smile,
    mouth_opening=float(np.clip(1.7 * smile - 0.7 + rng.normal(0, 0.06), 0, 1)),
  )


def _sample_light(rng: np.random.Generator) -> dict:
  across, down = rng.uniform(-0.9, 0.9), rng.uniform(-0.9, -0.1)
  light = np.float32([across, down, -1.0])
  warm = rng.uniform(-1, 1)
  return {
    "light": light / np.linalg.norm(light),
    "light_colour": np.float32([1 + 0.05 * warm, 1, 1 - 0.07 * warm]),
    "contrast": rng.uniform(0.2, 0.7),
  }


def _sample_surroundings(rng: np.random.Generator) -> dict:
  base = rng.uniform(40, 215, 3)
  base = base.mean() + 0.3 * (base - base.mean())
  cloth = rng.uniform(20, 225, 3)
  cloth = cloth.mean() + 0.6 * (cloth - cloth.mean())
  # Pictures are framed on the face; a turned head looks the way it turns.
  yaw = float(np.clip(rng.normal(0, 16), -35, 35))
  return {
    "clothes": np.float32(cloth),
    "collar": str(rng.choice(["crew", "vee", "shirt"])),
    "background": np.float32([base, base * rng.uniform(0.5, 1.1)]),
    "yaw": yaw,
    "pitch": float(np.clip(rng.normal(0, 6), -14, 14)),
    "roll": float(np.clip(rng.normal(0, 5), -14, 14)),
    "scale": rng.uniform(0.3, 0.345),
    "shift": (rng.normal(0, 0.01), rng.normal(0, 0.01)),
    "gaze": (rng.normal(0, 0.3), rng.normal(0, 0.15)),
  }


def _sample_hair(rng: np.random.Generator, bulk: float, age: float) -> dict:
  grey = float(np.clip(2.2 * age - 1.0 + rng.normal(0, 0.12), 0, 0.95))
  colour = _blend(_HAIR, rng.beta(0.8, 1.4))
  odds = np.float32(
    [2, 1.5, 0.6, 0.1, 0.7, 1.2 * age]
    if bulk > 0
    else [0.5, 0.8, 1.4, 3, 0.9, 0]
  )
  return {
    "hair": colour + grey * (_GREY - colour),
    "hair_style": str(rng.choice(HAIR_STYLES, p=odds / odds.sum())),
    "hair_volume": rng.uniform(0, 1),
    "hairline": float(np.clip(rng.normal(0.9 * age * bulk - 0.1, 0.3), -1, 1)),
    "parting": float(rng.uniform(-1, 1)),
  }


def _sample_beard(rng: np.random.Generator, bulk: float) -> dict:
  kind = rng.choice(5, p=[0.38, 0.2, 0.24, 0.1, 0.08]) if bulk > 0 else 0
  beard = (0.0, 0.25, rng.uniform(0.6, 1), 0.0, 0.0)[kind]
  moustache = (0.0, 0.22, 0.9, 0.85, 0.0)[kind]
  return {"beard": float(beard), "moustache": float(moustache)}


def sample(rng: np.random.Generator) -> Traits:
  """Draws one person in one picture."""
  # Heavy brow and jaw, beard and short hair at one end; painted lids and
  # lips and long hair at the other.
  bulk = float(np.clip(rng.normal(rng.choice([-0.6, 0.6]), 0.3), -1, 1))
  age = float(rng.beta(1.3, 1.7))
  smile = float(rng.beta(0.7, 0.8))
  tone = rng.uniform(0, 1)
  skin = _blend(_SKIN, tone) * rng.normal(1, 0.02, 3).astype(np.float32)
  lid_paint = float(np.clip(rng.normal(0.5, 0.4), 0, 1)) if bulk < 0 else 0.0
  red = np.float32((176, 40, 62)) * (0.5 + 0.5 * skin[0] / 244)
  natural = skin * np.float32((0.86, 0.62, 0.62)) + np.float32((8, 2, 6))
  return Traits(
    shape=_sample_shape(rng, bulk, smile),
    skin=skin,
    iris=_blend(_IRIS, max(0.0, rng.uniform(0, 1) - 0.8 * tone)),
    lips=natural + np.clip(lid_paint * 0.9, 0, 0.8) * (red - natural),
    lid_paint=lid_paint,
    brow_weight=float(np.clip(0.5 + 0.4 * bulk + rng.normal(0, 0.1), 0, 1)),
    age=age,
    freckles=float(max(0.0, rng.uniform(-1, 1) - tone)),
    redness=float(rng.uniform(0.2, 1) * (1 - 0.6 * tone)),
    glasses=str(rng.choice(["none", "round", "square"], p=[0.75, 0.12, 0.13])),
    glasses_colour=np.float32(
      [(24, 22, 24), (70, 44, 30), (110, 106, 100), (120, 30, 36)]
    )[rng.integers(4)],
    **_sample_hair(rng, bulk, age),
    **_sample_beard(rng, bulk),
    **_sample_light(rng),
    **_sample_surroundings(rng),
  )
