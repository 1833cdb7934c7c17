"""One aligned face to its masked examples."""

import dataclasses
import json
from collections.abc import Sequence

import cv2
import numpy as np

from maskgan_jax import masks
from maskgan_jax.datasets.masked_faces.stages import align
from maskgan_jax.faces import anatomy
from maskgan_jax.masks import drawing as drawing_lib
from maskgan_jax.masks.distractors import beards, hands
from maskgan_jax.photos import coding

# Bare faces must stay bare: a segmenter that never saw one finds a mask on
# every mouth, and one that never saw a beard or a hand finds it there.
BARE_SHARE = 0.1
DISTRACTOR_SHARE = 0.5  # of the bare ones
# In training: hands that touch a mask, and are no part of it, belong to the
# photo.
HAND_SHARE = 0.04  # of the masked ones
# In training: a beard below a mask else passes for a part of it. So many faces
# get one, if it shows: one that the mask or the crop's edge hides would teach a
# network to guess beards anywhere. It hangs so far below the chin, widths of
# the face, and shows on so much of the crop at least.
BEARDED_SHARE = 0.12
_HANG, _SHOWS, _GROWN = (0.1, 0.45), 0.004, 30
# In training: photographers ask for frontal faces, life does not. Faces turned
# further than this, degrees, get more masks by this factor.
TURNED, TURNED_FACTOR = 20.0, 3
NO_MASK = "none"
READY_PAIR = "pair"


def make(
  job: tuple[align.AlignedFace, str, Sequence[str], int],
  *,
  seed: int,
  distribution: masks.MaskDistribution,
  hand_share: float = 0.0,
  bearded_share: float = 0.0,
  turned_factor: int = 1,
) -> list[dict[str, object]]:
  """Draws masks on a face.

  Args:
    job: the face, its person_id, its reference_ids and how many variants to
      draw.
    seed: together with the picture's name and the variant's number it
      determines the drawing, whatever process does it.
    distribution: of the masks.
    hand_share: of the faces under a drawn mask, those with a hand at it.
    bearded_share: of the faces under a drawn mask, those given a beard first,
      if it shows.
    turned_factor: how many times as many variants turned faces have.

  Returns:
    One dict of features a variant, as the builder declares them.
  """
  face, person_id, reference_ids, variants = job
  common = {
    "person_id": person_id,
    "reference_ids": list(reference_ids),
    "source": face.item.source,
    "synthetic": face.item.synthetic,
    "valid": face.valid,
    "transform": face.transform,
    "landmarks": face.landmarks,
    "face_width": face.face_width,
  }
  if face.overlay:
    drawings = [
      {
        "image": face.image,
        "overlay": face.overlay,
        "alpha": face.alpha,
        "mask_type": READY_PAIR if _any_mask(face) else NO_MASK,
        "mask_params": "{}",
      }
    ]
  else:
    image = coding.rgb(face.image)
    if abs(anatomy.yaw(face.landmarks)) > TURNED:
      variants *= turned_factor
    rngs = [masks.rng_for(face.item.name, seed, k) for k in range(variants)]
    try:
      drawings = [
        _draw(face, image, rng, distribution, hand_share, bearded_share)
        for rng in rngs
      ]
    except Exception as error:
      error.add_note(f"while drawing on {face.item.name}")
      raise
  return [
    {"id": f"{face.item.name}#{variant}", **common, **drawing}
    for variant, drawing in enumerate(drawings)
  ]


def _any_mask(face: align.AlignedFace) -> bool:
  return bool(np.any(coding.grey(face.alpha)))


def _draw(
  face: align.AlignedFace,
  image: np.ndarray,
  rng: np.random.Generator,
  distribution: masks.MaskDistribution,
  hand_share: float,
  bearded_share: float,
) -> dict[str, object]:
  if rng.random() < BARE_SHARE:
    return _bare(face, image, rng)
  params = masks.sample_params(rng, distribution)
  encoded, in_front = face.image, None
  if rng.random() < hand_share:
    handed, in_front = hands.lay(image, face.landmarks, rng)
    encoded = coding.jpeg(handed)
    image = coding.rgb(encoded)
  noted = dataclasses.asdict(params)
  overlay = drawing_lib.draw_overlay(image, face.landmarks, params, in_front)
  if in_front is None and rng.random() < bearded_share:
    coded = coding.jpeg(beards.draw(image, face.landmarks, rng, hang=_HANG))
    bearded = coding.rgb(coded)
    grown = cv2.absdiff(bearded, image).max(-1) > _GROWN
    if (grown & (overlay.alpha == 0)).mean() > _SHOWS:
      encoded, image = coded, bearded
      overlay = drawing_lib.draw_overlay(image, face.landmarks, params)
      noted["distractor"] = "beard"
  return {
    "image": encoded,
    "overlay": coding.png(_compressed(image, overlay.rgba)),
    "alpha": coding.png(overlay.alpha),
    "mask_type": params.mask_type,
    "mask_params": json.dumps(noted),
  }


def _compressed(image: np.ndarray, rgba: np.ndarray) -> np.ndarray:
  """The overlay with the artefacts that the crop has from being a JPEG.

  Its opacity stays, so that pixels which it leaves free do, too.
  """
  masked = drawing_lib.composite(image, rgba)
  coded = coding.rgb(coding.jpeg(masked)).astype(np.int16)
  result = rgba.copy()
  alpha = rgba[..., 3:].astype(np.float32) / 255
  change = (coded - masked) / np.maximum(alpha, 0.5)
  cloth = rgba[..., 3] > 127
  changed = np.clip(np.round(rgba[..., :3] + change), 0, 255)
  result[cloth, :3] = changed[cloth]
  return result


def _bare(
  face: align.AlignedFace, image: np.ndarray, rng: np.random.Generator
) -> dict[str, object]:
  params, encoded = {}, face.image
  if rng.random() < DISTRACTOR_SHARE:
    kind = masks.DISTRACTORS[rng.integers(len(masks.DISTRACTORS))]
    params = {"distractor": kind}
    encoded = coding.jpeg(
      masks.draw_distractor(image, face.landmarks, kind, rng)
    )
  size = image.shape[:2]
  return {
    "image": encoded,
    "overlay": coding.png(np.zeros((*size, 4), np.uint8)),
    "alpha": coding.png(np.zeros(size, np.uint8)),
    "mask_type": NO_MASK,
    "mask_params": json.dumps(params),
  }
