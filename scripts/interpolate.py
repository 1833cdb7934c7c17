"""Makes networks between those of two runs that started from the same one.

  python scripts/interpolate.py --first=runs/portraits --second=runs/sharp \
    --share=0.7 --workdir=runs/between
"""

import command
from absl import flags

from maskgan_jax import interpolation

_FIRST = flags.DEFINE_string("first", None, "The workdir of a run.")
_SECOND = flags.DEFINE_string(
  "second", None, "Of the other; its config is kept."
)
_SHARE = flags.DEFINE_float("share", None, "Of the second, from 0 to 1.")
_WORKDIR = flags.DEFINE_string("workdir", None, "Where the result goes.")
_CHECKPOINT = command.define_checkpoint()


def main() -> None:
  interpolation.interpolate(
    _FIRST.value,
    _SECOND.value,
    _SHARE.value,
    _WORKDIR.value,
    _CHECKPOINT.value,
  )
  print(f"{_WORKDIR.value}: written. Evaluate it with scripts/evaluate.py.")


if __name__ == "__main__":
  flags.mark_flags_as_required(["first", "second", "share", "workdir"])
  command.run(main)
