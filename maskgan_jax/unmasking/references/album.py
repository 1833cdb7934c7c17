"""Reads references: photos of people who may be on the masked photo."""

import hashlib
import os
import pathlib
from collections.abc import Mapping, Sequence

import numpy as np

from maskgan_jax import photos
from maskgan_jax.common import errors, progress
from maskgan_jax.faces import alignment, anatomy, embedding
from maskgan_jax.unmasking import completed_face, unmasker
from maskgan_jax.unmasking.references import detail
from maskgan_jax.unmasking.references import reference as reference_lib

# A reference whose lower half is hidden to more than this shows nothing of it.
_MAX_HIDDEN = 0.4
# What is kept of a photo, in sides of the face's crop: all that can be needed.
_KEPT = 0.75


def read(
  networks: unmasker.Unmasker,
  paths: Sequence[str | os.PathLike] = (),
  given: Mapping[int, str | os.PathLike] | None = None,
) -> reference_lib.Album:
  """Reads photos of people.

  Of a photo with several faces each may be somebody's. What cannot be used of
  a folder is noted; a photo that is named itself has to be usable.

  Args:
    networks: that find faces and masks.
    paths: photos, and folders of photos.
    given: photos of a face's person, by its number, 1 for the largest face.

  Raises:
    errors.UserError: a photo cannot be read or shows no face of use; one
      that is given for a face shows several; nothing in a folder is of use.
  """
  notes: list[str] = []
  references: list[reference_lib.Reference] = []
  for path in map(pathlib.Path, paths):
    if not path.is_dir():
      references += _of_file(networks, path, notes)
      continue
    found, unusable = _of_folder(networks, path)
    if not found:
      raise errors.UserError(
        f"{path}: no photo of it can be a reference: {'; '.join(unusable)}."
      )
    references += found
    notes += unusable
  return reference_lib.Album(
    references=references,
    given={
      number: _only_one(networks, pathlib.Path(path), notes)
      for number, path in (given or {}).items()
    },
    notes=notes,
  )


def of_photo(
  networks: unmasker.Unmasker, image: np.ndarray, name: str, sha256: str = ""
) -> tuple[list[reference_lib.Reference], list[str]]:
  """Returns the faces of a photo, and what to know of them.

  Args:
    networks: that find faces and masks.
    image: uint8 [H, W, 3] RGB.
    name: what messages call it.
    sha256: of its file; by default of its pixels.

  Raises:
    errors.UserError: none is found, or masks hide the lower half of all.
  """
  sha256 = sha256 or hashlib.sha256(np.ascontiguousarray(image)).hexdigest()
  try:
    faces = networks.find(image)
  except errors.UserError as error:
    raise errors.UserError(
      f"{name}: no face found for certain. A reference needs one that looks"
      " towards the camera."
    ) from error
  found = networks.complete(image, faces)
  visible = 255 - completed_face.lay_back(image, found).mask
  references, notes = [], []
  for face in found:
    if _hidden_share(face) > _MAX_HIDDEN:
      continue
    references.append(_cut_out(face, image, visible, name, sha256))
    if not detail.is_fine(references[-1]):
      notes.append(
        f"{name}: a face of"
        f" {anatomy.cheek_to_cheek(face.landmarks):.0f} px is used for its"
        f" shape alone; for more it takes {detail.MIN_WIDTH:.0f} px"
      )
  if not references:
    raise errors.UserError(
      f"{name}: a mask hides what a reference is to show. Give a photo without"
      " one."
    )
  return references, notes


def _of_folder(networks, folder):
  """The faces of a folder's photos, and what to know of them."""
  paths = photos.find(folder)
  references: list[reference_lib.Reference] = []
  notes: list[str] = []
  with progress.bar(len(paths), "photo", label="References") as bar:
    for path in paths:
      try:
        references += _of_file(networks, path, notes)
      except errors.UserError as error:
        notes.append(str(error).rstrip("."))
      bar.update()
  return references, notes


def _of_file(networks, path, notes) -> list[reference_lib.Reference]:
  image = photos.read(path)
  sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
  found, more = of_photo(networks, image, str(path), sha256)
  notes += more
  return found


def _only_one(networks, path, notes) -> reference_lib.Reference:
  found = _of_file(networks, path, notes)
  if len(found) > 1:
    raise errors.UserError(
      f"{path}: shows {len(found)} faces, and which one is meant is not said."
      " Cut the photo to one of them, or give it with --reference, which looks"
      " for the one that is alike."
    )
  return found[0]


def _hidden_share(face: completed_face.CompletedFace) -> float:
  """How much of a face below the nose's tip a mask hides, in [0, 1]."""
  if not face.found_mask:
    return 0.0
  points = alignment.transform_landmarks(face.landmarks, face.transform)
  below = points[points[:, 1] > points[anatomy.NOSE_TIP, 1], :2]
  x, y = np.clip(np.round(below), 0, len(face.mask) - 1).astype(int).T
  return float((face.mask[y, x] > 0.5).mean())


def _cut_out(face, image, visible, name, sha256) -> reference_lib.Reference:
  """Keeps what of a photo can be needed: there may be many."""
  middle = face.landmarks[:, :2].mean(axis=0)
  reach = _KEPT * alignment.crop_side(face.landmarks)
  limit = image.shape[1::-1]
  left, top = np.clip(middle - reach, 0, limit).astype(int)
  right, bottom = np.clip(np.ceil(middle + reach), 0, limit).astype(int)
  landmarks = face.landmarks - np.array([left, top, 0], np.float32)
  part = np.s_[top:bottom, left:right]
  return reference_lib.Reference(
    name=name,
    sha256=sha256,
    image=image[part].copy(),
    visible=visible[part].copy(),
    landmarks=landmarks,
    vector=embedding.embed_upper_half(image, face.landmarks),
  )
