"""Scores a trained run on people it never saw, beside what needs no network."""

import json
import math
import os
import pathlib
from typing import Any

import jax
import numpy as np

from maskgan_jax import (
  baselines,
  checkpoint,
  errors,
  eval_step,
  factory,
  features,
  figures,
  images,
  input_pipeline,
  logging_utils,
  metrics,
  released,
  report,
)

# So many training pictures give the mean face.
MEAN_FACE_EXAMPLES = 1000
# Beside metrics.json: what the scores are of.
_SUBJECT = "subject.json"


@jax.jit
def _image_scores(candidates, image, mask, valid):
  """Scores [B] of uint8 pictures, by candidate and measure."""
  # In one compiled function, so that the truth's features are found once.
  scores = {}
  for name, candidate in candidates.items():
    found = metrics.image_scores(candidate, image, mask, valid)
    distance = features.lpips_map(
      images.to_float(candidate), images.to_float(image)
    )
    for measure, weight in (("lpips", valid), ("lpips_in_mask", mask * valid)):
      found[measure] = metrics.weighted_mean(
        distance, weight.astype(distance.dtype)
      )
    scores |= {f"{name}/{measure}": x for measure, x in found.items()}
  return scores


class Evaluator:
  """A run's networks, applied to batches of uint8 pictures.

  Without a workdir they are the released ones.
  """

  def __init__(self, workdir: str | None = None, which: str = "latest"):
    if workdir is None:
      self.config, self.step, self.variables = released.load()
      self.weights_sha256 = released.sha256()
    else:
      self.config = checkpoint.read_config(workdir)
      self.step, self.variables = checkpoint.load_inference(workdir, which)
      self.weights_sha256 = released.sha256_of(self.variables)
    self.run = factory.run_settings(self.config)
    self._predict = factory.predict_step(self.config)
    # One fixed key: networks that draw noise at test draw the same.
    self._key = jax.random.key(self.run.seed)

  def __call__(
    self, masked_image: np.ndarray, mask: np.ndarray | None = None
  ) -> eval_step.Prediction:
    """Completes uint8 [B, H, W, 3] in the mask [B, H, W, 1] or its own."""
    mask = None if mask is None else np.asarray(mask, np.float32)
    return self._predict(
      self.variables, images.to_float(masked_image), self._key, mask
    )


def evaluate(
  workdir: str | None = None,
  *,
  split: str = "test",
  output_dir: str | None = None,
  data_dir: str | None = None,
  which: str = "latest",
) -> tuple[dict[str, Any], pathlib.Path]:
  """Writes metrics.json, per_image.csv and figures; returns metrics, folder.

  A finished evaluation is not made again: its metrics are read.

  Args:
    workdir: of the run, None for the released weights.
    split: of the dataset.
    output_dir: by default a folder of the workdir named by split and step.
    data_dir: the dataset, by default the one that the run was trained on.
    which: "latest" or "best" checkpoint, the latter by validation in-mask PSNR.

  Raises:
    errors.UserError: no run or no checkpoint in the workdir.
    errors.UserError: neither a workdir nor an output_dir.
    errors.UserError: dataset and run do not fit together.
    errors.UserError: output_dir holds the scores of another run, checkpoint,
      dataset or split.
  """
  if not workdir and not output_dir:
    raise errors.UserError(
      "The released weights have no workdir: say with --output_dir where their"
      " scores go, or give the --workdir of a run."
    )
  evaluator = Evaluator(workdir, which)
  if output_dir:
    folder = pathlib.Path(output_dir)
  else:
    folder = pathlib.Path(workdir, "evaluation", f"{split}_{evaluator.step}")
  data_dir = data_dir or evaluator.run.data_dir
  path = folder / "metrics.json"
  subject = {
    # Relative, so that run, data and scores may be moved together.
    "workdir": os.path.relpath(workdir, folder)
    if workdir
    else f"released {released.sha256()[:12]}",
    "step": int(evaluator.step),
    "data_dir": os.path.relpath(data_dir, folder),
    "split": split,
    "measures": list(report.MEASURES),
  }
  if path.exists():
    _check_subject(folder, subject)
    print(f"{path} exists and is used. Delete it to evaluate again.")
    return json.loads(path.read_text()), folder
  size = evaluator.run.image_size
  source = input_pipeline.open_split(data_dir, split, size)
  mean_face = _mean_face(input_pipeline.open_split(data_dir, "train", size))
  rows = _score_split(evaluator, source, mean_face)
  if len(rows) != len(source):
    raise AssertionError(f"{len(rows)} rows for {len(source)} examples.")
  result = report.summarise(rows)
  folder.mkdir(parents=True, exist_ok=True)
  report.write_csv(folder / "per_image.csv", rows)
  _write_figures(folder / "figures", evaluator, source, rows)
  _write_json(folder / _SUBJECT, subject)
  _write_json(path, result)
  return result, folder


def _check_subject(folder: pathlib.Path, subject: dict[str, Any]) -> None:
  """Raises a UserError if the folder holds the scores of something else."""
  path = folder / _SUBJECT
  found = json.loads(path.read_text()) if path.exists() else {}
  differing = [
    f"{key} {found.get(key, 'unknown')}, not {value}"
    for key, value in subject.items()
    if found.get(key) != value
  ]
  if differing:
    raise errors.UserError(
      f"{folder} holds another evaluation: {'; '.join(differing)}. Give another"
      " --output_dir, or delete that folder."
    )


