"""Scores a trained run on people it never saw, beside what needs no network."""

import functools
import json
import os
import pathlib
from collections.abc import Callable
from typing import Any

import numpy as np

from maskgan_jax import unmasking
from maskgan_jax.common import errors, files
from maskgan_jax.datasets.masked_faces import sources
from maskgan_jax.evaluation import (
  case_figures,
  product,
  report,
  robustness,
  score,
  subject,
  variety,
)
from maskgan_jax.networks import loaded, runs
from maskgan_jax.training import batches
from maskgan_jax.unmasking.backends import jax

_METRICS = "metrics.json"


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
  faces_dir: str | None = None,
  num_photos: int | None = None,
) -> tuple[dict[str, Any], pathlib.Path]:
  """Writes metrics.json, per_image.csv and figures; returns metrics, folder.

  What is finished is read and not made again: whole photos, FD-VGG16,
  robustness and several completions can be asked for later.

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
    faces_dir: whole photos and their manifest.csv, on which what users get is
      scored, under each of `product.PARTS`, and in product.csv; None for none.
      See `product.measure`.
    num_photos: at most so many of them, None for all.

  Raises:
    errors.UserError: no weights, or no run or checkpoint in the workdir;
      neither a workdir nor an output_dir; dataset and run that do not fit
      together; several completions of networks that know one; an output_dir
      with the scores of other weights, another dataset or split, or with its
      parts measured on other photos, or another number of faces or
      completions.
  """
  is_run = weights is not None and loaded.is_run(weights)
  if not is_run and not output_dir:
    raise errors.UserError(
      "Weights in a file have no workdir: say with --output_dir where their"
      " scores go, or give the --workdir of a run."
    )
  networks = loaded.load(weights, which)
  if num_samples > 1:
    variety.check(networks)
  folder = pathlib.Path(
    output_dir or f"{weights}/evaluation/{split}_{networks.step}"
  )
  if not data_dir:
    data_dir = runs.read_config(weights)["data_dir"] if is_run else "data"
  about = subject.of(networks, data_dir, split)
  result = _finished(folder, about)
  if result is None:
    result = _score(networks, data_dir, split, folder)
    subject.write(folder, about)
    files.write_json(folder / _METRICS, result)
  missing = _missing_parts(
    folder / _METRICS,
    result,
    networks,
    functools.partial(
      batches.open_split, data_dir, split, networks.model.image_size
    ),
    fd=fd,
    robustness_images=robustness_images,
    num_samples=num_samples,
  )
  if faces_dir and not _has_product(folder, result, faces_dir, num_photos):
    unmasker = unmasking.Unmasker(networks=jax.JaxNetworks(networks))
    missing.append(
      lambda: _score_product(
        folder, unmasker, data_dir, faces_dir, split, num_photos
      )
    )
  for measure in missing:
    result |= measure()
    files.write_json(folder / _METRICS, result)
  return result, folder


def _finished(folder: pathlib.Path, about) -> dict[str, Any] | None:
  """The scores in a folder; a UserError if they are those of something else."""
  path = folder / _METRICS
  if not path.exists():
    return None
  subject.check(folder, about)
  print(f"{path} exists and is used. Delete it to evaluate again.")
  return json.loads(path.read_text())


def _score(networks, data_dir, split, folder) -> dict[str, Any]:
  """Writes per_image.csv and the figures; returns the summary."""
  size, batch_size = networks.model.image_size, networks.max_batch
  source = batches.open_split(data_dir, split, size)
  rows, vectors = score.score_split(
    networks, source, batch_size, _mean_face(data_dir, size)
  )
  result = report.summarise(rows, vectors)
  report.write_csv(folder / "per_image.csv", rows)
  case_figures.write(folder / "figures", networks, source, rows)
  return result


def _mean_face(data_dir, size) -> np.ndarray:
  return score.mean_face(batches.open_split(data_dir, "train", size))


def _missing_parts(
  path, result, networks, open_source, *, fd, robustness_images, num_samples
) -> list[Callable[[], dict[str, Any]]]:
  """Returns how to measure each part that is still missing, by its name."""
  batch_size = networks.max_batch
  missing: list[Callable[[], dict[str, Any]]] = []
  if fd and "fd_vgg16" not in result:
    missing.append(
      lambda: {"fd_vgg16": score.fd_vgg16(networks, open_source(), batch_size)}
    )
  if robustness_images and not _has_part(
    path, result, "robustness", robustness_images=robustness_images
  ):
    missing.append(
      lambda: {
        "robustness": robustness.measure(
          networks.predict, open_source(), batch_size, robustness_images
        )
      }
    )
  if num_samples > 1 and not _has_part(
    path, result, "variety", num_samples=num_samples
  ):
    missing.append(
      lambda: {
        "variety": variety.measure(
          networks, open_source(), num_samples=num_samples
        )
      }
    )
  return missing


def _has_part(
  path: pathlib.Path, result, part: str, **size: int | None
) -> bool:
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


def _has_product(folder, result, faces_dir, num_photos) -> bool:
  """Whether whole photos are scored; a UserError if others are."""
  path = folder / _METRICS
  if not set(product.PARTS) <= result.keys():
    return False
  _has_part(path, result, "product", num_photos=num_photos)
  found = sources.Folder(faces_dir).fingerprint()
  if result["product"]["photos"] != found:
    raise errors.UserError(
      f"{path} holds the product on other photos than those in {faces_dir}."
      " Give another --output_dir."
    )
  return True


def _score_product(
  folder, unmasker, data_dir, faces_dir, split, num_photos
) -> dict[str, Any]:
  """Writes product.csv; returns the parts."""
  parts, rows = product.measure(
    unmasker,
    faces_dir,
    split,
    num_photos,
    mean_face=_mean_face(data_dir, unmasker.networks.image_size),
    data_dir=data_dir,
  )
  report.write_csv(folder / "product.csv", rows)
  return parts
