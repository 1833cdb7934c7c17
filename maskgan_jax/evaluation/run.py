"""Scores a trained run on people it never saw, beside what needs no network."""

import json
import math
import os
import pathlib
from typing import Any

import jax
import numpy as np

from maskgan_jax.common import errors
from maskgan_jax.evaluation import figures, report, robustness, score, variety
from maskgan_jax.networks import build, images, latent, released
from maskgan_jax.networks import predict as predict_lib
from maskgan_jax.training import batches, checkpoints

# Beside metrics.json: what the scores are of.
_SUBJECT = "subject.json"


class Evaluator:
  """Networks, applied to batches of uint8 pictures.

  Attributes:
    config: of the run that trained them, but computing in float32.
    run: its settings.
    variables: of its networks, by name.
    step: of the checkpoint.
    weights_sha256: tells them from others.
  """

  def __init__(
    self, weights: str | os.PathLike | None = None, which: str = "latest"
  ):
    """Loads the networks.

    Args:
      weights: a .safetensors file with its card beside it, or the workdir of a
        run; None for the released weights.
      which: "latest" or "best" checkpoint of a run.

    Raises:
      errors.UserError: there are none.
    """
    path = pathlib.Path(weights or released.WEIGHTS)
    if not _is_run(path):
      self.config, self.step, self.variables, self.weights_sha256 = (
        released.load(path)
      )
    elif path.is_file():
      raise errors.UserError(
        f"{path}: networks are read from a {released.SUFFIX} file or from the"
        " folder of a run. Give one of these."
      )
    else:
      self.config = checkpoints.read_config(path)
      self.step, self.variables = checkpoints.load_inference(path, which)
      self.weights_sha256 = released.sha256_of(self.variables)
    with self.config.unlocked():  # Training may take less, for speed.
      self.config.dtype = "float32"
    try:
      self.run = build.run_settings(self.config)
      self._step = build.predict_step(self.config)
    except (AttributeError, KeyError) as error:
      raise errors.UserError(
        f"{path}: its config is not one of this version ({error}). Train it"
        " again, or use the version that it was trained with."
      ) from error

  @property
  def predict(self) -> jax.tree_util.Partial:
    """From pictures [B, H, W, 3] in [-1, 1], mask and code, to a prediction.

    Compiled functions take it as an argument.
    """
    return jax.tree_util.Partial(
      self._step,
      self.variables,
      # One fixed key: networks that draw noise at test draw the same.
      key=jax.random.key(self.run.seed),
    )

  def __call__(
    self,
    masked_image: np.ndarray,
    mask: np.ndarray | None = None,
    code: np.ndarray | None = None,
  ) -> predict_lib.Prediction:
    """Completes uint8 [B, H, W, 3].

    Args:
      masked_image: the pictures.
      mask: [B, H, W, 1], by default the predicted one.
      code: codes [B, config.latent.size], or one for all; by default those
        of the most likely completion.
    """
    mask = None if mask is None else np.asarray(mask, np.float32)
    return self.predict(images.to_float(masked_image), mask=mask, latent=code)


def _is_run(weights: pathlib.Path) -> bool:
  return weights.suffix != released.SUFFIX