def _write_json(path: pathlib.Path, content: dict[str, Any]) -> None:
  partial = path.with_suffix(".partial")
  partial.write_text(json.dumps(content, indent=2))
  partial.replace(path)


def _mean_face(source) -> np.ndarray:
  count = min(MEAN_FACE_EXAMPLES, len(source))
  indices = np.linspace(0, len(source) - 1, count).astype(int)
  return baselines.mean_image(
    input_pipeline.example(source, int(i))["image"] for i in indices
  )


def _score_split(evaluator, source, mean_face) -> list[dict[str, Any]]:
  """Returns one row an example, in the order of the split."""
  progress = logging_utils.Progress(len(source), unit="picture")
  rows: list[dict[str, Any]] = []
  size = evaluator.run.eval_batch_size
  for number, found in enumerate(input_pipeline.eval_batches(source, size)):
    columns = _score_batch(evaluator, found.batch, mean_face)
    for i, (name, person, kind) in enumerate(
      zip(found.ids, found.person_ids, found.mask_types, strict=True)
    ):
      row = {"id": name, "person_id": person, "mask_type": kind}
      row |= {key: float(values[i]) for key, values in columns.items()}
      rows.append(row)
    if number % max(1, 50 // size) == 0 or len(rows) == len(source):
      progress.line(len(rows))
  return rows


def _score_batch(evaluator, batch, mean_face) -> dict[str, np.ndarray]:
  """Returns every score of a batch, [B] each."""
  own = evaluator(batch.masked_image)
  given = evaluator(batch.masked_image, batch.mask)
  bare = evaluator(batch.image)
  pairs = list(zip(batch.masked_image, batch.mask[..., 0], strict=True))
  candidates = {
    "masked_input": batch.masked_image,
    "skin_colour": np.stack([baselines.skin_colour(*p) for p in pairs]),
    "mean_face": np.stack([baselines.fill(*p, mean_face) for p in pairs]),
    "telea": np.stack([baselines.telea(*p) for p in pairs]),
    "predicted": images.to_uint8(own.predicted_image),
    "completed_true_mask": images.to_uint8(given.completed_image),
    "completed_predicted_mask": images.to_uint8(own.completed_image),
  }
  true_mask = batch.mask.astype(np.float32)
  columns = {
    "mask_area": true_mask.mean(axis=(1, 2, 3)),
    "iou": metrics.iou(own.probability, true_mask),
    "f1": metrics.f1(own.probability, true_mask),
    # Every true image is a bare face: a mask found on one is a false positive.
    "false_positive": metrics.has_mask(bare.probability),
  }
  columns |= _image_scores(candidates, batch.image, batch.mask, batch.valid)
  return {key: np.asarray(value) for key, value in columns.items()}


def _write_figures(folder, evaluator, source, rows) -> None:
  folder.mkdir(parents=True, exist_ok=True)
  for name, (title, indices) in report.figure_cases(rows).items():
    figures.save_report(
      folder / f"{name}.png",
      title,
      [_figure_row(evaluator, source, i, rows[i]) for i in indices],
    )


def _figure_row(evaluator, source, index, row):
  example = input_pipeline.example(source, index)
  prediction = evaluator(example["masked_image"][None])

  def caption(name):
    psnr, ssim = row[f"{name}/psnr"], row[f"{name}/ssim"]
    inside = row[f"{name}/psnr_in_mask"]
    if math.isnan(inside):
      return f"PSNR {psnr:.2f}  SSIM {ssim:.3f}"
    return f"PSNR {psnr:.2f}  SSIM {ssim:.3f}\nin mask: PSNR {inside:.2f}"

  return {
    "Input": (example["masked_image"], caption("masked_input")),
    "Ground truth": (example["image"], example["mask_type"]),
    "Prediction": (
      np.asarray(images.to_uint8(prediction.predicted_image[0])),
      caption("predicted"),
    ),
    "Completed": (
      np.asarray(images.to_uint8(prediction.completed_image[0])),
      caption("completed_predicted_mask"),
    ),
  }


_psnr_scores = jax.jit(metrics.image_scores)


def evaluate_ridge(data_dir: str, image_size: int) -> dict[str, Any]:
  """Fits `baselines.Ridge` on the train split and scores it on test.

  Returns:
    {"n", "psnr_in_mask": {"mean", "low", "high"}}, of the masked faces.
  """

  def examples(split):
    source = input_pipeline.open_split(data_dir, split, image_size)
    for index in range(len(source)):
      example = input_pipeline.example(source, index)
      if example["mask"].any():
        yield example

  model = baselines.Ridge().fit(
    (e["image"], e["masked_image"], e["mask"][..., 0])
    for e in examples("train")
  )
  values, persons = [], []
  for e in examples("test"):
    completed = model.predict(e["masked_image"], e["mask"][..., 0])
    scores = _psnr_scores(
      *(x[None] for x in (completed, e["image"], e["mask"], e["valid"]))
    )
    values.append(float(scores["psnr_in_mask"][0]))
    persons.append(e["person_id"])
  interval = metrics.confidence_interval(np.array(values), np.array(persons))
  return {"n": len(values), "psnr_in_mask": interval}
