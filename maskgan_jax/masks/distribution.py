"""How likely each kind of mask is."""

import dataclasses
import math
import os
from collections.abc import Iterable, Mapping

from maskgan_jax import photos
from maskgan_jax.common import errors
from maskgan_jax.masks import params as params_lib


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
    surgical=0.31,
    kn95=0.1,
    kf94=0.05,
    n95=0.05,
    n95_valve=0.05,
    cloth=0.14,
    cloth_two_layer=0.04,
    sport=0.05,
    bandana=0.03,
    gaiter=0.04,
    scarf=0.02,
    cloth_thin=0.02,
    cloth_window=0.015,
    printed_face=0.02,
    half_mask=0.03,
    clear_half_mask=0.01,
    mouth_shield=0.015,
    face_shield=0.01,
  )
  wears: Mapping[str, float] = _shares(
    correct=0.84, low=0.06, nose_out=0.05, under_lip=0.025, chin=0.025
  )
  patterned: Mapping[str, float] = _shares(
    surgical=0.05,
    cloth=0.5,
    cloth_two_layer=0.4,
    sport=0.08,
    bandana=0.7,
    gaiter=0.45,
    scarf=0.4,
    cloth_thin=0.15,
    cloth_window=0.4,
    printed_face=1.0,
  )
  patterns: Mapping[str, float] = _shares(
    checks=0.2,
    stripes=0.15,
    dots=0.1,
    weave=0.14,
    camouflage=0.03,
    floral=0.28,
    tie_dye=0.02,
    lettering=0.02,
    pictorial=0.04,
    lower_face=0.02,
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
    if not 0 <= self.textured <= 1:
      raise errors.UserError(
        f"textured is {self.textured}; it must be from 0 to 1."
      )
    for name in ("brightness", "looseness", "textures"):  # JSON has lists.
      object.__setattr__(self, name, tuple(getattr(self, name)))

  def only(
    self, kinds: Iterable[str] = (), wears: Iterable[str] = ()
  ) -> "MaskDistribution":
    """Returns it restricted to some kinds and wears; () restricts nothing.

    Kinds that are only worn correctly drop out where `correct` does.

    Raises:
      errors.UserError: a name is unknown; the message lists the known. Or no
        kind is left.
    """
    changes = {}
    for field, names, known in (
      ("kinds", tuple(kinds), params_lib.MASK_TYPES),
      ("wears", tuple(wears), params_lib.WEARS),
    ):
      params_lib.check_names(field, names, known)
      if names:
        shares = getattr(self, field)
        # A kind asked for by name gets a share even if it had none.
        floor = min((s for s in shares.values() if s > 0), default=1.0)
        changes[field] = {n: max(shares.get(n, 0), floor) for n in names}
    if "correct" not in changes.get("wears", ("correct",)):
      changes["kinds"] = _worn_as_one_likes(changes.get("kinds", self.kinds))
    return dataclasses.replace(self, **changes)


def _worn_as_one_likes(kinds):
  """The shares of the kinds that are not only worn correctly."""
  left = {
    name: share
    for name, share in kinds.items()
    if share > 0 and name not in params_lib.ONE_WAY
  }
  if not left:
    listed = ", ".join(name for name, share in kinds.items() if share > 0)
    raise errors.UserError(
      f"kinds: {listed} can only be worn correctly. Add correct to the wears,"
      " or give other kinds."
    )
  return left


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
  kinds=MaskDistribution().kinds | {"surgical": 0.27, "sport": 0.09},
  wears={
    "correct": 0.73,
    "low": 0.07,
    "nose_out": 0.06,
    "under_lip": 0.07,
    "chin": 0.07,
  },
)
