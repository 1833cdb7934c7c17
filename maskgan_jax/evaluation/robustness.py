"""What worse photos, and attacks, make of the completion."""

import dataclasses
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import cv2
import jax
import jax.numpy as jnp
import numpy as np

from maskgan_jax.common import errors
from maskgan_jax.common import progress as progress_lib
from maskgan_jax.metrics import identity, intervals
from maskgan_jax.metrics import image as image_lib
from maskgan_jax.networks import images, mask_postprocess
from maskgan_jax.networks import predict as predict_lib
from maskgan_jax.training import batch, batches, losses

JPEG_QUALITY = 30
NOISE = 12.0  # Standard deviation, of 255.
BLUR = 2 / 256  # Standard deviation of a Gaussian, of the picture's height.
LOW_LIGHT = 0.3  # Of the light.
LOW_LIGHT_NOISE = 2.0  # Standard deviation of the sensor's noise, of 255.
RADII = (2, 4)  # Of the attacks, of 255.
ATTACK_STEPS = 10  # Of 2.5 / ATTACK_STEPS of the radius each.

# From float [B, H, W, 3] in [-1, 1] and, unless it is to be found, the mask.
Predict = Callable[..., predict_lib.Prediction]


def jpeg(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
  """Compresses uint8 [H, W, 3] RGB with JPEG_QUALITY."""
  del rng
  options = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
  _, data = cv2.imencode(".jpg", image[..., ::-1], options)
  return cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1]


