"""The steps between which faces lie in the spool, not in memory."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from maskgan_jax.datasets.masked_faces import sources
from maskgan_jax.datasets.masked_faces.engines import interface, spool
from maskgan_jax.datasets.masked_faces.stages import align as align_lib
from maskgan_jax.photos import coding


class KeptFace(NamedTuple):
  """What tells people and sittings; the rest of the face lies in the spool."""

  item: sources.Item
  embedding: np.ndarray | None
  lower_face: np.ndarray


def align(
  item: sources.Item,
  *,
  align_one: Callable[[sources.Item], align_lib.AlignedFace | sources.Skipped],
  values: spool.Spool,
) -> KeptFace | sources.Skipped:
  """Aligns a face and leaves it, or why there is none, in the spool.

  Args:
    item: what to align.
    align_one: `align.align` or `align_pair.align_pair`, with its options.
    values: the spool.
  """
  key = f"face: {item.name}"
  if values.holds(key):  # An interrupted build aligned it.
    result = values.get(key)
  else:
    result = align_one(item)
    values.put(key, result)
  if isinstance(result, sources.Skipped):
    return result
  return KeptFace(result.item, result.embedding, result.lower_face)


def image(name: str, values: spool.Spool) -> np.ndarray:
  """Returns the crop of a face in the spool, uint8 [S, S, 3]."""
  return coding.rgb(values.get(f"face: {name}").image)


def draw(
  face: tuple[str, str, Sequence[str]],
  *,
  variants: int,
  make: Callable[..., list[dict[str, object]]],
  values: spool.Spool,
) -> list[interface.Example]:
  """Draws on a face from the spool.

  Args:
    face: its item's name, who it is, and its reference_ids.
    variants: how many masks to draw.
    make: `draw.make` with its options.
    values: the spool.
  """
  name, person_id, reference_ids = face
  made = make((values.get(f"face: {name}"), person_id, reference_ids, variants))
  return [(example["id"], example) for example in made]
