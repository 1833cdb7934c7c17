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
    "latent_size",
  ),
  "pix2pix": ("base_features", "num_levels", "dropout_rate"),
}


@dataclasses.dataclass(frozen=True)
class ModelConfig:
  """All that segmenter and generator need to be built and applied.

  The card beside weights in a file holds it.

  Attributes:
    image_size: side of the aligned faces in pixels.
    segmenter: what `Segmenter` is given.
    generator: "name", "completion" or "pix2pix", "mask_channel" and what that
      generator is given; None for a segmenter alone.
    train_mode_at_test: keep dropout and the batch's own statistics, as pix2pix
      does.
    mirrored_at_test: the mean of what the networks make of a picture and of its
      mirror image.
  """

  image_size: int
  segmenter: Mapping[str, Any]
  generator: Mapping[str, Any] | None
  train_mode_at_test: bool = False
  mirrored_at_test: bool = False

  @property
  def latent_size(self) -> int:
    """Numbers of the code that chooses among completions, 0 for one only."""
    return (self.generator or {}).get("latent_size", 0)

  def to_dict(self) -> dict[str, Any]:
    """Returns what JSON holds and `from_dict` reads."""
    return dataclasses.asdict(self)


def from_dict(content: Mapping[str, Any]) -> ModelConfig:
  """Reads a model's config.

  Raises:
    errors.UserError: a key is missing or unknown, by name.
  """
  known = {field.name for field in dataclasses.fields(ModelConfig)}
  _check_keys("the model's config", content, known)
  _check_keys("segmenter", content["segmenter"], {"features"})
  if (generator := content["generator"]) is not None:
    _check_keys(
      "generator",
      generator,
      {"name", "mask_channel", *_own_keys(generator.get("name"))},
    )
  return ModelConfig(**{key: _tuples(x) for key, x in content.items()})


def of_training(config: Mapping[str, Any]) -> ModelConfig:
  """Picks what the networks need out of a training config.

  Args:
    config: a ConfigDict, or the dict of a run's config.json.

  Raises:
    errors.UserError: the generator is unknown, or reads no latent code though
      one is asked for.
    KeyError: a key is missing.
  """
  generator = None
  if "generator" in config["networks"]:
    name, latent = config["generator"]["name"], config["latent"]["size"]
    own = _own_keys(name)
    if latent and "latent_size" not in own:
      raise errors.UserError(
        f'config.latent.size is {latent}, but the generator "{name}" reads no'
        " latent code. Set it to 0, or config.generator.name to"
        ' "completion".'
      )
    given = {**config[name], "latent_size": latent}
    generator = {
      "name": name,
      "mask_channel": config["generator"]["mask_channel"],
      **{key: _tuples(given[key]) for key in own},
    }
  return ModelConfig(
    image_size=config["image_size"],
    segmenter={"features": tuple(config["segmenter"]["features"])},
    generator=generator,
    train_mode_at_test=config["train_mode_at_test"],
    mirrored_at_test=config["mirrored_at_test"],
  )


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
