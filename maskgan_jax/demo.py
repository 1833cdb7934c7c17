"""The system on photos without masks: a mask is drawn, then taken off."""

import os
import pathlib
from collections.abc import Iterator, Mapping

import numpy as np
from PIL import Image

from maskgan_jax import errors, evaluate, faces, figures, photos, unmask
from maskgan_jax.masks import render


def demonstrate(
  workdir: str,
  paths: Mapping[str, str | os.PathLike],
  output_dir: str | os.PathLike,
) -> Iterator[pathlib.Path]:
  """Writes for each photo: as it was, masked, unmasked, side by side.

  Args:
    workdir: of a trained run.
    paths: the photos, by the name of the picture to write.
    output_dir: where to; pictures that exist there are replaced.

  Raises:
    errors.UserError: a photo cannot be read or shows no face.
  """
  evaluator = evaluate.Evaluator(workdir)
  folder = pathlib.Path(output_dir)
  folder.mkdir(parents=True, exist_ok=True)
  for seed, (name, path) in enumerate(paths.items()):
    image = photos.read(path)
    masked = draw_mask(image, seed)
    completed = unmask.unmask(evaluator, masked).image
    output = folder / f"{name}.png"
    Image.fromarray(figures.tile([[image, masked, completed]])).save(output)
    yield output


def draw_mask(image: np.ndarray, seed: int) -> np.ndarray:
  """Draws a random mask on the largest face of uint8 [H, W, 3].

  Raises:
    errors.UserError: no face is found.
  """
  detector, mesh = faces.models()
  found = detector.detect(image)
  if not found:
    raise errors.UserError("No face found. Give a photo with a frontal face.")
  landmarks, _ = mesh(image, found[0])
  params = render.sample_params(np.random.default_rng(seed))
  return render.composite(image, render.draw(image, landmarks, params).rgba)
