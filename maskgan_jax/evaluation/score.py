"""Scores the pictures of a split, a batch at a time: none is kept."""

import math
import pathlib
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import jax
import numpy as np

from maskgan_jax.common import errors, progress
from maskgan_jax.evaluation import report
from maskgan_jax.evaluation.baselines import fills
from maskgan_jax.faces import embedding
from maskgan_jax.metrics import colour, frechet, identity
from maskgan_jax.metrics import image as image_lib
from maskgan_jax.networks import images, perceptual, predict, report_rule
from maskgan_jax.training import batch, batches

# So many training pictures give the mean face.
MEAN_FACE_EXAMPLES = 1000

# From uint8 [B, H, W, 3] and, unless it is to be found, the mask.
Complete = Callable[..., predict.Prediction]


class Scores(NamedTuple):
  """Of a split, in its order."""

  rows: list[dict[str, Any]]  # One an example, what per_image.csv holds.
  vectors: np.ndarray  # [N, 128], who the true faces look like.


@jax.jit
def image_scores(
  candidates: Mapping[str, jax.Array],
  image: jax.Array,
  mask: jax.Array,
  valid: jax.Array,
) -> dict[str, jax.Array]:
  """Returns the scores [B] of uint8 pictures as "candidate/measure".

  Args:
    candidates: [B, H, W, 3] by name.
    image: the truth, same shape.
    mask: [B, H, W, 1], 1 where it hides the face.
    valid: same shape, 1 where a pixel counts.
  """
  # In one compiled function, so that the truth's features are found once.
  scores = {}
  for name, candidate in candidates.items():
    found = image_lib.image_scores(candidate, image, mask, valid)
    distance = perceptual.lpips_map(
      images.to_float(candidate), images.to_float(image)
    )
    for measure, weight in (("lpips", valid), ("lpips_in_mask", mask * valid)):
      found[measure] = image_lib.weighted_mean(
        distance, weight.astype(distance.dtype)
      )
    scores |= {f"{name}/{measure}": x for measure, x in found.items()}
  return scores


def mean_face(source: Any) -> np.ndarray:
  """Returns the mean of a split's true pictures, uint8 [H, W, 3]."""
  count = min(MEAN_FACE_EXAMPLES, len(source))
  indices = np.linspace(0, len(source) - 1, count).astype(int)
  return fills.mean_image(source[int(i)]["image"] for i in indices)


def score_split(
  complete: Complete, source: Any, batch_size: int, face: np.ndarray
) -> Scores:
  """Scores every example once.

  Args:
    complete: the networks.
    source: the split, of `batches.open_split`.
    batch_size: how many are completed together.
    face: the mean face, uint8 [H, W, 3].
  """
  rows: list[dict[str, Any]] = []
  vectors: list[np.ndarray] = []
  with progress.bar(len(source), "image", label="Scoring") as bar:
    for found in batches.eval_batches(source, batch_size):
      candidates, columns = _score_batch(complete, found.batch, face)
      for row, vector in _rows(found, candidates, columns):
        rows.append(row)
        vectors.append(vector)
      bar.update(len(found.ids))
  if len(rows) != len(source):
    raise AssertionError(f"{len(rows)} rows for {len(source)} examples.")
  return Scores(rows, np.stack(vectors))


def _rows(found, candidates, columns):
  """Yields row and vector of each example of a batch."""
  for i, row in enumerate(_descriptions(found)):
    shown = {name: np.asarray(candidates[name][i]) for name in report.PHASES}
    seen, vector = _score_by_eye(found.batch, i, shown)
    scores = {key: float(values[i]) for key, values in columns.items()}
    yield row | scores | seen, vector


def _descriptions(found: batches.EvalBatch) -> list[dict[str, Any]]:
  """What is known of each example before it is scored."""
  described = zip(
    found.ids,
    found.person_ids,
    found.mask_types,
    found.mask_params,
    strict=True,
  )
  return [
    {
      "id": name,
      "person_id": person,
      "mask_type": kind,
      "wear": params.get("wear", ""),
      # A folder of photos has a folder of its own for each source.
      "source": pathlib.PurePosixPath(name).parts[0] if "/" in name else "",
    }
    for name, person, kind, params in described
  ]


