"""Steps of a build on processes of this machine."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from maskgan_jax.common import processes, progress
from maskgan_jax.datasets.masked_faces.engines import interface

_In = TypeVar("_In")
_Out = TypeVar("_Out")


class Processes:
  """Runs steps on processes of this machine."""

  def __init__(self, pool: processes.Workers):
    self._pool = pool

  def map(
    self, label: str, function: Callable[[_In], _Out], items: Sequence[_In]
  ) -> Iterator[_Out]:
    """As `interface.Engine.map`; shows how far it is."""
    with progress.bar(len(items), "image", label=label) as bar:
      for result in self._pool.map(function, items):
        yield result
        bar.update()

  def examples(
    self,
    label: str,
    function: Callable[[_In], Iterable[interface.Example]],
    items: Sequence[_In],
  ) -> Iterator[interface.Example]:
    """As `interface.Engine.examples`."""
    for made in self.map(label, function, items):
      yield from made
