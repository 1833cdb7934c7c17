"""Where a mask is seen on faces that wear one, and on faces that do not.

From these examples `report_fit` learns which mask is reported: photos of people
of the validation split, bare, with masks and with what is none drawn on them,
and photos of real masks. Each photo comes as it is and saved again.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from typing import NamedTuple

import cv2
import jax
import numpy as np

from maskgan_jax import masks, photos, unmasking
from maskgan_jax.common import errors, progress
from maskgan_jax.datasets.masked_faces import sources
from maskgan_jax.datasets.masked_faces.stages import people
from maskgan_jax.evaluation.real_masks import score
from maskgan_jax.faces import anatomy, finder, usability
from maskgan_jax.networks import build, images, loaded, predict
from maskgan_jax.unmasking import aligned_face

NUM_DRAWS = 3
AS_IT_IS = ""
VERSIONS = ("JPEG 90", "JPEG 75", "resized", "shifted", "next frame")
# A detection that overlaps with the bare face so far is that face.
_SAME_FACE = 0.3


class Example(NamedTuple):
  """A face as the segmenter saw it."""

  photo: str  # Its name.
  person_id: str
  kind: str  # "mask", "bare", a distractor's, "real even" or "real odd"
  draw: int  # Which of the masks drawn on this photo.
  version: str  # AS_IT_IS, or how the photo was saved again.
  probability: np.ndarray  # uint8 [size, size], in 255ths
  yaw: float  # Degrees.
  usable: bool  # Whether an evaluation would take the bare face.


# From aligned faces to the probability of mask, uint8 [N, size, size].
Segment = Callable[[np.ndarray], np.ndarray]


def segment_with(networks: loaded.LoadedNetworks) -> Segment:
  """Returns a segmenter, which answers without a generator beside it."""
  step = predict.make_predict_step(
    modules={"segmenter": build.modules(networks.model)["segmenter"]},
    mirrored=networks.model.mirrored_at_test,
  )
  compiled = jax.jit(
    lambda crops: step(networks.variables, crops, jax.random.key(0)).probability
  )

  def segment(crops):
    # One face or all versions of it: XLA compiles two programs.
    count = len(crops)
    padding = 0 if count == 1 else 1 + len(VERSIONS) - count
    crops = np.concatenate([crops, np.repeat(crops[-1:], padding, axis=0)])
    found = np.asarray(compiled(images.to_float(crops)))[:count, ..., 0]
    return np.round(255 * found).astype(np.uint8)

  return segment


def saved_again(image: np.ndarray) -> dict[str, np.ndarray]:
  """Returns copies of a photo that no eye tells from it, by name.

  Args:
    image: uint8 [H, W, 3].
  """
  noise = np.random.default_rng(0).normal(0, 2, image.shape)
  brighter = np.clip(np.round(1.01 * image + noise), 0, 255).astype(np.uint8)
  smaller = cv2.resize(
    image, None, fx=0.97, fy=0.97, interpolation=cv2.INTER_AREA
  )
  shifted = np.ascontiguousarray(image[1:, 1:])
  copies = _jpeg(image, 90), _jpeg(image, 75), smaller, shifted, brighter
  return dict(zip(VERSIONS, copies, strict=True))


def _jpeg(image, quality):
  options = [cv2.IMWRITE_JPEG_QUALITY, quality]
  _, data = cv2.imencode(".jpg", image[..., ::-1], options)
  return np.ascontiguousarray(cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1])


def of_people(
  unmasker: unmasking.Unmasker, segment: Segment, faces_dir: str | os.PathLike
) -> Iterator[Example]:
  """Yields what is seen on the photos of a folder's validation people.

  People are split by their person_id alone: no dataset is at hand that says
  which of them look alike, so some may be in another split of one.

  Left out are photos on whose largest face no mask can be drawn, and drawings
  under which the face is not found.

  Args:
    unmasker: finds the faces.
    segment: the segmenter.
    faces_dir: the photos and their manifest.csv.
  """
  source = sources.Folder(str(faces_dir))
  items = [
    item
    for item in source.items()[0]
    if people.split_of(item.person_id) == "validation"
  ]
  with progress.bar(len(items), "photo", label="People") as bar:
    for item in items:
      image = source.load(item).image
      for face in finder.shared().find(image, "largest"):
        reason = usability.reason_not_to_mask(
          face.landmarks, face.confidence, image.shape
        )
        if reason is None:
          yield from _of_face(unmasker, segment, item, image, face)
      bar.update()


def _of_face(unmasker, segment, item, image, face) -> Iterator[Example]:
  """Yields what is seen on one bare face and whatever is drawn on it."""
  size = unmasker.networks.image_size
  bare = aligned_face.align(image, face, size)
  usable = not usability.reason_not_to_learn(
    face.landmarks,
    face.confidence,
    bare.inside,
    usability.UsabilityRule(),
  )
  for kind, draw, shown in _drawn(item.name, image, face.landmarks):
    versions = _versions(shown, copies=_has_copies(item.name, kind, draw))
    for version, seen, probability in _seen(unmasker, segment, versions):
      if finder.box_overlap(seen.box, face.box) > _SAME_FACE:
        turn = anatomy.yaw(seen.landmarks)
        yield Example(
          *(item.name, item.person_id, kind, draw, version),
          *(probability, turn, usable),
        )


def _has_copies(name: str, kind: str, draw: int) -> bool:
  """Whether a drawn photo is saved again: bare, the first mask, one other."""
  number = int(hashlib.sha256(name.encode()).hexdigest(), 16)
  chosen = masks.DISTRACTORS[number % len(masks.DISTRACTORS)]
  return draw == 0 and kind in ("bare", "mask", chosen)


def _versions(image: np.ndarray, copies: bool = True) -> dict[str, np.ndarray]:
  return {AS_IT_IS: image, **(saved_again(image) if copies else {})}


def _drawn(name, image, landmarks):
  """Yields kind, number and photo of each version of a bare photo."""
  yield "bare", 0, image
  for kind in masks.DISTRACTORS:
    rng = masks.rng_for(name, 0, masks.DISTRACTORS.index(kind))
    yield kind, 0, masks.draw_distractor(image, landmarks, kind, rng)
  for draw in range(NUM_DRAWS):
    masked = masks.draw(image, landmarks, masks.rng_for(name, 0, draw))
    if masked.mask.any():
      yield "mask", draw, masked.image


def of_real_masks(
  unmasker: unmasking.Unmasker, segment: Segment, photos_dir: str | os.PathLike
) -> Iterator[Example]:
  """Yields what is seen on photos of people who really wear a mask.

  Args:
    unmasker: finds the faces.
    segment: the segmenter.
    photos_dir: the photos; those without an outline are left out.
  """
  outlined = json.loads(score.ANNOTATIONS.read_text())
  for path in photos.find(photos_dir):
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest in outlined:
      half = score.Score(path.name, digest, 0, None).half
      versions = _versions(photos.read(path))
      for version, seen, probability in _seen(unmasker, segment, versions):
        turn = anatomy.yaw(seen.landmarks)
        yield Example(
          *(path.name, path.name, f"real {half}", 0, version),
          *(probability, turn, True),
        )


def _seen(unmasker, segment, versions):
  """Returns version, face and probability where a face is found."""
  found = []
  for version, shown in versions.items():
    try:
      [face] = unmasker.find(shown, "largest")
    except errors.UserError:  # No face is found.
      continue
    found.append((version, face))
  if not found:
    return []
  probabilities = segment(np.stack([face.crop for _, face in found]))
  return [
    (version, face, probability)
    for (version, face), probability in zip(found, probabilities, strict=True)
  ]
