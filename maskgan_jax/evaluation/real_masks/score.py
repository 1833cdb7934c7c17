"""How well masks are found on photos of people who really wear one.

The photos are not part of this project. Their masks were outlined by hand, body
and straps apart; annotations.json holds the outlines by the SHA-256 of the
photo's file, in pixels of the upright photo.
"""

import hashlib
import json
import os
import pathlib
from typing import NamedTuple

import cv2
import numpy as np

from maskgan_jax import photos
from maskgan_jax.common import errors, tables
from maskgan_jax.faces import alignment, anatomy
from maskgan_jax.metrics import overlap
from maskgan_jax.unmasking import unmasker as unmasker_lib

ANNOTATIONS = pathlib.Path(__file__).with_name("annotations.json")
# Straps are outlined to a pixel or two: so far around them nothing counts.
_STRAP_MARGIN = 4 / 256
# A face turned further counts as turned, degrees.
TURNED = 20.0
# Of the IoU, what is called a failure.
FAILURE = 0.7


class Score(NamedTuple):
  """One photo's mask."""

  name: str
  digest: str  # The photo's SHA-256, which decides the half it belongs to.
  iou: float  # Of the mask's body, in the aligned crop; straps do not count.
  yaw: float | None  # Degrees; None where no face was found.

  @property
  def half(self) -> str:
    """The half of the photos to develop with, "even", or to report, "odd"."""
    return "odd" if int(self.digest[0], 16) % 2 else "even"


def score(
  unmasker: unmasker_lib.Unmasker, photos_dir: str | os.PathLike
) -> list[Score]:
  """Compares the masks found on annotated photos with their outlines.

  Args:
    unmasker: the networks.
    photos_dir: the photos; those without an outline are left out.

  Returns:
    A score for each annotated photo, in the order of the files' names. Where
    no face is found, the IoU is 0.

  Raises:
    errors.UserError: there is no annotated photo.
  """
  outlines = json.loads(ANNOTATIONS.read_text())
  scores = []
  for path in photos.find(photos_dir):
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest in outlines:
      iou, yaw = _score_one(unmasker, path, outlines[digest])
      scores.append(Score(path.name, digest, iou, yaw))
  if not scores:
    raise errors.UserError(
      f"{photos_dir}: none of its photos is one of the {len(outlines)} that"
      " were outlined."
    )
  return scores


def _score_one(unmasker, path, outline) -> tuple[float, float | None]:
  """The IoU and the face's yaw."""
  image = photos.read(path)
  try:
    found = unmasker.find(image, "largest")
  except errors.UserError:  # No face: the mask stays on.
    return 0.0, None
  [face] = unmasker.complete(image, found)
  size = len(face.mask)
  body = polygon(outline["body"], face.transform, size)
  straps = np.zeros_like(body)
  for strap in outline["straps"]:
    straps |= polygon(strap, face.transform, size)
  reach = 2 * max(1, round(_STRAP_MARGIN * size)) + 1
  near = cv2.dilate(straps.astype(np.uint8), np.ones((reach, reach))) > 0
  # Beside the photo a crop shows its mirror image: nothing to find there.
  _, inside = alignment.warp(image, face.transform, size)
  counts = (body | ~near) & (inside > 0)
  iou = overlap.iou((face.mask > 0.5) & counts, body & counts)
  # Where there is no mask, to find none is right.
  iou = float(np.nan_to_num(iou, nan=1.0))
  return iou, anatomy.yaw(face.landmarks)


def polygon(
  points: list[list[float]], transform: np.ndarray, size: int
) -> np.ndarray:
  """Returns bool [size, size], true within a polygon of the photo.

  Args:
    points: its corners x, y in pixels of the photo.
    transform: photo pixels to crop pixels, [2, 3].
    size: side of the crop in pixels.
  """
  corners = np.array(points) @ transform[:, :2].T + transform[:, 2]
  canvas = np.zeros((size, size), np.uint8)
  fine = 4  # Bits of sub-pixel precision.
  cv2.fillPoly(
    canvas, [np.round(corners * 2**fine).astype(np.int32)], 1, shift=fine
  )
  return canvas > 0


def table(scores: list[Score]) -> str:
  """Returns the scores as a table.

  The even half is there to develop with, the odd one to report. Both follow
  the photos' own hashes, so that a photo stays in its half whatever others are
  there.
  """
  rows = []
  for name in ("even", "odd"):
    part = [s for s in scores if s.half == name]
    found = [s for s in part if s.yaw is not None]
    rows.append(
      (
        name,
        *(len(part), _mean(part), sum(s.iou < FAILURE for s in part)),
        *(
          f"{_mean(some)} (n {len(some)})" if some else "-"
          for some in (
            [s for s in found if abs(s.yaw) <= TURNED],
            [s for s in found if abs(s.yaw) > TURNED],
          )
        ),
        len(part) - len(found),
      )
    )
  return tables.markdown(
    (
      "photos",
      "n",
      "mean IoU",
      "IoU under 0.7",
      "frontal",
      "turned",
      "no face",
    ),
    rows,
  )


def _mean(scores: list[Score]) -> str:
  return f"{np.mean([s.iou for s in scores]):.3f}" if scores else "-"
