"""Draws face masks on all faces of a photo, or of all photos of a folder.

  python scripts/mask_faces.py --input=PHOTO_OR_FOLDER --output=DIR \
    [--kinds=surgical,kn95] [--wear=correct] [--textures_dir=PICTURES] \
    [--save_masks] [--contact_sheet]

Each result lies in DIR under its photo's name, with its parameters beside it
as JSON.
"""

import dataclasses
import os

import command
from absl import flags

from maskgan_jax import masks
from maskgan_jax.masks import mask_folder

_INPUT = flags.DEFINE_string("input", None, "A photo or a folder of photos.")
_OUTPUT = flags.DEFINE_string("output", None, "The folder for the results.")
_KINDS = flags.DEFINE_list(
  "kinds", [], f"Only these: {', '.join(masks.MASK_TYPES)}."
)
_WEAR = flags.DEFINE_list(
  "wear", [], f"Worn only so: {', '.join(masks.WEARS)}."
)
_SEED = flags.DEFINE_integer("seed", 0, "Determines every mask.")
_TEXTURES_DIR = flags.DEFINE_string(
  "textures_dir", None, "Pictures to print on masks of cloth."
)
_SAVE_MASKS = flags.DEFINE_bool(
  "save_masks", False, "Also write each mask and its opacity as PNG."
)
_CONTACT_SHEET = flags.DEFINE_bool(
  "contact_sheet", False, "Also write the first masked faces as one picture."
)
_OVERWRITE = flags.DEFINE_bool("overwrite", False, "Replace what is there.")
_NUM_PROCESSES = flags.DEFINE_integer(
  "num_processes", os.cpu_count(), "How many work at once."
)


def main() -> None:
  distribution = masks.MaskDistribution().only(_KINDS.value, _WEAR.value)
  if _TEXTURES_DIR.value:
    distribution = dataclasses.replace(
      distribution, textures=masks.textures_in(_TEXTURES_DIR.value)
    )
  options = mask_folder.Options(
    distribution,
    seed=_SEED.value,
    save_masks=_SAVE_MASKS.value,
    contact_sheet=_CONTACT_SHEET.value,
    overwrite=_OVERWRITE.value,
  )
  print(
    mask_folder.mask_files(
      _INPUT.value, _OUTPUT.value, options, _NUM_PROCESSES.value
    )
  )


if __name__ == "__main__":
  flags.mark_flags_as_required(["input", "output"])
  command.run(main)
