"""Tables as text."""

from collections.abc import Iterable, Sequence


def markdown(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
  """Returns a Markdown table.

  Args:
    header: of the columns.
    rows: as many cells each.

  Raises:
    ValueError: a row has more or fewer cells than the header.
  """
  lines = [_line(header), _line(["---"] * len(header)).replace(" ", "")]
  for row in rows:
    if len(row) != len(header):
      raise ValueError(f"{len(row)} cells for {len(header)} columns: {row}.")
    lines.append(_line(row))
  return "\n".join(lines)


def _line(cells: Sequence[object]) -> str:
  return f"| {' | '.join(map(str, cells))} |"
