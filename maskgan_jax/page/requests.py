"""What the page that takes masks off asks for, and what it is answered."""

import base64
import binascii
import io
import itertools
import json
import pathlib
from typing import Any, NamedTuple

import cv2
import numpy as np
from PIL import Image

from maskgan_jax import photos, unmasking
from maskgan_jax.common import errors
from maskgan_jax.networks import mask_postprocess
from maskgan_jax.page import last_photo
from maskgan_jax.photos import badge

# The longer side of what the page shows; the file has the photo's own size.
_SHOWN_SIDE = 1600
_SHOWN_QUALITY = 90
# Completions among which the page lets choose.
_NUM_SAMPLES = 4


class Request(NamedTuple):
  """What the page asks for."""

  photo: last_photo.Upload
  mask: bytes | None  # A picture, white where to complete; None: as found.
  badge: bool  # Show in a corner that networks made part of the picture.
  sample: int  # Which of several completions; 0 is the most likely one.
  references: tuple[last_photo.Upload, ...]  # Other photos of these people.


def parse(body: bytes) -> Request:
  """Reads a request of the page: JSON, files in base64.

  Raises:
    errors.UserError: it is none.
  """
  try:
    fields = json.loads(body)
    mask = fields["mask"]
    sample = range(_NUM_SAMPLES).index(fields["sample"])
    return Request(
      _upload(fields),
      None if mask is None else base64.b64decode(mask, validate=True),
      bool(fields["badge"]),
      sample,
      tuple(_upload(one) for one in fields["references"]),
    )
  except (KeyError, TypeError, ValueError, binascii.Error) as error:
    raise errors.UserError(
      "This is no request of the page. Load the page again."
    ) from error


def _upload(fields) -> last_photo.Upload:
  name = pathlib.PurePath(str(fields["name"])).name[-100:] or "photo"
  return last_photo.Upload(
    name, base64.b64decode(fields["photo"], validate=True)
  )


class Answers:
  """What the page is answered, one request at a time."""

  def __init__(self, unmasker: unmasking.Unmasker):
    self._photo = last_photo.LastPhoto(unmasker)
    self._num_samples = _NUM_SAMPLES if unmasker.networks.structure else 1

  def __call__(self, request: Request) -> dict[str, Any]:
    """Takes the masks off a photo.

    Returns:
      What the page shows, ready for JSON: "before" and "after", pictures of at
      most 1600 pixels a side, and "mask", white where was completed, as data
      URLs; "faces", each with its "box" [x, y, width, height] in shares of the
      photo, whether it "found_mask", the "answer" ("yes", "unsure" or "no"),
      its "reason", and whether it is completed "by_reference"; "num_samples",
      among how many completions one may choose; and the "name" and the "file"
      (base64, None where nothing was changed) of the result in full size.

    Raises:
      errors.UserError: the photo, the mask or a reference cannot be read, no
        face is found, or the mask is empty or lies on none.
    """
    image, result = self._photo.unmask(
      request.photo, request.mask, request.sample, request.references
    )
    pixels, file = result.image, None
    name = _name_of_result(request.photo.name)
    if result.found_mask:
      if request.badge:
        pixels = badge.with_badge(pixels)
      encoded = photos.encode(
        pixels,
        like=io.BytesIO(request.photo.content),
        name=name,
        ingredients=list(result.ingredients),
      )
      file = base64.b64encode(encoded).decode()
    height, width = image.shape[:2]
    return {
      "before": _shown(image, "JPEG"),
      "after": _shown(pixels, "JPEG"),
      "mask": _shown(found_mask(result), "PNG"),
      "faces": [
        {
          "box": (face.box / [width, height, width, height]).tolist(),
          "found_mask": face.found_mask,
          "answer": face.report.answer,
          "reason": face.report.reason,
          "by_reference": face.uses_reference,
        }
        for face in result.faces
      ],
      "num_samples": self._num_samples,
      "name": name,
      "file": file,
    }


def found_mask(result: unmasking.UnmaskResult) -> np.ndarray:
  """Returns what was found to be mask in the photo, uint8 [H, W], 0 or 255.

  Unlike `result.mask` it has neither the margin nor the soft edge of what was
  completed: completed again, it gives the same picture.
  """
  shape = result.image.shape
  found = np.zeros(shape[:2], np.uint8)
  for face in itertools.chain(*(face.layers for face in result.faces)):
    if face.found_mask:
      hidden = (face.mask > mask_postprocess.COMPLETED_FROM).astype(np.float32)
      share = cv2.warpAffine(
        hidden,
        face.transform,
        shape[1::-1],
        flags=cv2.WARP_INVERSE_MAP | cv2.INTER_LINEAR,
      )
      found[share > 0.5] = 255
  return found


def _name_of_result(name: str) -> str:
  suffix = photos.output_name(name).suffix
  return f"{pathlib.PurePath(name).stem}_unmasked{suffix}"


def _shown(pixels: np.ndarray, format: str) -> str:
  """Returns a picture as a data URL, reduced to what a page can show."""
  picture = Image.fromarray(pixels)
  picture.thumbnail((_SHOWN_SIDE, _SHOWN_SIDE))
  buffer = io.BytesIO()
  picture.save(buffer, format, quality=_SHOWN_QUALITY)
  data = base64.b64encode(buffer.getvalue()).decode()
  return f"data:image/{format.lower()};base64,{data}"
