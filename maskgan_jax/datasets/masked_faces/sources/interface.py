"""Where faces come from: one small picklable object a kind of source."""

from typing import Any, NamedTuple, Protocol

import numpy as np

from maskgan_jax.common import errors

KINDS = ("folder", "pairs", "tfds:NAME", "sample_faces")


class SourceError(errors.UserError):
  """A source that cannot be used; the message says why and what to do."""


class Item(NamedTuple):
  """One picture to be made into examples.

  Attributes:
    name: unique in the source; it becomes the example's id.
    person_id: who it shows, or None where the source does not say.
    index: place in the source, for sources without files.
    files: the files it is made of, for ready pairs.
    content: a hash of the picture, where the source does not say who it shows.
    source: where the picture comes from, as the manifest says; "" unknown.
    synthetic: whether the person does not exist.
  """

  name: str
  person_id: str | None
  index: int = 0
  files: tuple[str, ...] = ()
  content: str = ""
  source: str = ""
  synthetic: bool = False


class Skipped(NamedTuple):
  """One picture that cannot be used, and why."""

  name: str
  reason: str


class Loaded(NamedTuple):
  """A picture and, where the source knows it, its face mesh."""

  image: np.ndarray  # [H, W, 3] uint8 RGB
  landmarks: np.ndarray | None  # [468, 3] float32, pixels


class Source(Protocol):
  """Where pictures come from."""

  @property
  def kind(self) -> str: ...

  def items(self) -> tuple[list[Item], list[Skipped]]:
    """Lists the pictures, and those that cannot be used already."""

  def load(self, item: Item) -> Any:
    """Returns a `Loaded`, or what `pairs.Pairs` finds."""

  def fingerprint(self) -> str:
    """Changes with what the pictures hold and with what they are called."""
