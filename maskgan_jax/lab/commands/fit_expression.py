"""Fits the model by which expressions move landmarks.

  python scripts/fit_expression.py --data_dir=data

It reads the landmarks of a built dataset's training people.
"""

import numpy as np
from absl import flags

from maskgan_jax.common import files
from maskgan_jax.faces import expression
from maskgan_jax.lab import expression_fit

_DATA_DIR = flags.DEFINE_string(
  "data_dir", None, "The --data_dir of maskgan build."
)
_OUTPUT = flags.DEFINE_string(
  "output", str(expression.MODEL), "The model to write; it is replaced."
)

GROUPS = {"Input and output": (_DATA_DIR, _OUTPUT)}
REQUIRED = (_DATA_DIR,)


def main() -> None:
  """Writes the model and says how good it is."""
  model = expression_fit.fit(
    expression_fit.landmarks_of(_DATA_DIR.value, "train")
  )
  arrays = {k: x.astype(np.float32) for k, x in model._asdict().items()}
  with files.replacing(_OUTPUT.value) as partial, partial.open("wb") as file:
    np.savez(file, **arrays)
  print(expression_fit.correlations(_DATA_DIR.value, model))
  print(f"{_OUTPUT.value}: written.")
