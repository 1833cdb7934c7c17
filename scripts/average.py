"""Makes networks between those of several runs that started from the same one.

  python scripts/average.py --runs=runs/portraits,runs/sharp --shares=0.3,0.7 \
    --workdir=runs/between
"""

import command
from absl import flags

from maskgan_jax.common import errors
from maskgan_jax.training import averaging

_RUNS = flags.DEFINE_list(
  "runs", None, "Workdirs; the last one's config is kept."
)
_SHARES = flags.DEFINE_list("shares", None, "Of each run, together 1.")
_WORKDIR = flags.DEFINE_string("workdir", None, "Where the result goes.")
_CHECKPOINT = command.define_checkpoint()


def main() -> None:
  try:
    shares = [float(share) for share in _SHARES.value]
  except ValueError:
    raise errors.UserError(
      f"--shares={','.join(_SHARES.value)}: give numbers like 0.3,0.7."
    ) from None
  averaging.average(_RUNS.value, shares, _WORKDIR.value, _CHECKPOINT.value)
  print(f"{_WORKDIR.value}: written. Evaluate it with scripts/evaluate.py.")


if __name__ == "__main__":
  flags.mark_flags_as_required(["runs", "shares", "workdir"])
  command.run(main)
