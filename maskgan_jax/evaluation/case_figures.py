"""Figures of an evaluation's best, median, worst and random cases."""

import math
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from maskgan_jax.evaluation import figures, report
from maskgan_jax.networks import images, loaded


def write(
  folder: pathlib.Path,
  networks: loaded.LoadedNetworks,
  source: Any,
  rows: Sequence[Mapping[str, Any]],
) -> None:
  """Writes the figures of `report.figure_cases`.

  Args:
    folder: to write to.
    networks: whose predictions are shown.
    source: the split, of `batches.open_split`.
    rows: of `score.score_split`, in the split's order.
  """
  for name, (title, indices) in report.figure_cases(rows).items():
    figures.save_report(
      folder / f"{name}.png",
      title,
      [_figure_row(networks, source, i, rows[i]) for i in indices],
    )


def _figure_row(networks, source, index, row):
  example = source[index]
  prediction = networks(example["masked_image"][None])

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
