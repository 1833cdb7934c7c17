"""Takes the masks off the faces of a photo, or of a folder of photos.

  python scripts/unmask.py --input=photo.jpg --output=unmasked.jpg
  python scripts/unmask.py --input=photos --output=unmasked [--save_masks]

Every face is looked at; those without a mask stay as they are. A folder may be
interrupted: the same command goes on. What failed, and why, is in its
failed.csv.
"""

import math
import pathlib

import command
from absl import flags

from maskgan_jax import errors, unmask, unmask_files, unmask_folder

_INPUT = flags.DEFINE_string("input", None, "A photo, or a folder of photos.")
_OUTPUT = flags.DEFINE_string(
  "output", None, "Where the result goes; for a folder, another folder."
)
_WORKDIR = command.define_workdir()
_CHECKPOINT = command.define_checkpoint()
_FACES = flags.DEFINE_enum("faces", "all", unmask.FACES, "Of each photo.")
_MASK = flags.DEFINE_string(
  "mask",
  None,
  "For one photo: a picture of its size, white where to complete, instead of"
  " the mask that is found.",
)
_COMPARE = flags.DEFINE_string(
  "compare",
  None,
  "For one photo: the true photo without a mask; prints PSNR and SSIM.",
)
_SAVE_MASKS = flags.DEFINE_bool(
  "save_masks", False, "Write NAME.mask.png, white where completed."
)
_SIDE_BY_SIDE = flags.DEFINE_bool(
  "side_by_side", False, "Write photo and result beside each other too."
)
_SIDECAR = flags.DEFINE_bool(
  "sidecar", False, "Write NAME.json: program, weights, faces."
)
_BADGE = flags.DEFINE_bool("badge", False, 'Show "AI" in a corner.')
_NO_PROVENANCE = flags.DEFINE_bool(
  "no_provenance", False, "Do not say in the XMP that a network made it."
)
_COPY_BARE = flags.DEFINE_bool(
  "copy_bare", False, "Copy photos on which no mask is found."
)
_OVERWRITE = flags.DEFINE_bool(
  "overwrite", False, "Replace results that exist."
)


def main() -> None:
  options = unmask_files.Options(
    faces=_FACES.value,
    save_masks=_SAVE_MASKS.value,
    side_by_side=_SIDE_BY_SIDE.value,
    sidecar=_SIDECAR.value,
    badge=_BADGE.value,
    provenance=not _NO_PROVENANCE.value,
    copy_bare=_COPY_BARE.value,
    overwrite=_OVERWRITE.value,
  )
  is_folder = pathlib.Path(_INPUT.value).is_dir()
  if is_folder and (_MASK.value or _COMPARE.value):
    raise errors.UserError(
      "--mask and --compare belong to one photo, but --input is a folder."
    )
  unmasker = unmask.Unmasker(_WORKDIR.value, _CHECKPOINT.value)
  if is_folder:
    summary = unmask_folder.unmask_folder(
      unmasker, _INPUT.value, _OUTPUT.value, options
    )
    print(summary.text())
  else:
    _one(unmasker, options)


def _one(unmasker, options) -> None:
  result = unmask_files.unmask_file(
    unmasker, _INPUT.value, _OUTPUT.value, options, _MASK.value
  )
  if result.found_mask:
    faces = sum(face.found_mask for face in result.faces)
    print(
      f"{_OUTPUT.value}: written, {faces} of {len(result.faces)} faces"
      " unmasked. The face under a mask is a guess."
    )
  else:
    print(unmask_files.nothing_to_do(_INPUT.value, result))
  if _COMPARE.value:
    for name, value in unmask_files.compare(result, _COMPARE.value).items():
      if not math.isnan(value):
        print(f"{name:12} {value:.3f}")


if __name__ == "__main__":
  flags.mark_flags_as_required(["input", "output"])
  command.run(main)
