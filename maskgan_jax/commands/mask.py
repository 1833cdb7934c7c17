"""Draws face masks on a photo, or on all photos of a folder.

  maskgan mask --input=photos --output=masked
  maskgan mask --input=photos --output=masked --kinds=kn95,cloth --save_masks

Every face gets a mask. A result has the name of its photo; NAME.json beside it
holds the parameters of its masks.
"""

import dataclasses
import os

from absl import flags

from maskgan_jax import masks
from maskgan_jax.commands import mask_flags
from maskgan_jax.masks import mask_folder

_INPUT = flags.DEFINE_string(
  "input", None, "The photo, or the folder of photos."
)
_OUTPUT = flags.DEFINE_string(
  "output", None, "The folder to write the results to."
)
_OVERWRITE = flags.DEFINE_bool(
  "overwrite", False, "Replace results that exist."
)
_KINDS, _WEAR = mask_flags.define()
_TEXTURES_DIR = flags.DEFINE_string(
  "textures_dir", None, "A folder of pictures to print on cloth masks."
)
_TEXTURES_SHARE = flags.DEFINE_float(
  "textures_share",
  masks.MaskDistribution().textured,
  "How many of the cloth masks take a picture of --textures_dir, from 0 to 1.",
)
_SEED = flags.DEFINE_integer(
  "seed", 0, "The same seed draws the same masks again."
)
_SAVE_MASKS = flags.DEFINE_bool(
  "save_masks", False, "Also write each mask and its opacity as PNG."
)
_CONTACT_SHEET = flags.DEFINE_bool(
  "contact_sheet",
  False,
  "Also write the first masked faces as one picture, with their names.",
)
_NUM_PROCESSES = flags.DEFINE_integer(
  "num_processes", os.cpu_count(), "How many photos to work on at once."
)

GROUPS = {
  "Input and output": (_INPUT, _OUTPUT, _OVERWRITE),
  "Masks": (_KINDS, _WEAR, _TEXTURES_DIR, _TEXTURES_SHARE, _SEED),
  "What to write as well": (_SAVE_MASKS, _CONTACT_SHEET),
  "Speed": (_NUM_PROCESSES,),
}
REQUIRED = (_INPUT, _OUTPUT)


def main() -> None:
  """Draws masks on what --input names."""
  distribution = dataclasses.replace(
    masks.MaskDistribution().only(_KINDS.value, _WEAR.value),
    textured=_TEXTURES_SHARE.value,
  )
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
