"""How well faces are completed on worse photos and under attack."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from maskgan_jax.common import errors, progress, tables
from maskgan_jax.evaluation import attacks, corruptions
from maskgan_jax.metrics import identity, intervals
from maskgan_jax.metrics import image as image_lib
from maskgan_jax.networks import images
from maskgan_jax.training import batch, batches


def conditions(
  predict: attacks.Predict, examples: batch.Batch, number: int
) -> Iterator[tuple[str, np.ndarray, float]]:
  """Yields name, masked images uint8 [B, H, W, 3] and light of each condition.

  Args:
    predict: the networks, which the attacks go through.
    examples: the batch.
    number: of the batch; it decides all noise.
  """
  for name, corruption in corruptions.CORRUPTIONS.items():
    rng = np.random.default_rng(number)
    worse = [corruption.apply(x, rng) for x in examples.masked_image]
    yield name, np.stack(worse), corruption.light
  for radius in attacks.RADII:
    key = jax.random.fold_in(jax.random.key(radius), number)
    attacked = attacks.attack(predict, examples, key, radius)
    yield f"attack {radius}/255", np.asarray(attacked), 1.0


@jax.jit
def _scores(predict, shown, examples, light):
  prediction = predict(images.to_float(shown))
  lit = (prediction.completed_image + 1.0) / light - 1.0
  completed = images.to_uint8(lit)
  inside = (examples.mask * examples.valid).astype(jnp.float32)
  truth, found = (
    x.astype(jnp.float32) / 255.0 for x in (examples.image, completed)
  )
  return completed, {
    "psnr_in_mask": image_lib.psnr(found, truth, inside),
    "iou": image_lib.iou(
      prediction.probability, examples.mask.astype(jnp.float32)
    ),
  }


def measure(
  predict: attacks.Predict,
  source: batches.Examples,
  batch_size: int,
  num_images: int,
) -> dict[str, Any]:
  """Scores completion with the predicted mask under each condition.

  Args:
    predict: the networks, a `jax.tree_util.Partial`.
    source: the split, of `batches.open_split`.
    batch_size: how many are completed together.
    num_images: at most so many masked faces, drawn at random.

  Returns:
    {"robustness_images", "n", "conditions"}, the last by name of condition and
    measure: mean and 95 % interval over persons.

  Raises:
    errors.UserError: no face has a mask.
  """
  chosen = _masked_examples(source, num_images)
  persons: list[str] = []
  rows: dict[str, list[dict[str, float]]] = {}
  with progress.bar(len(chosen), "image", label="Robustness") as bar:
    for number, found in enumerate(batches.eval_batches(chosen, batch_size)):
      true = [identity.Person(x) for x in found.batch.image[: len(found.ids)]]
      for name, shown, light in conditions(predict, found.batch, number):
        completed, scores = _scores(predict, shown, found.batch, light)
        for i, person in enumerate(true):
          row = {measure: float(x[i]) for measure, x in scores.items()}
          row["identity"] = person.similarity(np.asarray(completed[i]))
          rows.setdefault(name, []).append(row)
      persons += found.person_ids
      bar.update(len(found.person_ids))
  return {
    "robustness_images": num_images,
    "n": len(persons),
    "conditions": {
      name: _summarise(scored, persons) for name, scored in rows.items()
    },
  }


def _masked_examples(source, count) -> batches.Examples:
  order = np.random.default_rng(0).permutation(len(source)).tolist()
  masked = (i for i in order if source[i]["mask"].any())
  chosen = source.take(itertools.islice(masked, count))
  if not chosen:
    raise errors.UserError(
      "No example of this split has a mask: nothing to attack."
    )
  return chosen


def _summarise(
  rows: Sequence[Mapping[str, float]], persons: Sequence[str]
) -> dict[str, dict[str, float]]:
  return {
    measure: intervals.confidence_interval(
      np.array([row[measure] for row in rows]), np.array(persons)
    )
    for measure in ("psnr_in_mask", "identity", "iou")
  }


def table(result: Mapping[str, Any]) -> str:
  """Returns the scores as text."""
  rows = []
  for name, scores in result["conditions"].items():
    psnr = scores["psnr_in_mask"]
    rows.append(
      [
        name,
        tables.interval(psnr, 2),
        tables.number(scores["identity"]["mean"], 3),
        tables.number(scores["iou"]["mean"], 3),
      ]
    )
  header = (
    *("masked input", "PSNR in mask (95 % interval)"),
    *("identity", "mask IoU"),
  )
  return (
    f"{result['n']} masked faces, completed with the predicted mask\n\n"
    + tables.markdown(header, rows)
  )
