"""Draws masks on two public-domain photos and takes them off again.

  python scripts/demo.py --workdir=runs/portraits --output_dir=runs/photos

The photos come with matplotlib (Grace Hopper) and scikit-image (Eileen
Collins).
"""

import pathlib

import matplotlib
import skimage
from absl import app, flags, logging

from maskgan_jax import demo, errors

_WORKDIR = flags.DEFINE_string("workdir", None, "Of scripts/train.py.")
_OUTPUT_DIR = flags.DEFINE_string("output_dir", None, "Where pictures go.")


def main(_):
  logging.set_verbosity(logging.WARNING)
  photos = {
    "grace_hopper": pathlib.Path(
      matplotlib.get_data_path(), "sample_data", "grace_hopper.jpg"
    ),
    "astronaut": pathlib.Path(skimage.__file__).parent / "data/astronaut.png",
  }
  try:
    for path in demo.demonstrate(_WORKDIR.value, photos, _OUTPUT_DIR.value):
      print(f"wrote {path}")
  except errors.UserError as error:
    raise SystemExit(f"error: {error}") from error


if __name__ == "__main__":
  flags.mark_flags_as_required(["workdir", "output_dir"])
  app.run(main)
