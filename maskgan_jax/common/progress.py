"""How far a long job is, on the terminal."""

import sys

import tqdm

# Seconds between two lines where nobody watches, such as in a log file.
_LOG_INTERVAL = 10.0


def bar(
  total: int,
  unit: str,
  *,
  label: str | None = None,
  done: int = 0,
  shown: bool = True,
) -> tqdm.tqdm:
  """Returns a bar on stderr: how far, the rate, and the time left.

  Call `update` with what was done since. It is a context that ends the line.

  Args:
    total: how many there are.
    unit: what is counted, in the singular.
    label: printed in front.
    done: how many were done before.
    shown: False prints nothing.
  """
  watched = sys.stderr.isatty()
  return tqdm.tqdm(
    total=total,
    initial=done,
    unit=unit,
    desc=label,
    disable=not shown,
    file=sys.stderr,
    dynamic_ncols=watched,
    mininterval=0.2 if watched else _LOG_INTERVAL,
    unit_scale=False,
  )
