"""Scores a trained run on people it never saw, beside what needs no network."""

import csv
import json
import math
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

import jax
import numpy as np

from maskgan_jax import (
  baselines,
  checkpoint,
  errors,
  eval_step,
  factory,
  figures,
  images,
  input_pipeline,
  logging_utils,
  metrics,
)

CANDIDATES = (
  "masked_input",
  "skin_colour",
  "mean_face",
  "telea",
  "predicted",
  "completed_true_mask",
  "completed_predicted_mask",
)
MEASURES = ("psnr", "ssim", "psnr_in_mask", "ssim_in_mask")
# So many training pictures give the mean face.
MEAN_FACE_EXAMPLES = 1000
FIGURE_ROWS = 4


_image_scores = jax.jit(metrics.image_scores)


class Evaluator:
  """A run's networks, applied to batches of uint8 pictures."""

  def __init__(self, workdir: str, which: str = "latest"):
    self.config = checkpoint.read_config(workdir)
    self.run = factory.run_settings(self.config)
    checkpoints = checkpoint.Checkpoints(workdir, read_only=True)
    self.step, self._variables = checkpoints.restore_inference(which)
    checkpoints.close()
    self._predict = factory.predict_step(self.config)
    # One fixed key: networks that draw noise at test draw the same.
    self._key = jax.random.key(self.run.seed)

  def __call__(
    self, masked_image: np.ndarray, mask: np.ndarray | None = None
  ) -> eval_step.Prediction:
    """Completes uint8 [B, H, W, 3] in the mask [B, H, W, 1] or its own."""
    mask = None if mask is None else np.asarray(mask, np.float32)
    return self._predict(
      self._variables, images.to_float(masked_image), self._key, mask
    )


def evaluate(
  workdir: str,
  *,
  split: str = "test",
  output_dir: str | None = None,
  data_dir: str | None = None,
  which: str = "latest",
) -> tuple[dict[str, Any], pathlib.Path]:
  """Writes metrics.json, per_image.csv and figures; returns metrics, folder.

  A finished evaluation is not made again: its metrics are read.

  Args:
    workdir: of the run.
    split: of the dataset.
    output_dir: by default a folder of the workdir named by split and step.
    data_dir: the dataset, by default the one that the run was trained on.
    which: "latest" or "best" checkpoint, the latter by validation in-mask PSNR.

  Raises:
    errors.UserError: no run or no checkpoint in the workdir.
    errors.UserError: dataset and run do not fit together.
  """
  evaluator = Evaluator(workdir, which)
  default = pathlib.Path(workdir) / "evaluation" / f"{split}_{evaluator.step}"
  folder = pathlib.Path(output_dir) if output_dir else default
  path = folder / "metrics.json"
  if path.exists():
    print(f"{path} exists and is used. Delete it to evaluate again.")
    return json.loads(path.read_text()), folder
  data_dir = data_dir or evaluator.run.data_dir
  size = evaluator.run.image_size
  source = input_pipeline.open_split(data_dir, split, size)
  mean_face = _mean_face(input_pipeline.open_split(data_dir, "train", size))
  rows = _score_split(evaluator, source, mean_face)
  if len(rows) != len(source):
    raise AssertionError(f"{len(rows)} rows for {len(source)} examples.")
  result = summarise(rows)
  folder.mkdir(parents=True, exist_ok=True)
  _write_csv(folder / "per_image.csv", rows)
  _write_figures(folder / "figures", evaluator, source, rows)
  partial = path.with_suffix(".partial")
  partial.write_text(json.dumps(result, indent=2))
  partial.replace(path)
  return result, folder


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
  size = evaluator.run.batch_size
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
  for name in CANDIDATES:
    scores = _image_scores(
      candidates[name], batch.image, batch.mask, batch.valid
    )
    columns |= {f"{name}/{key}": value for key, value in scores.items()}
  return {key: np.asarray(value) for key, value in columns.items()}


