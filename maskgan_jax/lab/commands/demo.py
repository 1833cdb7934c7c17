"""Draws masks on two public-domain photos and takes them off again.

  python scripts/demo.py --output_dir=runs/photos
  python scripts/demo.py --output_dir=runs/photos --workdir=runs/faces

It also writes masks.jpg, all kinds of masks on these and painted people,
failures.jpg, the masks that were taken off worst, and, where the networks know
expressions, expressions.jpg. The photos come with matplotlib (Grace Hopper) and
scikit-image (Eileen Collins).
"""

import pathlib

import matplotlib
import skimage
from absl import flags
from PIL import Image

from maskgan_jax import photos as photo_files
from maskgan_jax import unmasking
from maskgan_jax.commands import shared_flags
from maskgan_jax.lab import demo

_OUTPUT_DIR = flags.DEFINE_string(
  "output_dir", None, "The folder to write the pictures to."
)
_NETWORKS = shared_flags.Networks()

GROUPS = {"Output": (_OUTPUT_DIR,), "Networks": _NETWORKS.flags}
REQUIRED = (_OUTPUT_DIR,)


def main() -> None:
  """Writes the pictures."""
  photos = {
    "grace_hopper": pathlib.Path(
      matplotlib.get_data_path(), "sample_data", "grace_hopper.jpg"
    ),
    "astronaut": pathlib.Path(skimage.__file__).parent / "data/astronaut.png",
  }
  unmasker = unmasking.Unmasker(*_NETWORKS())
  for path in demo.demonstrate(unmasker, photos, _OUTPUT_DIR.value):
    print(f"wrote {path}")
  path = pathlib.Path(_OUTPUT_DIR.value, "masks.jpg")
  sheet = demo.mask_sheet(photos.values())
  Image.fromarray(sheet).save(path, quality=88)
  print(f"wrote {path}")
  sheets = {"failures.jpg": demo.failure_sheet}
  if unmasker.networks.structure:
    sheets["expressions.jpg"] = demo.expression_sheet
  for name, draw in sheets.items():
    path = path.with_name(name)
    sheet = draw(unmasker, photos.values())
    photo_files.save(path, sheet, like=photos["grace_hopper"])
    print(f"wrote {path}")
