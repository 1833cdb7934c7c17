"""Takes the mask off the largest face of a photo.

  python scripts/unmask.py --input=photo.jpg --output=unmasked.jpg \
    [--workdir=runs/faces]
"""

import command
from absl import flags

from maskgan_jax import unmask

_INPUT = flags.DEFINE_string("input", None, "A photo.")
_OUTPUT = flags.DEFINE_string("output", None, "Where the result goes.")
_WORKDIR = command.define_workdir()
_CHECKPOINT = command.define_checkpoint()


def main() -> None:
  result = unmask.unmask_file(
    _INPUT.value, _OUTPUT.value, _WORKDIR.value, _CHECKPOINT.value
  )
  if result.found_mask:
    print(f"{_OUTPUT.value}: written. The face under the mask is a guess.")
  else:
    print(f"{_INPUT.value}: no mask found, nothing to do.")


if __name__ == "__main__":
  flags.mark_flags_as_required(["input", "output"])
  command.run(main)