def _score_batch(complete, batch_, face):
  """Returns pictures by candidate, and every compiled score, [B] each."""
  own = complete(batch_.masked_image)
  given = complete(batch_.masked_image, batch_.mask)
  bare = complete(batch_.image)
  pairs = list(zip(batch_.masked_image, batch_.mask[..., 0], strict=True))
  candidates = {
    "masked_input": batch_.masked_image,
    "skin_colour": np.stack([fills.skin_colour(*p) for p in pairs]),
    "mean_face": np.stack([fills.fill(*p, face) for p in pairs]),
    "telea": np.stack([fills.telea(*p) for p in pairs]),
    "predicted": images.to_uint8(own.predicted_image),
    "completed_true_mask": images.to_uint8(given.completed_image),
    "completed_predicted_mask": images.to_uint8(own.completed_image),
  }
  true_mask = batch_.mask.astype(np.float32)
  columns = {
    "mask_area": true_mask.mean(axis=(1, 2, 3)),
    "iou": image_lib.iou(own.probability, true_mask),
    "f1": image_lib.f1(own.probability, true_mask),
    # Every true image is a bare face: a mask found on one is a false positive.
    "false_positive": report_rule.is_reported(bare.probability),
  }
  columns |= image_scores(candidates, batch_.image, batch_.mask, batch_.valid)
  return candidates, {key: np.asarray(x) for key, x in columns.items()}


def _score_by_eye(batch_: batch.Batch, index: int, shown):
  """Returns one example's identity, skin tone and seam, and its vector."""
  image, mask, valid = (
    np.asarray(x[index]) for x in (batch_.image, batch_.mask, batch_.valid)
  )
  mask, valid = mask[..., 0], valid[..., 0]
  angle = colour.typology_angle(image, mask, valid)
  seams = colour.seams(image, shown, mask, valid)
  row = {"typology_angle": angle, "skin_tone": colour.skin_tone(angle)}
  row |= {f"{name}/seam": value for name, value in seams.items()}
  if not mask.any():  # Nothing of the face was hidden.
    row |= {f"{name}/identity": math.nan for name in shown}
    return row, np.full(embedding.DIMENSIONS, np.nan, np.float32)
  person = identity.Person(image)
  row |= {f"{name}/identity": person.similarity(x) for name, x in shown.items()}
  return row, person.vector


def fd_vgg16(
  complete: Complete, source: Any, batch_size: int
) -> dict[str, Any]:
  """Returns how far completed crops are from true ones as a set.

  The Frechet distance of VGG16's mean relu5_3 (`frechet.distance`) over the
  masked faces: to be compared on one test set only, and not with an FID.

  Returns:
    {"n", "completed_predicted_mask"}.

  Raises:
    errors.UserError: fewer than two masked faces.
  """
  true, completed = (
    frechet.Gaussian(perceptual.VGG16_DIMENSIONS) for _ in range(2)
  )
  with progress.bar(len(source), "image", label="FD-VGG16") as bar:
    for found in batches.eval_batches(source, batch_size):
      count = len(found.ids)
      masked = np.asarray(found.batch.mask).any(axis=(1, 2, 3))[:count]
      image = complete(found.batch.masked_image).completed_image
      image = images.to_float(images.to_uint8(image))
      for gaussian, shown in (
        (true, images.to_float(found.batch.image)),
        (completed, image),
      ):
        vectors = np.asarray(perceptual.vgg16_features(shown))
        gaussian.add(vectors[:count][masked])
      bar.update(count)
  if true.count < 2:
    raise errors.UserError(
      f"FD-VGG16 needs at least two masked faces, this split has {true.count}."
      " Leave --fd out or choose another split."
    )
  return {
    "n": true.count,
    "completed_predicted_mask": frechet.distance(completed, true),
  }
