"""Takes the masks off the faces in a photo file."""

import dataclasses
import os
import pathlib
from typing import Any

import numpy as np

from maskgan_jax import photos, unmasking
from maskgan_jax.common import errors, files
from maskgan_jax.faces import expression
from maskgan_jax.networks import mask_postprocess, report_rule
from maskgan_jax.photos import badge, provenance
from maskgan_jax.unmasking.references import matching, reference


@dataclasses.dataclass(frozen=True)
class Options:
  """What is done and written beside the result.

  Attributes:
    faces: "all" or "largest".
    force: complete whatever looks like a mask, reported or not.
    expression: one of `expression.NAMES`.
    num_samples: completions, the one with this expression first, others drawn
      around it after it; the second is written to NAME.2.*, and so on.
    save_masks: write what was completed, white on black, to NAME.mask.png.
    side_by_side: write photo and results beside each other.
    sidecar: write NAME.json about the program, the weights and the faces.
    badge: show "AI" in a corner of the result.
    provenance: say in each file's XMP that networks made part of it.
    copy_bare: copy photos on which no mask was found.
    overwrite: replace results that exist.
    references: other photos of these people; None for none.
  """

  faces: str = "all"
  force: bool = False
  expression: str = expression.LIKELY
  num_samples: int = 1
  save_masks: bool = False
  side_by_side: bool = False
  sidecar: bool = False
  badge: bool = False
  provenance: bool = True
  copy_bare: bool = False
  overwrite: bool = False
  references: reference.Album | None = None


DEFAULTS = Options()


def unmask_file(
  unmasker: unmasking.Unmasker,
  input_path: str | os.PathLike,
  output_path: str | os.PathLike,
  options: Options = DEFAULTS,
  mask_path: str | os.PathLike | None = None,
) -> unmasking.UnmaskResult:
  """Unmasks one photo file into another.

  A photo on which no mask is found writes nothing, but for its copy on request.

  Args:
    unmasker: the networks.
    input_path: the photo.
    output_path: of the result, or a folder that it goes into.
    options: what is written.
    mask_path: a picture of the photo's size, white where to complete.

  Raises:
    errors.UserError: the photo or mask cannot be used, shows no face, or the
      output exists, is the input, or is of no known kind.
    files.WriteError: the output cannot be written.
  """
  input_path, output_path = pathlib.Path(input_path), pathlib.Path(output_path)
  if output_path.is_dir():
    output_path = output_path / photos.output_name(input_path.name)
  photos.format_of(output_path)  # Before the work, not after it.
  for path in _targets(output_path, options.num_samples):
    check_output(input_path, path, options.overwrite)
  image = photos.read(input_path)
  mask = None if mask_path is None else _read_mask(mask_path)
  try:
    results = _unmask(unmasker, image, mask, options)
  except errors.UserError as error:
    raise errors.UserError(f"{input_path}: {error}") from error
  if results[0].found_mask:
    _write(unmasker, input_path, output_path, image, results, options)
  elif options.copy_bare:
    _copy(input_path, output_path, image)
  return results[0]


def _unmask(unmasker, image, mask, options) -> list[unmasking.UnmaskResult]:
  """Returns the likeliest result first; of a bare photo no other."""
  faces = unmasker.find(image, options.faces, mask)
  if options.references is not None:
    _check_numbers(options.references, len(faces))
    faces = matching.assign(options.references, image, faces)
  results = []
  for sample in range(options.num_samples):
    faces = unmasker.complete(
      image,
      faces,
      mask,
      expression=options.expression,
      sample=sample,
      force=options.force,
    )
    results.append(unmasking.lay_back(image, faces))
    if not results[0].found_mask:
      break
  return results


def nothing_to_do(result: unmasking.UnmaskResult) -> str:
  """Says that a photo shows no mask, and how far from one it is."""
  face = max(result.faces, key=lambda face: face.report.likelihood)
  seen = mask_postprocess.completed_mask(face.mask).any()
  hint = " --force completes what looks like one." if seen else ""
  return (
    f"no mask found ({face.report.reason}, on {face.mask_share:.1%} of the"
    f" face; it takes {report_rule.fitted().unsure_from:.1%}), nothing to do."
    f"{hint}"
  )


