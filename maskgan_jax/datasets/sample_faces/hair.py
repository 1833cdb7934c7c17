"""The hair: a shell round the scalp, and curtains for longer styles."""

import cv2
import numpy as np

from maskgan_jax.datasets.sample_faces import canvas, scene, traits

_SCALP_CENTRE = np.float32([0, -0.15, 0.78])
_SCALP_RADII = np.float32([0.8, 0.93, 1.08])
# How low the hair reaches, by the angle from the front in degrees.
_AZIMUTHS = np.radians([0, 20, 40, 52, 62, 75, 90, 180])
_HAIRLINES = {
  "short": (-0.72, -0.7, -0.62, -0.44, -0.2, 0.12, 0.24, 0.8),
  "parted": (-0.72, -0.69, -0.6, -0.42, -0.18, 0.14, 0.26, 0.9),
  "fringe": (-0.32, -0.3, -0.27, -0.2, 0.05, 0.28, 0.32, 1.2),
  "long": (-0.7, -0.66, -0.54, -0.36, -0.1, 0.26, 0.32, 1.2),
  "curly": (-0.64, -0.62, -0.56, -0.4, -0.15, 0.2, 0.3, 0.9),
  "bald": (-1.3, -1.3, -1.3, -1.3, -0.9, -0.1, 0.1, 0.6),
}
_THICKNESS = {
  **{"short": 0.035, "parted": 0.06, "fringe": 0.06, "long": 0.06},
  **{"curly": 0.14, "bald": -0.025},
}
# Curtains by style: centre and half height along y; units.
_CURTAINS = {"long": (0.45, 1.65), "fringe": (0.12, 1.12)}


def _crown(person: traits.Traits) -> np.ndarray:
  """Where strands spring from, on the unit sphere of the scalp."""
  if person.hair_style in ("parted", "long"):
    place = np.float32([0.45 * np.sign(person.parting), -0.88, -0.3])
  elif person.hair_style == "short":
    place = np.float32([0.1, -0.95, 0.15])
  else:
    place = np.float32([0.1, -0.9, 0.35])
  return place / np.linalg.norm(place)


def _strands(person: traits.Traits, shell: scene.Shell) -> np.ndarray:
  """Light and dark strands from the crown down, float32 [H, W], about 0."""
  crown = _crown(person)
  first = np.cross(crown, np.float32([0, 0, 1]))
  first /= np.linalg.norm(first)
  second = np.cross(crown, first)
  turned = scene.affine(shell.place, np.stack([first, second, crown]))
  across, along, down = cv2.split(turned)
  around = cv2.phase(across, along)
  if person.hair_style == "curly":
    tile, pace = canvas.noise_tile(2.5), (90.0, 110.0)
  else:
    # Two whole turns of the tile, so that it closes behind the head.
    tile, pace = canvas.noise_tile(1.2), (512 / (2 * np.pi), 9.0)
  return cv2.remap(
    tile,
    around * np.float32(pace[0]),
    down * np.float32(pace[1]),
    cv2.INTER_LINEAR,
    borderMode=cv2.BORDER_WRAP,
  )


def _colour(
  person: traits.Traits, shell: scene.Shell, strands: np.ndarray
) -> np.ndarray:
  tone = scene.light(person, shell.normal)
  tone *= np.float32(0.84) + np.float32(0.1) * strands
  shine = scene.gloss(person, shell.normal, 0.3) ** 8
  shine *= np.float32(14 + 0.1 * person.hair.mean()) * (1 + 0.4 * strands)
  return scene.tint(tone, person.hair * person.light_colour) + scene.spread(
    shine
  )


