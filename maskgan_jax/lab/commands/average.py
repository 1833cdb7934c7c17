"""Averages the networks of several runs that started from the same one.

  python scripts/average.py --runs=runs/portraits,runs/sharp --shares=0.3,0.7 \\
    --workdir=runs/between
"""

from absl import flags

from maskgan_jax.commands import shared_flags
from maskgan_jax.common import errors
from maskgan_jax.training import averaging

_RUNS = flags.DEFINE_list(
  "runs",
  None,
  "What to average: workdirs, whose last one's config is kept, or weights.",
)
_SHARES = flags.DEFINE_list(
  "shares", None, "The share of each run; together they are 1."
)
_NETWORKS = flags.DEFINE_list(
  "networks",
  ["segmenter", "generator"],
  "Which networks to average; the others are the last run's.",
)
_CHECKPOINT = shared_flags.define_checkpoint()
_WORKDIR = flags.DEFINE_string(
  "workdir", None, "The folder to write the result to."
)

GROUPS = {
  "Input and output": (_RUNS, _SHARES, _NETWORKS, _CHECKPOINT, _WORKDIR)
}
REQUIRED = (_RUNS, _SHARES, _WORKDIR)


def main() -> None:
  """Writes the average as a run."""
  try:
    shares = [float(share) for share in _SHARES.value]
  except ValueError:
    raise errors.UserError(
      f"--shares={','.join(_SHARES.value)}: give numbers like 0.3,0.7."
    ) from None
  averaging.average(
    _RUNS.value, shares, _WORKDIR.value, _CHECKPOINT.value, _NETWORKS.value
  )
  print(f"{_WORKDIR.value}: written. Score it with maskgan evaluate.")
