"""Tables as text."""

from collections.abc import Iterable, Mapping, Sequence


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


def number(value: float | None, decimals: int, sign: str = "") -> str:
  """Returns a number as text, "-" for None.

  Args:
    value: to be shown.
    decimals: so many digits behind the point.
    sign: "+" shows that of positive numbers too.
  """
  return "-" if value is None else f"{value:{sign}.{decimals}f}"


def interval(
  found: Mapping[str, float | None],
  decimals: int,
  *,
  sign: str = "",
  between: str = "-",
) -> str:
  """Returns a mean with its interval as text.

  Args:
    found: "mean", "low" and "high". The mean stands alone where there is no
      interval; None is "-".
    decimals: as `number` takes them.
    sign: as `number` takes it.
    between: stands between the interval's ends.
  """
  mean = number(found["mean"], decimals, sign)
  if found["low"] is None:
    return mean
  low, high = (number(found[end], decimals, sign) for end in ("low", "high"))
  return f"{mean} ({low}{between}{high})"


def _line(cells: Sequence[object]) -> str:
  return f"| {' | '.join(map(str, cells))} |"