def _reach(
  person: traits.Traits, place: np.ndarray, radii: np.ndarray, lowest: float
) -> np.ndarray:
  """How far the hair goes on below each place of the shell; units."""
  x, y, z = cv2.split(place)
  azimuth = cv2.phase(-z, np.abs(x))
  low = np.float32(_HAIRLINES[person.hair_style])
  low = low - 0.15 * person.hairline * (_AZIMUTHS < 1.0)
  table = np.interp(np.linspace(0, 2 * np.pi, 512), _AZIMUTHS, low)
  limit = cv2.remap(
    table.astype(np.float32)[None],
    azimuth * np.float32(511 / (2 * np.pi)),
    np.zeros_like(azimuth),
    cv2.INTER_LINEAR,
  )
  if person.hair_style in ("parted", "long"):
    # The parted side is combed up, the other falls over the forehead.
    swing = np.clip(-x * np.sign(person.parting), -0.5, 0.6)
    front = np.clip(-z * 2, 0, 1)
    limit = limit + np.float32(0.2 + 0.15 * abs(person.parting)) * swing * front
  y = y * radii[1] + _SCALP_CENTRE[1]
  reach = np.minimum(limit, np.float32(lowest)) - y
  if person.hair_style == "bald":
    reach = np.minimum(reach, y + np.float32(0.4))  # A wreath, bare on top.
  return reach


def _radii(person: traits.Traits) -> np.ndarray:
  """The shell's radii: the scalp's and the hair's thickness."""
  thick = _THICKNESS[person.hair_style] * (0.7 + 0.9 * person.hair_volume)
  return _SCALP_RADII + np.float32([thick, 1.3 * thick, thick])


def paint_back(
  image: np.ndarray, person: traits.Traits, camera: scene.View
) -> None:
  """Paints what shows of the hair on the far side of the head, in place."""
  radii = _radii(person)
  shell = scene.shell(camera, _SCALP_CENTRE, radii)
  along = camera.rotation[2] / radii
  along = (along / np.linalg.norm(along)).astype(np.float32)
  # The ray leaves the shell as far behind its middle as it entered before.
  mirror = np.eye(3) - 2 * np.outer(along, along)
  place = scene.affine(shell.place, mirror)
  reach = _reach(person, place, radii, lowest=9.0)
  alpha = np.clip(reach / np.float32(0.12) + 0.5, 0, 1) * shell.alpha
  tone = 0.5 * scene.light(person, np.float32([0, 0, -1]))
  colour = (tone * person.hair * person.light_colour).astype(np.float32)
  scene.over(shell.window.part(image), colour, alpha)


def paint(
  image: np.ndarray,
  person: traits.Traits,
  camera: scene.View,
  head_alpha: np.ndarray,
) -> None:
  """Paints the scalp's hair in place, and its shadow on the head.

  Args:
    image: float32 [size, size, 3], 0-255.
    person: whose hair.
    camera: the view.
    head_alpha: float32 [size, size], where the head is.
  """
  radii = _radii(person)
  shell = scene.shell(camera, _SCALP_CENTRE, radii)
  strands = _strands(person, shell)
  reach = _reach(person, shell.place, radii, lowest=0.4)
  reach += np.float32(0.04) * strands
  softness = np.float32(0.25 if person.hair_style == "bald" else 0.12)
  alpha = np.clip(reach / softness + 0.5, 0, 1)
  alpha *= shell.alpha
  part = shell.window.part(image)
  blur = max(0.8, 0.05 * camera.scale)
  drop = np.float32(
    [[1, 0, -0.06 * person.light[0] * camera.scale], [0, 1, blur]]
  )
  shadow = cv2.warpAffine(alpha, drop, alpha.shape[::-1])
  shadow = cv2.blur(shadow, (2 * round(blur) + 1,) * 2)
  shadow *= shell.window.part(head_alpha)
  part *= scene.spread(1 - np.float32(0.3) * shadow)
  scene.over(part, _colour(person, shell, strands), alpha)


def has_curtains(person: traits.Traits) -> bool:
  """Whether the style falls beside the face."""
  return person.hair_style in _CURTAINS


def paint_curtains(
  image: np.ndarray, person: traits.Traits, camera: scene.View, front: bool
) -> None:
  """Paints longer hair: behind the neck, then (`front`) beside the face."""
  middle, half = _CURTAINS[person.hair_style]
  radii = np.float32([0.84 + 0.1 * person.hair_volume, half, 0.8])
  shell = scene.shell(camera, np.float32([0, middle, 0.85]), radii)
  strands = _strands(person, shell)
  colour = _colour(person, shell, strands)
  alpha = shell.alpha
  if front:
    side = np.abs(shell.place[..., 0]) - np.float32(0.02) * strands
    alpha = alpha * np.clip((side - np.float32(0.88)) * 16 + 0.5, 0, 1)
  else:
    colour *= np.float32(0.6)
  scene.over(shell.window.part(image), colour, alpha)
