"""One photo to wide crops of its face, bare and under drawn masks."""

from typing import Any, NamedTuple

import numpy as np

from maskgan_jax import masks, photos
from maskgan_jax.datasets.masked_faces import sources
from maskgan_jax.datasets.masked_faces.stages import align
from maskgan_jax.faces import alignment, anatomy, finder, rough_crop, usability
from maskgan_jax.photos import coding

SIZE = 256
# The crop's side, of the longer side of the detector's box: it holds the rough
# crop in use, turned, moved and enlarged at random.
MARGIN = 2.6
# Of the bare crops, those with a beard, a hand or the like.
DISTRACTOR_SHARE = 0.5
# A detection in a crop is that of its face if so much is common to both boxes.
_SAME_FACE_IOU = 0.3


class Drawing(NamedTuple):
  """How crops are drawn.

  Attributes:
    variants: crops of each face; the first one is bare.
    distribution: of the masks on the others.
    distractor_share: of the bare crops, those with a distractor.
    seed: together with the photo's name it determines them all.
  """

  variants: int
  distribution: masks.MaskDistribution
  distractor_share: float
  seed: int


class Found(NamedTuple):
  """A photo and its largest face.

  Attributes:
    item: the photo, in its source.
    face: bare, its landmarks the face mesh's or the source's own.
    embedding: who it looks like, [128] float32 of unit length; None where the
      source knows the landmarks, or the recognizer's package is not installed.
  """

  item: sources.Item
  face: finder.LandmarkedFace
  embedding: np.ndarray | None


def find(
  item: sources.Item, *, source: sources.Source
) -> Found | sources.Skipped:
  """Finds a photo's largest face, or says why it cannot be used."""
  try:
    loaded = source.load(item)
  except photos.PhotoError as error:
    return sources.Skipped(item.name, str(error))
  face = _bare_face(loaded)
  if face is None:
    return sources.Skipped(item.name, "no face found")
  reason = usability.reason_not_to_mask(
    face.landmarks, face.confidence, loaded.image.shape
  )
  if reason:
    return sources.Skipped(item.name, reason)
  painted = loaded.landmarks is not None
  embedding = None if painted else align.embed(loaded.image, face)
  return Found(item, face, embedding)


def make(
  found: Found, *, source: sources.Source, drawing: Drawing
) -> list[dict[str, Any]]:
  """Makes all crops of a photo's largest face.

  Box and keypoints are what the detector finds on each crop, as in use.

  Returns:
    One dict of features a crop.
  """
  item, face, _ = found
  image = source.load(item).image
  transform = _wide(face.box)
  crop = rough_crop.cut(image, transform, SIZE)
  landmarks = alignment.transform_landmarks(face.landmarks, transform)
  keypoints = face.keypoints @ transform[:, :2].T + transform[:, 2]
  corners = face.box[:2] @ transform[:, :2].T + transform[:, 2]
  box = np.append(corners, face.box[2:] * transform[0, 0])
  examples = []
  for variant in range(drawing.variants):
    rng = masks.rng_for(item.name, drawing.seed, variant)
    picture = _draw(crop, landmarks, rng, drawing, masked=variant > 0)
    seen = _detected(picture, box) or (box, keypoints)
    examples.append(
      {
        "id": f"{item.name}#{variant}",
        "person_id": item.person_id or item.name,
        "image": coding.jpeg(picture),
        "landmarks": landmarks.astype(np.float32),
        "box": seen[0].astype(np.float32),
        "keypoints": seen[1].astype(np.float32),
        "is_masked": variant > 0,
      }
    )
  return examples


def _bare_face(loaded: sources.Loaded) -> finder.LandmarkedFace | None:
  """The largest face, by the mesh where the source knows no landmarks."""
  if loaded.landmarks is None:
    found = finder.shared().find(loaded.image, "largest")
    return found[0] if found else None
  points = loaded.landmarks[:, :2]
  low, high = points.min(0), points.max(0)
  named = (anatomy.NOSE_TIP, *anatomy.MOUTH_CORNERS)
  keypoints = [*anatomy.eye_centres(loaded.landmarks), *points[list(named)]]
  return finder.LandmarkedFace(
    np.concatenate([low, high - low]), np.array(keypoints), loaded.landmarks, 1
  )


def _wide(box: np.ndarray) -> np.ndarray:
  """Photo pixels to those of the wide crop, upright, [2, 3]."""
  scale = SIZE / (MARGIN * max(box[2:]))
  centre = box[:2] + box[2:] / 2
  return alignment.similarity(scale, 0.0, centre, (SIZE / 2,) * 2)


def _draw(crop, landmarks, rng, drawing, *, masked):
  if masked:
    return masks.draw(crop, landmarks, rng, drawing.distribution).image
  if rng.random() >= drawing.distractor_share:
    return crop
  kind = masks.DISTRACTORS[rng.integers(len(masks.DISTRACTORS))]
  return masks.draw_distractor(crop, landmarks, kind, rng)


def _detected(
  picture: np.ndarray, box: np.ndarray
) -> tuple[np.ndarray, np.ndarray] | None:
  """Box and keypoints of the detection that lies where the face is."""
  faces = finder.shared().detect(picture)
  overlaps = [finder.box_overlap(face.box, box) for face in faces]
  if not overlaps or max(overlaps) < _SAME_FACE_IOU:
    return None
  best = faces[int(np.argmax(overlaps))]
  return best.box, best.keypoints
