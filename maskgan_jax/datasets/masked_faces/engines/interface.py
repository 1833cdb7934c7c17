"""What every engine of a build does.

The steps are the same functions for all of them, and so are the results.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

_In = TypeVar("_In")
_Out = TypeVar("_Out")
Example = tuple[str, dict[str, object]]  # key and features


class Engine(Protocol):
  """Runs the steps of a build."""

  def map(
    self, label: str, function: Callable[[_In], _Out], items: Sequence[_In]
  ) -> Iterator[_Out]:
    """Yields function(item) in the order of the items.

    Args:
      label: what the step is called; every step has its own.
      function: it and what it takes and gives must pickle.
      items: what it is called with.
    """

  def examples(
    self,
    label: str,
    function: Callable[[_In], Iterable[Example]],
    items: Sequence[_In],
  ) -> Any:
    """Returns all that function gives, in a form that TFDS takes.

    Args:
      label: as of `map`.
      function: as of `map`.
      items: what it is called with.
    """