def summarise(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
  """Returns what metrics.json holds, from the rows of per_image.csv.

  Faces without a mask count in the false-positive rate only.
  """
  masked = [row for row in rows if row["mask_area"] > 0]
  if not masked:
    raise errors.UserError(
      "No example of this split has a mask: nothing to score."
    )
  persons = np.array([row["person_id"] for row in masked])

  def column(name):
    return np.array([row[name] for row in masked])

  result: dict[str, Any] = {
    "n": len(masked),
    "mean_mask_area": float(column("mask_area").mean()),
    "mask": {
      "iou": float(column("iou").mean()),
      "iou_p5": float(np.percentile(column("iou"), 5)),
      "f1": float(column("f1").mean()),
      "false_positive_rate": float(
        np.mean([row["false_positive"] for row in rows])
      ),
    },
  }
  for name in CANDIDATES:
    result[name] = {
      measure: metrics.confidence_interval(column(f"{name}/{measure}"), persons)
      for measure in MEASURES
    }
  return result


def table(result: Mapping[str, Any]) -> str:
  """Returns the scores as text."""
  lines = [
    f"{result['n']} masked faces, mean mask area"
    f" {result['mean_mask_area']:.3f}; mask IoU {result['mask']['iou']:.3f}"
    f" (5th percentile {result['mask']['iou_p5']:.3f}), F1"
    f" {result['mask']['f1']:.3f}, false positives"
    f" {100 * result['mask']['false_positive_rate']:.1f} %",
    "",
    "| | PSNR | SSIM | PSNR in mask (95 % interval) | SSIM in mask |",
    "|---|---|---|---|---|",
  ]
  for name in CANDIDATES:
    scores = result[name]
    inside = scores["psnr_in_mask"]
    lines.append(
      f"| {name.replace('_', ' ')} | {scores['psnr']['mean']:.2f}"
      f" | {scores['ssim']['mean']:.3f}"
      f" | {inside['mean']:.2f} ({inside['low']:.2f}-{inside['high']:.2f})"
      f" | {scores['ssim_in_mask']['mean']:.3f} |"
    )
  return "\n".join(lines)


def _write_csv(path: pathlib.Path, rows: Sequence[Mapping[str, Any]]) -> None:
  partial = path.with_suffix(".partial")
  with partial.open("w", newline="") as file:
    writer = csv.DictWriter(file, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
  partial.replace(path)


def _write_figures(folder, evaluator, source, rows) -> None:
  folder.mkdir(parents=True, exist_ok=True)
  for name, (title, indices) in figure_cases(rows).items():
    figures.save_report(
      folder / f"{name}.png",
      title,
      [_figure_row(evaluator, source, i, rows[i]) for i in indices],
    )


def figure_cases(
  rows: Sequence[Mapping[str, Any]],
) -> dict[str, tuple[str, list[int]]]:
  """Chooses best, median, worst and random cases by in-mask PSNR.

  Returns:
    By name of the figure, its title and the rows to draw. Bare faces and
    masks that lie outside the photo have no such PSNR and are left out.
  """
  key = "completed_predicted_mask/psnr_in_mask"
  scored = [i for i, row in enumerate(rows) if not math.isnan(row[key])]
  order = sorted(scored, key=lambda i: -rows[i][key])
  middle = max(0, len(order) // 2 - FIGURE_ROWS // 2)
  drawn = np.random.default_rng(0).permutation(scored).tolist()
  by_psnr = "cases by PSNR in the mask"
  cases = {
    "best": (f"best {by_psnr}", order[:FIGURE_ROWS]),
    "median": (f"median {by_psnr}", order[middle : middle + FIGURE_ROWS]),
    "worst": (f"worst {by_psnr}", order[-FIGURE_ROWS:]),
    "random": ("random cases", drawn[:FIGURE_ROWS]),
    "random_2": ("random cases", drawn[FIGURE_ROWS : 2 * FIGURE_ROWS]),
  }
  return {name: case for name, case in cases.items() if case[1]}


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