def unsure_of(result: unmasking.UnmaskResult) -> str:
  """Says which completed faces may wear no mask; "" where all surely do."""
  return "; ".join(
    f"unsure of the face at {face.box[0]:.0f}, {face.box[1]:.0f}:"
    f" {face.report.reason}"
    for face in result.faces
    if face.unsure
  )


def references_of(result: unmasking.UnmaskResult) -> str:
  """Says of each completed face which other photo it is completed by."""
  said = []
  for face in result.faces:
    if not face.found_mask:
      continue
    place = f"the face at {face.box[0]:.0f}, {face.box[1]:.0f}"
    if face.match is None:
      said.append(f"{place}: no reference is alike, completed without one")
      continue
    name = pathlib.PurePath(face.match.reference.name).name
    likeness = face.match.likeness
    said.append(f"{place}: by {name} ({likeness:.2f} alike)")
    if likeness < matching.THRESHOLD:
      said[-1] += (
        f". Is it the same person? From {matching.THRESHOLD} on it is likely"
      )
  return "; ".join(said)


def _check_numbers(album: reference.Album, num_faces: int) -> None:
  for number in album.given:
    if number > num_faces:
      raise errors.UserError(
        f"A reference is given for face {number}, but {num_faces}"
        f" {'is' if num_faces == 1 else 'are'} looked at. Number them by size,"
        " 1 for the largest."
      )


def check_output(
  source: pathlib.Path, target: pathlib.Path, overwrite: bool
) -> None:
  """Raises a UserError if a result would replace the input or what is there."""
  if target.resolve() == source.resolve():
    raise errors.UserError(
      f"{target} is the input itself, which is never overwritten. Give another"
      " --output."
    )
  if target.exists() and not overwrite:
    raise errors.UserError(
      f"{target} exists. Give another --output, or --overwrite."
    )


def _read_mask(path) -> np.ndarray:
  """A hand-made mask: bool [H, W], True where it is white."""
  return photos.read(path).mean(axis=2) > 127


def _write(unmasker, source, target, image, results, options) -> None:
  """Writes the likeliest result last: where it is, everything is."""
  result = results[0]
  pixels = [one.image for one in results]
  if options.badge:
    pixels = [badge.with_badge(one) for one in pixels]

  ingredients = list(result.ingredients)

  def save(path, content):
    photos.save(
      path,
      content,
      like=source,
      marked=options.provenance,
      ingredients=ingredients,
    )

  if options.save_masks:
    mask = np.repeat(result.mask[..., None], 3, axis=2)
    save(_beside(target, ".mask.png"), mask)
  if options.side_by_side:
    path = _beside(target, f".side_by_side{target.suffix}")
    save(path, np.concatenate([image, *pixels], axis=1))
  if options.sidecar:
    files.write_json(_beside(target, ".json"), _facts(unmasker, source, result))
  targets = _targets(target, len(pixels))
  for path, one in reversed(list(zip(targets, pixels, strict=True))):
    save(path, one)


def _targets(target: pathlib.Path, num_samples: int) -> list[pathlib.Path]:
  """Where the completions go, the likeliest first."""
  others = range(2, num_samples + 1)
  return [target, *(_beside(target, f".{n}{target.suffix}") for n in others)]


def _beside(target: pathlib.Path, ending: str) -> pathlib.Path:
  return target.with_name(target.name + ending)


def _facts(unmasker, source, result) -> dict[str, Any]:
  return {
    **provenance.facts(
      unmasker.networks.weights_sha256, source.name, result.ingredients
    ),
    "faces": [
      {
        "box": [round(float(x), 1) for x in face.box],
        "mask_share": round(face.mask_share, 4),
        "answer": face.report.answer,
        "reason": face.report.reason,
        "mask_likelihood": round(face.report.likelihood, 4),
        "unmasked": face.found_mask,
      }
      for face in result.faces
    ],
  }


def _copy(source, target, image) -> None:
  """A bare photo, to the byte where the kind of file stays."""
  if source.suffix.lower() == target.suffix.lower():
    files.write(target, source.read_bytes())
  else:
    photos.save(target, image, like=source, marked=False)
