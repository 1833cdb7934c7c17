"""Takes the masks off a photo, a folder of photos, or a video.

  maskgan unmask --input=photo.jpg --output=unmasked.jpg
  maskgan unmask --input=photos --output=unmasked --save_masks
  maskgan unmask --input=film.mp4 --output=unmasked.mp4
  maskgan unmask --input=photo.jpg --output=unmasked.jpg --weights=FILE.onnx
  maskgan unmask --input=photo.jpg --output=unmasked.jpg --reference=album

Faces without a mask stay as they are. With other photos of the same people
(--reference) their own features come back; only use photos of people who agree.
A folder may be interrupted: the same command goes on. Its failed.csv says what
failed, and why.
"""

import dataclasses
import math
import os
import pathlib
from collections.abc import Sequence

from absl import flags

from maskgan_jax import unmasking
from maskgan_jax.commands import shared_flags
from maskgan_jax.common import errors, optional
from maskgan_jax.faces import expression
from maskgan_jax.metrics import identification
from maskgan_jax.networks import released_card
from maskgan_jax.photos import video
from maskgan_jax.unmasking import outputs, unmask_film, unmask_folder
from maskgan_jax.unmasking.references import album, reference

# Each holds a whole photo in memory, and the networks use all cores already.
_MAX_WORKERS = 4

_INPUT = flags.DEFINE_string(
  "input", None, "The photo, the folder of photos, or the video."
)
_OUTPUT = flags.DEFINE_string(
  "output",
  None,
  "The file to write; for a folder, the folder to write the results to.",
)
_OVERWRITE = flags.DEFINE_bool(
  "overwrite", False, "Replace results that exist."
)
_FACES = flags.DEFINE_enum(
  "faces", "all", unmasking.FACES, "Which faces of a photo to look at."
)
_MASK = flags.DEFINE_string(
  "mask",
  None,
  "For one photo: a picture of its size, white where to complete, used instead"
  " of the mask that is found.",
)
_FORCE = flags.DEFINE_bool(
  "force",
  False,
  "Complete whatever looks like a mask, also where it is not reported as one.",
)
_EXPRESSION = flags.DEFINE_enum(
  "expression",
  expression.LIKELY,
  expression.NAMES,
  "What the mouth does; the likely one is a guess from what is visible.",
)
_NUM_SAMPLES = flags.DEFINE_integer(
  "num_samples",
  1,
  "How many completions of each photo to write: the one with --expression as"
  " --output, others like it beside it as NAME.2, NAME.3, ...",
  lower_bound=1,
)
_REFERENCE = flags.DEFINE_list(
  "reference",
  [],
  "Other photos of the same people, without masks, and folders of such: each"
  " masked face looks for its person by the half that is visible.",
)
_REFERENCE_OF = flags.DEFINE_multi_string(
  "reference_of",
  [],
  "NUMBER:PHOTO, the photo that a face is to be completed by, whomever it looks"
  " like; 1 is the largest face. May be repeated.",
)
_SAVE_MASKS = flags.DEFINE_bool(
  "save_masks", False, "Also write NAME.mask.png, white where completed."
)
_SIDE_BY_SIDE = flags.DEFINE_bool(
  "side_by_side",
  False,
  "Also write the photo and its results beside each other.",
)
_SIDECAR = flags.DEFINE_bool(
  "sidecar",
  False,
  "Also write NAME.json, which names the program, the weights and the faces.",
)
_COMPARE = flags.DEFINE_string(
  "compare",
  None,
  "For one photo: the true photo without a mask. PSNR and SSIM are printed.",
)
_BADGE = flags.DEFINE_bool("badge", False, 'Show "AI" in a corner.')
_NO_PROVENANCE = flags.DEFINE_bool(
  "no_provenance",
  False,
  "Leave out of the XMP that a network made part of the photo.",
)
_COPY_BARE = flags.DEFINE_bool(
  "copy_bare", False, "Also copy the photos on which no mask is found."
)
_NUM_WORKERS = flags.DEFINE_integer(
  "num_workers",
  min(os.cpu_count() or 1, _MAX_WORKERS),
  "How many photos to work on at once.",
  lower_bound=1,
)
_NETWORKS = shared_flags.Networks()
_BACKEND = shared_flags.define_backend()

_WITH_REFERENCES = (
  "By a reference a face looks like the reference's person because that person"
  " was given: it proves nothing about who wears the mask."
)

GROUPS = {
  "Input and output": (_INPUT, _OUTPUT, _OVERWRITE),
  "What to complete": (_FACES, _MASK, _FORCE, _EXPRESSION, _NUM_SAMPLES),
  "Other photos of the same people": (_REFERENCE, _REFERENCE_OF),
  "What to write as well": (_SAVE_MASKS, _SIDE_BY_SIDE, _SIDECAR, _COMPARE),
  "How a result says what it is": (_BADGE, _NO_PROVENANCE),
  "For a folder": (_COPY_BARE, _NUM_WORKERS),
  "Networks": (*_NETWORKS.flags, _BACKEND),
}
REQUIRED = (_INPUT, _OUTPUT)


