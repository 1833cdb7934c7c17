"""How much several expressions of one face differ, and what that costs."""

import itertools
from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from maskgan_jax.common import errors, progress, tables
from maskgan_jax.evaluation import score
from maskgan_jax.faces import expression
from maskgan_jax.metrics import image, intervals
from maskgan_jax.networks import images, loaded, perceptual
from maskgan_jax.training import batch, batches

_TITLES = {
  "likely": "the most likely one",
  "other": "the others, on average",
  "best": "the best one of all",
}


def measure(
  networks: loaded.LoadedNetworks, source: Any, *, num_samples: int
) -> dict[str, Any]:
  """Scores several completions of each face with its predicted mask.

  Args:
    networks: that draw along landmarks.
    source: the split, of `batches.open_split`.
    num_samples: completions a face, the most likely one among them.

  Returns:
    {"num_samples", "n", "psnr_in_mask", "lpips_in_mask", "diversity"}. The
    scores are of the "likely" completion, of the "other" ones and of the "best"
    of all, each by its own measure; the diversity is LPIPS in the mask between
    two of them, the mean over all pairs. Each is a mean with its 95 % interval
    over persons.

  Raises:
    errors.UserError: the networks know one completion, fewer than two are
      asked for, or no face has a mask.
  """
  check(networks)
  if num_samples < 2:
    raise errors.UserError(
      f"num_samples is {num_samples}; it takes two completions to compare."
    )
  rows: list[dict[str, float]] = []
  persons: list[str] = []
  with progress.bar(len(source), "image", label="Variety") as bar:
    for found in batches.eval_batches(source, networks.max_batch):
      scores = _score_batch(networks, found.batch, num_samples)
      for i, person in enumerate(found.person_ids):
        if np.asarray(found.batch.mask[i]).any():
          rows.append({name: float(x[i]) for name, x in scores.items()})
          persons.append(person)
      bar.update(len(found.ids))
  if not rows:
    raise errors.UserError(
      "No example of this split has a mask: nothing to complete."
    )

  def interval(name):
    return intervals.confidence_interval(
      np.array([row[name] for row in rows]), np.array(persons)
    )

  return {
    "num_samples": num_samples,
    "n": len(rows),
    **{
      measure: {which: interval(f"{measure}/{which}") for which in _TITLES}
      for measure in ("psnr_in_mask", "lpips_in_mask")
    },
    "diversity": interval("diversity"),
  }


def check(networks: loaded.LoadedNetworks) -> None:
  """Raises a UserError if the networks know one completion alone."""
  if not networks.model.structure:
    raise errors.UserError(
      "These networks complete a face in one way. Leave --num_samples out, or"
      " use networks trained with config.completion.structure."
    )


def _score_batch(networks, examples, num_samples):
  """Returns the scores of each example, [B] each."""
  landmarks = networks.aligned_landmarks(examples.masked_image)
  completed = []
  for number in range(num_samples):
    drawn = np.stack([expression.draw(one, number) for one in landmarks])
    found = networks(examples.masked_image, landmarks=drawn)
    completed.append(images.to_uint8(found.completed_image))
  found = score.image_scores(
    {str(number): x for number, x in enumerate(completed)},
    examples.image,
    examples.mask,
    examples.valid,
  )
  scores = {}
  for measure, best in (("psnr_in_mask", np.max), ("lpips_in_mask", np.min)):
    values = np.stack(
      [
        np.asarray(found[f"{number}/{measure}"])
        for number in range(num_samples)
      ]
    )
    scores |= {
      f"{measure}/likely": values[0],
      f"{measure}/other": values[1:].mean(axis=0),
      f"{measure}/best": best(values, axis=0),
    }
  pairs = itertools.combinations(completed, 2)
  scores["diversity"] = np.mean(
    [np.asarray(_distance(examples, *pair)) for pair in pairs], axis=0
  )
  return scores


@jax.jit
def _distance(examples: batch.Batch, first, second):
  distance = perceptual.lpips_map(
    images.to_float(first), images.to_float(second)
  )
  weight = (examples.mask * examples.valid).astype(jnp.float32)
  return image.weighted_mean(distance, weight)


def table(result: Mapping[str, Any]) -> str:
  """Returns the scores as text."""
  psnr, lpips = result["psnr_in_mask"], result["lpips_in_mask"]
  scores = tables.markdown(
    ("completion", "PSNR in mask (95 % interval)", "LPIPS in mask"),
    [
      (title, tables.interval(psnr[which], 2), tables.interval(lpips[which], 3))
      for which, title in _TITLES.items()
    ],
  )
  return (
    f"{result['num_samples']} completions each of {result['n']} masked faces"
    f"\n\n{scores}\n\nDiversity (LPIPS between two):"
    f" {tables.interval(result['diversity'], 3)}"
  )
