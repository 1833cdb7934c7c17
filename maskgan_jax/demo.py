"""The system on photos without masks: a mask is drawn, then taken off."""

import os
import pathlib
from collections.abc import Iterator, Mapping

import numpy as np

from maskgan_jax import errors, face_models, figures, photos, unmask
from maskgan_jax.masks import render


def demonstrate(
  workdir: str | None,
  paths: Mapping[str, str | os.PathLike],
  output_dir: str | os.PathLike,
  which: str = "latest",
) -> Iterator[pathlib.Path]:
  """Writes for each photo: as it was, masked, unmasked, side by side.

  Args:
    workdir: of a trained run, None for the released weights.
    paths: the photos, by the name of the picture to write.
    output_dir: where to; pictures that exist there are replaced.
    which: "latest" or "best" checkpoint.

  Raises:
    errors.UserError: a photo cannot be read or shows no face.
  """
  unmasker = unmask.Unmasker(workdir, which)
  folder = pathlib.Path(output_dir)
  for seed, (name, path) in enumerate(paths.items()):
    image = photos.read(path)
    try:
      masked = draw_mask(image, seed)
      completed = unmasker.unmask(masked, faces="largest").image
    except errors.UserError as error:
      raise errors.UserError(f"{path}: {error}") from error
    output = folder / f"{name}.png"
    photos.save(output, figures.tile([[image, masked, completed]]), like=path)
    yield output


def draw_mask(image: np.ndarray, seed: int) -> np.ndarray:
  """Draws a random mask on the largest face of uint8 [H, W, 3].

  Raises:
    errors.UserError: no face is found.
  """
  landmarks = face_models.largest_face(image)
  params = render.sample_params(np.random.default_rng(seed))
  return render.composite(image, render.draw(image, landmarks, params).rgba)