def main() -> None:
  """Unmasks what --input names."""
  options = outputs.Options(
    faces=_FACES.value,
    force=_FORCE.value,
    expression=_EXPRESSION.value,
    num_samples=_NUM_SAMPLES.value,
    save_masks=_SAVE_MASKS.value,
    side_by_side=_SIDE_BY_SIDE.value,
    sidecar=_SIDECAR.value,
    badge=_BADGE.value,
    provenance=not _NO_PROVENANCE.value,
    copy_bare=_COPY_BARE.value,
    overwrite=_OVERWRITE.value,
  )
  given = _given(_REFERENCE_OF.value)
  is_folder = pathlib.Path(_INPUT.value).is_dir()
  is_video = pathlib.Path(_INPUT.value).suffix.lower() in video.SUFFIXES
  if is_video and options != outputs.Options(
    overwrite=_OVERWRITE.value, expression=_EXPRESSION.value
  ):
    raise errors.UserError(
      "A video takes --overwrite, --expression and --reference alone of the"
      " options for photos."
    )
  if (is_folder or is_video) and (_MASK.value or _COMPARE.value or given):
    raise errors.UserError(
      "--mask, --compare and --reference_of belong to one photo, but --input is"
      f" a {'folder' if is_folder else 'video'}."
    )
  compare = _comparison() if _COMPARE.value else None
  unmasker = unmasking.Unmasker(*_NETWORKS(), _BACKEND.value)
  unmasker.check_expression(_EXPRESSION.value, _NUM_SAMPLES.value - 1)
  references = None
  if _REFERENCE.value or given:
    references = album.read(unmasker, _REFERENCE.value, given)
    for note in references.notes:
      print(f"{note}.")
  options = dataclasses.replace(options, references=references)
  if is_folder:
    outcomes = unmask_folder.unmask_folder(
      unmasker, _INPUT.value, _OUTPUT.value, options, _NUM_WORKERS.value
    )
    print(
      f"{unmask_folder.summary(outcomes)}\n{_caution(references is not None)}"
    )
  elif is_video:
    _video(unmasker, references)
  else:
    _one(unmasker, options, compare)


def _given(all_said: Sequence[str]) -> dict[int, str]:
  """The photo of each face that one is given for."""
  given = {}
  for said in all_said:
    number, separator, path = said.partition(":")
    if not separator or not path or not number.isdecimal() or not int(number):
      raise errors.UserError(
        f"--reference_of={said}: it must be NUMBER:PHOTO, as in 2:mum.jpg."
      )
    if int(number) in given:
      raise errors.UserError(
        f"--reference_of={said}: face {number} has a photo already. Several"
        " photos to choose from are --reference."
      )
    given[int(number)] = path
  return given


def _comparison():
  """The scores are JAX's; unmasking itself may do without it."""
  optional.load("jax", f"--compare needs it. {optional.install('jax')}.")
  from maskgan_jax.evaluation import comparison

  return comparison.compare


def _caution(by_reference: bool) -> str:
  """What the released weights' search for completed faces came to."""
  if by_reference:
    return _WITH_REFERENCES
  scores = released_card.scores()
  return identification.sentence(scores.get("identification"))


def _video(unmasker, references: reference.Album | None) -> None:
  summary = unmask_film.unmask_video(
    unmasker,
    _INPUT.value,
    _OUTPUT.value,
    _OVERWRITE.value,
    _EXPRESSION.value,
    references,
  )
  if not summary.num_unmasked:
    print(f"{_INPUT.value}: no mask found, nothing to do.")
    return
  print(
    f"{_OUTPUT.value}: written, {summary.num_unmasked} of"
    f" {summary.num_frames} frames unmasked, unsure in {summary.num_unsure}."
    f" The face under a mask is a guess.\n{_caution(references is not None)}"
  )
  if (flicker := summary.flicker) is not None:
    print(
      "Mean change from frame to frame, of 255: completed region"
      f" {flicker.completed:.2f}, the mask there before {flicker.masked:.2f},"
      f" elsewhere {flicker.background:.2f}."
    )


def _one(unmasker, options, compare) -> None:
  result = outputs.unmask_file(
    unmasker, _INPUT.value, _OUTPUT.value, options, _MASK.value
  )
  if result.found_mask:
    faces = sum(face.found_mask for face in result.faces)
    print(
      f"{_OUTPUT.value}: written, {faces} of {len(result.faces)} faces"
      " unmasked. The face under a mask is a guess.\n"
      f"{_caution(bool(result.ingredients))}"
    )
    if options.references is not None:
      print(f"{outputs.references_of(result)}.")
    if unsure := outputs.unsure_of(result):
      print(f"{unsure}.")
  else:
    print(f"{_INPUT.value}: {outputs.nothing_to_do(result)}")
  if compare is not None:
    for name, value in compare(result, _COMPARE.value).items():
      if not math.isnan(value):
        print(f"{name:12} {value:.3f}")
