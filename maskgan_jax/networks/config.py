"""What the networks are made of, and how they are used: the model's config."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from maskgan_jax.common import errors

# What each generator is told besides `mask_channel`.
_GENERATORS = {
  "completion": (
    "features",
    "num_blocks",
    "attention_level",
    "scale",
    "structure",
  ),
  "pix2pix": ("base_features", "num_levels", "dropout_rate"),
}
_LANDMARKER = ("image_size", "features", "num_blocks")


@dataclasses.dataclass(frozen=True)
class ModelConfig:
  """All that the networks need to be built and applied.

  The card beside weights in a file holds it.

  Attributes:
    image_size: side of the aligned faces in pixels.
    segmenter: what `Segmenter` is given.
    generator: "name", "completion" or "pix2pix", "mask_channel" and what that
      generator is given; None for a segmenter alone.
    landmarker: "image_size", the side of the rough crops in pixels, and what
      `Landmarker` is given; None where the face mesh finds the landmarks.
    train_mode_at_test: keep dropout and the batch's own statistics, as pix2pix
      does.
    mirrored_at_test: the mean of the masks that the segmenter finds in a
      picture and in its mirror image.
    hidden_reach: how far beyond the mask the generator is shown nothing, in
      shares of the picture's height.
  """

  image_size: int
  segmenter: Mapping[str, Any]
  generator: Mapping[str, Any] | None
  landmarker: Mapping[str, Any] | None = None
  train_mode_at_test: bool = False
  mirrored_at_test: bool = False
  hidden_reach: float = 0.0

  @property
  def structure(self) -> bool:
    """Whether the generator is given the face's landmarks."""
    return (self.generator or {}).get("structure", False)

  @property
  def landmark_size(self) -> int:
    """Side of the landmarker's rough crops in pixels, 0 without one."""
    return (self.landmarker or {}).get("image_size", 0)

  def to_dict(self) -> dict[str, Any]:
    """Returns what JSON holds and `from_dict` reads."""
    return dataclasses.asdict(self)


def from_dict(content: Mapping[str, Any]) -> ModelConfig:
  """Reads a model's config; it may be one without a landmarker.

  Raises:
    errors.UserError: a key is missing or unknown, by name.
  """
  content = {"landmarker": None, **content}
  known = {field.name for field in dataclasses.fields(ModelConfig)}
  _check_keys("the model's config", content, known)
  _check_keys("segmenter", content["segmenter"], {"features"})
  if (generator := content["generator"]) is not None:
    _check_keys(
      "generator",
      generator,
      {"name", "mask_channel", *_own_keys(generator.get("name"))},
    )
  if (landmarker := content["landmarker"]) is not None:
    _check_keys("landmarker", landmarker, set(_LANDMARKER))
  return ModelConfig(**{key: _tuples(x) for key, x in content.items()})


def of_training(config: Mapping[str, Any]) -> ModelConfig:
  """Picks what the networks need out of a training config.

  Args:
    config: a ConfigDict, or the dict of a run's config.json.

  Raises:
    errors.UserError: the generator is unknown; the config is a landmarker's.
    KeyError: a key is missing.
  """
  if "landmarker" in config["networks"]:
    raise errors.UserError(
      "A landmarker takes no masks off by itself. Put it beside the other"
      " networks with scripts/release.py --landmarker_workdir."
    )
  generator = None
  if "generator" in config["networks"]:
    name = config["generator"]["name"]
    generator = {
      "name": name,
      "mask_channel": config["generator"]["mask_channel"],
      **{key: _tuples(config[name][key]) for key in _own_keys(name)},
    }
  return ModelConfig(
    image_size=config["image_size"],
    segmenter={"features": tuple(config["segmenter"]["features"])},
    generator=generator,
    train_mode_at_test=config["train_mode_at_test"],
    mirrored_at_test=config["mirrored_at_test"],
    hidden_reach=config["hidden_reach"],
  )


def landmarker_of_training(config: Mapping[str, Any]) -> dict[str, Any]:
  """Picks what a landmarker needs out of its training config.

  Args:
    config: a ConfigDict, or the dict of a run's config.json.

  Raises:
    KeyError: a key is missing.
  """
  return {key: _tuples(config["landmarker"][key]) for key in _LANDMARKER}


def _own_keys(generator: str) -> tuple[str, ...]:
  if generator not in _GENERATORS:
    raise errors.UserError(
      f'config.generator.name is "{generator}". Choose "completion" or'
      ' "pix2pix".'
    )
  return _GENERATORS[generator]


def _check_keys(what: str, content: Any, known: set[str]) -> None:
  if not isinstance(content, Mapping):
    raise errors.UserError(f"{what} is {content!r}, not a table of settings.")
  missing, unknown = known - content.keys(), content.keys() - known
  if missing or unknown:
    raise errors.UserError(
      f"{what} lacks {sorted(missing) or 'nothing'} and has"
      f" {sorted(unknown) or 'nothing'} that is unknown."
    )


def _tuples(x: Any) -> Any:
  """Modules are hashed: they take tuples where JSON has lists."""
  if isinstance(x, Mapping):
    return {key: _tuples(value) for key, value in x.items()}
  return tuple(x) if isinstance(x, list) else x
