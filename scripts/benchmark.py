"""Measures what the README quotes beside the networks' scores.

python scripts/benchmark.py --what=ridge --data_dir=data
"""

import json

import command
import numpy as np
from absl import flags

from maskgan_jax import baselines, input_pipeline, metrics

flags.DEFINE_enum(
  "what",
  "ridge",
  ["ridge"],
  "ridge: linear regression from the visible pixels at 48 px.",
)
_DATA_DIR = flags.DEFINE_string("data_dir", None, "Of build_dataset.py.")
_IMAGE_SIZE = flags.DEFINE_integer("image_size", 256, "Its size.")


def _examples(split):
  source = input_pipeline.open_split(_DATA_DIR.value, split, _IMAGE_SIZE.value)
  for index in range(len(source)):
    example = input_pipeline.example(source, index)
    if example["mask"].any():
      yield example


def ridge() -> dict[str, float]:
  """Fits on the train split, scores the test split inside the mask."""
  model = baselines.Ridge().fit(
    (e["image"], e["masked_image"], e["mask"][..., 0])
    for e in _examples("train")
  )
  values, persons = [], []
  for e in _examples("test"):
    completed = model.predict(e["masked_image"], e["mask"][..., 0])
    scores = metrics.image_scores(
      *(x[None] for x in (completed, e["image"], e["mask"], e["valid"]))
    )
    values.append(float(scores["psnr_in_mask"][0]))
    persons.append(e["person_id"])
  return {
    "n": len(values),
    "psnr_in_mask": metrics.confidence_interval(
      np.array(values), np.array(persons)
    ),
  }


def main() -> None:
  print(json.dumps(ridge()))


if __name__ == "__main__":
  flags.mark_flags_as_required(["data_dir"])
  command.run(main)
