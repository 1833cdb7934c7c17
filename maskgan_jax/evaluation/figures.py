"""Figures of a report."""

import pathlib
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib import figure

from maskgan_jax.common import files

_INCHES_A_PICTURE = 2.0
_DPI = 130


def save_report(
  path: pathlib.Path,
  title: str,
  rows: Sequence[Mapping[str, tuple[np.ndarray, str]]],
) -> None:
  """Writes a figure with one row a face and one column a kind of picture.

  Args:
    path: of the PNG.
    title: printed on top.
    rows: for each face, by column title, the picture uint8 [H, W, 3] and the
      text beneath it.
  """
  columns = list(rows[0])
  width = _INCHES_A_PICTURE * len(columns)
  height = (_INCHES_A_PICTURE + 0.3) * len(rows) + 0.6
  page = figure.Figure(figsize=(width, height), dpi=_DPI, layout="constrained")
  page.suptitle(title, fontsize=11)
  axes = page.subplots(len(rows), len(columns), squeeze=False)
  for column, axis in zip(columns, axes[0], strict=True):
    axis.set_title(column, fontsize=9)
  for row, axes_row in zip(rows, axes, strict=True):
    for column, axis in zip(columns, axes_row, strict=True):
      pixels, text = row[column]
      axis.imshow(pixels)
      axis.set_xticks([])
      axis.set_yticks([])
      axis.set_xlabel(text, fontsize=7)
  _write(page, path)


def save_intervals(
  path: pathlib.Path,
  names: Sequence[str],
  panels: Mapping[str, Mapping[str, Sequence[Mapping[str, float]]]],
) -> None:
  """Writes a figure of means and intervals, one line a name.

  Args:
    path: of the PNG.
    names: of the lines, from top to bottom.
    panels: by title of the panel and by series, {"mean", "low", "high"} of each
      name.
  """
  size = (1.5 + 3.0 * len(panels), 1.2 + 0.3 * len(names))
  page = figure.Figure(figsize=size, dpi=_DPI, layout="constrained")
  axes = page.subplots(1, len(panels), sharey=True, squeeze=False)[0]
  for axis, (title, series) in zip(axes, panels.items(), strict=True):
    for index, (label, intervals) in enumerate(series.items()):
      means = np.array([x["mean"] for x in intervals])
      ends = np.array([[x["low"], x["high"]] for x in intervals]).T
      lines = np.arange(len(names)) + 0.2 * index
      axis.errorbar(
        means, lines, xerr=np.abs(ends - means), fmt="o", ms=4, label=label
      )
    axis.set_title(title, fontsize=9)
    axis.grid(axis="x", alpha=0.3)
  axes[0].set_yticks(range(len(names)), names, fontsize=8)
  axes[0].invert_yaxis()
  # Below: inside it would cover intervals.
  handles, labels = axes[0].get_legend_handles_labels()
  page.legend(handles, labels, fontsize=7, ncols=2, loc="outside lower center")
  _write(page, path)


def _write(page: figure.Figure, path: pathlib.Path) -> None:
  with files.replacing(path) as partial:
    page.savefig(partial, format="png")
