"""Takes the mask off the largest face of a photo.

  python scripts/unmask.py --input=photo.jpg --output=unmasked.jpg \
    --workdir=runs/faces
"""

from absl import app, flags, logging

from maskgan_jax import errors, unmask

_INPUT = flags.DEFINE_string("input", None, "A photo.")
_OUTPUT = flags.DEFINE_string("output", None, "Where the result goes.")
_WORKDIR = flags.DEFINE_string("workdir", None, "Of scripts/train.py.")


def main(_):
  logging.set_verbosity(logging.WARNING)
  try:
    result = unmask.unmask_file(_INPUT.value, _OUTPUT.value, _WORKDIR.value)
  except errors.UserError as error:
    raise SystemExit(f"error: {error}") from error
  if result.found_mask:
    print(f"{_OUTPUT.value}: written. The face under the mask is a guess.")
  else:
    print(f"{_INPUT.value}: no mask found, nothing to do.")


if __name__ == "__main__":
  flags.mark_flags_as_required(["input", "output", "workdir"])
  app.run(main)