def evaluate(
  weights: str | os.PathLike | None = None,
  *,
  split: str = "test",
  output_dir: str | None = None,
  data_dir: str | None = None,
  which: str = "latest",
  fd: bool = False,
  robustness_images: int = 0,
  num_samples: int = 1,
) -> tuple[dict[str, Any], pathlib.Path]:
  """Writes metrics.json, per_image.csv and figures; returns metrics, folder.

  What is finished is not made again but read: FD-VGG16, robustness and several
  completions can be asked for later.

  Args:
    weights: the workdir of a run or a .safetensors file with its card, None for
      the released weights.
    split: of the dataset.
    output_dir: by default a folder of the workdir named by split and step.
    data_dir: the dataset, by default the one that the run was trained on.
    which: "latest" or "best" checkpoint, the latter by validation in-mask PSNR.
    fd: whether to find FD-VGG16, under "fd_vgg16".
    robustness_images: on how many faces worse photos and attacks are tried,
      under "robustness"; 0 for none.
    num_samples: of how many completions of each face the variety is found,
      under "variety"; 1 for none.

  Raises:
    errors.UserError: no weights, or no run or checkpoint in the workdir.
    errors.UserError: neither a workdir nor an output_dir.
    errors.UserError: dataset and run do not fit together.
    errors.UserError: output_dir holds the scores of another run, checkpoint,
      dataset or split, or its robustness on another number of faces, or its
      variety of another number of completions.
    errors.UserError: several completions of networks that know one.
  """
  is_run = weights is not None and _is_run(pathlib.Path(weights))
  if not is_run and not output_dir:
    raise errors.UserError(
      "Weights in a file have no workdir: say with --output_dir where their"
      " scores go, or give the --workdir of a run."
    )
  evaluator = Evaluator(weights, which)
  if num_samples > 1:
    latent.check(evaluator.config.latent.size)
  folder = pathlib.Path(
    output_dir or f"{weights}/evaluation/{split}_{evaluator.step}"
  )
  run = evaluator.run
  data_dir = data_dir or run.data_dir
  path = folder / "metrics.json"
  subject = {
    # Relative, so that run, data and scores may be moved together.
    "workdir": os.path.relpath(weights, folder)
    if is_run
    else f"released {evaluator.weights_sha256[:12]}",
    "step": int(evaluator.step),
    "data_dir": os.path.relpath(data_dir, folder),
    "split": split,
    "measures": list(report.PARTS),
  }
  if path.exists():
    _check_subject(folder, subject)
    print(f"{path} exists and is used. Delete it to evaluate again.")
    result = json.loads(path.read_text())
  else:
    result = _score(evaluator, data_dir, split, folder)
    _write_json(folder / _SUBJECT, subject)
    _write_json(path, result)

  def source():
    return batches.open_split(data_dir, split, run.image_size)

  if fd and "fd_vgg16" not in result:
    result["fd_vgg16"] = score.fd_vgg16(
      evaluator, source(), run.eval_batch_size
    )
    _write_json(path, result)
  if robustness_images and not _has_part(
    path, result, "robustness", robustness_images=robustness_images
  ):
    result["robustness"] = robustness.measure(
      evaluator.predict, source(), run.eval_batch_size, robustness_images
    )
    _write_json(path, result)
  if num_samples > 1 and not _has_part(
    path, result, "variety", num_samples=num_samples
  ):
    result["variety"] = variety.measure(
      evaluator.predict,
      source(),
      run.eval_batch_size,
      latent_size=evaluator.config.latent.size,
      num_samples=num_samples,
    )
    _write_json(path, result)
  return result, folder


def _score(evaluator, data_dir, split, folder) -> dict[str, Any]:
  """Writes what is told of each picture and returns what of all."""
  size, batch_size = evaluator.run.image_size, evaluator.run.eval_batch_size
  source = batches.open_split(data_dir, split, size)
  mean_face = score.mean_face(batches.open_split(data_dir, "train", size))
  rows, vectors = score.score_split(evaluator, source, batch_size, mean_face)
  result = report.summarise(rows, vectors)
  folder.mkdir(parents=True, exist_ok=True)
  report.write_csv(folder / "per_image.csv", rows)
  _write_figures(folder / "figures", evaluator, source, rows)
  return result


def _has_part(path: pathlib.Path, result, part: str, **size: int) -> bool:
  """Whether a part is measured; a UserError if it is of another size."""
  [(name, wanted)] = size.items()
  if part not in result:
    return False
  found = result[part].get(name, "another number")
  if found != wanted:
    raise errors.UserError(
      f"{path} holds the {part} with --{name}={found}, not {wanted}. Give that"
      " to see it, or another --output_dir."
    )
  return True


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


def _write_figures(folder, evaluator, source, rows) -> None:
  folder.mkdir(parents=True, exist_ok=True)
  for name, (title, indices) in report.figure_cases(rows).items():
    figures.save_report(
      folder / f"{name}.png",
      title,
      [_figure_row(evaluator, source, i, rows[i]) for i in indices],
    )


def _figure_row(evaluator, source, index, row):
  example = batches.example(source, index)
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