def noise(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
  """Adds Gaussian noise."""
  return _to_uint8(image + NOISE * rng.standard_normal(image.shape))


def blur(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
  """Convolves with a Gaussian."""
  del rng
  return cv2.GaussianBlur(image, (0, 0), BLUR * len(image))


def low_light(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
  """Takes light away and adds a sensor's noise."""
  darker = LOW_LIGHT * image
  return _to_uint8(darker + LOW_LIGHT_NOISE * rng.standard_normal(image.shape))


def half_resolution(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
  """Shrinks to half the side and enlarges again."""
  del rng
  height, width = image.shape[:2]
  size = (max(1, width // 2), max(1, height // 2))
  small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
  return cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)


def _to_uint8(values):
  return np.clip(np.round(values), 0, 255).astype(np.uint8)


@dataclasses.dataclass(frozen=True)
class Corruption:
  """A way in which photos are worse.

  Attributes:
    apply: from uint8 [H, W, 3] and a generator to the worse picture.
    light: share of the light that is left; the completed picture is lit up
      again before it is compared with the truth.
  """

  apply: Callable[[np.ndarray, np.random.Generator], np.ndarray]
  light: float = 1.0


CORRUPTIONS = {
  "clean": Corruption(lambda image, rng: image),
  f"JPEG {JPEG_QUALITY}": Corruption(jpeg),
  "noise": Corruption(noise),
  "blur": Corruption(blur),
  "low light": Corruption(low_light, LOW_LIGHT),
  "half resolution": Corruption(half_resolution),
}


@jax.jit
def attack(
  predict: Predict,
  examples: batch.Batch,
  key: jax.Array,
  radius: jax.Array | float,
) -> jax.Array:
  """Changes the visible pixels so that the completion is as bad as can be.

  Projected gradient ascent from a random start (Madry et al., 2018) on the mean
  absolute error in the true mask, in the ball |change| <= radius of each
  channel. The mask that is completed is the predicted one; its threshold passes
  the gradient straight through (Athalye et al., 2018).

  Args:
    predict: the networks, a `jax.tree_util.Partial`.
    examples: the batch.
    key: of the random start.
    radius: in levels of 255.

  Returns:
    uint8 [B, H, W, 3]; in the mask equal to the masked image.
  """
  clean, image = map(images.to_float, (examples.masked_image, examples.image))
  mask = examples.mask.astype(jnp.float32)
  reach = 2.0 / 255.0 * radius * (1.0 - mask)
  low, high = jnp.maximum(clean - reach, -1.0), jnp.minimum(clean + reach, 1.0)

  def loss(shown):
    probability = predict(shown).probability
    # As a value the predicted mask, as a gradient the probability's.
    found = mask_postprocess.completed_mask(probability)
    found += probability - jax.lax.stop_gradient(probability)
    completed = predict(shown, mask=found).completed_image
    return losses.weighted_l1(completed, image, mask * examples.valid).sum()

  def step(_, shown):
    change = 2.5 / ATTACK_STEPS * reach * jnp.sign(jax.grad(loss)(shown))
    return jnp.clip(shown + change, low, high)

  start = low + (high - low) * jax.random.uniform(key, clean.shape)
  # Radius and picture are whole levels: rounding stays within the ball.
  return images.to_uint8(jax.lax.fori_loop(0, ATTACK_STEPS, step, start))


def conditions(
  predict: Predict, examples: batch.Batch, number: int
) -> Iterator[tuple[str, np.ndarray, float]]:
  """Yields name, masked images uint8 [B, H, W, 3] and light of each condition.

  Args:
    predict: the networks, which the attacks go through.
    examples: the batch.
    number: of the batch; it decides all noise.
  """
  for name, corruption in CORRUPTIONS.items():
    rng = np.random.default_rng(number)
    worse = [corruption.apply(x, rng) for x in examples.masked_image]
    yield name, np.stack(worse), corruption.light
  for radius in RADII:
    key = jax.random.fold_in(jax.random.key(radius), number)
    attacked = attack(predict, examples, key, radius)
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
  predict: Predict, source: Any, batch_size: int, num_images: int
) -> dict[str, Any]:
  """Scores completion with the predicted mask under each condition.

  Args:
    predict: the networks, a `jax.tree_util.Partial`.
    source: the split, of `input_pipeline.open_split`.
    batch_size: how many are completed together.
    num_images: at most so many masked faces, drawn at random.

  Returns:
    {"robustness_images", "n", "conditions"}, the last by name of condition and
    measure: mean and 95 % interval over persons.

  Raises:
    errors.UserError: no face has a mask.
  """
  chosen = _masked_examples(source, num_images)
  progress = progress_lib.Progress(len(chosen), unit="picture, each condition")
  persons: list[str] = []
  rows: dict[str, list[dict[str, float]]] = {}
  for number, found in enumerate(batches.eval_batches(chosen, batch_size)):
    true = [identity.Person(x) for x in found.batch.image[: len(found.ids)]]
    for name, shown, light in conditions(predict, found.batch, number):
      completed, scores = _scores(predict, shown, found.batch, light)
      for i, person in enumerate(true):
        row = {measure: float(x[i]) for measure, x in scores.items()}
        row["identity"] = person.similarity(np.asarray(completed[i]))
        rows.setdefault(name, []).append(row)
    persons += found.person_ids
    progress.line(len(persons))
  return {
    "robustness_images": num_images,
    "n": len(persons),
    "conditions": {
      name: _summarise(scored, persons) for name, scored in rows.items()
    },
  }


def _masked_examples(source, count) -> list[Any]:
  """At most so many, still encoded: a picture takes some 50 kB."""
  order = np.random.default_rng(0).permutation(len(source)).tolist()
  masked = (
    source[i] for i in order if batches.example(source, i)["mask"].any()
  )
  chosen = list(itertools.islice(masked, count))
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
  lines = [
    f"{result['n']} masked faces, completed with the predicted mask",
    "",
    "| masked input | PSNR in mask (95 % interval) | identity | mask IoU |",
    "|---|---|---|---|",
  ]
  for name, scores in result["conditions"].items():
    psnr = scores["psnr_in_mask"]
    lines.append(
      f"| {name} | {psnr['mean']:.2f} ({psnr['low']:.2f}-{psnr['high']:.2f})"
      f" | {scores['identity']['mean']:.3f} | {scores['iou']['mean']:.3f} |"
    )
  return "\n".join(lines)
