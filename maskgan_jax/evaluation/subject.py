"""What an evaluation is of: by hashes, so that a path's old scores never pass
for those of what lies there now.
"""

import hashlib
import json
import pathlib
from typing import Any

from maskgan_jax.common import errors, files
from maskgan_jax.datasets.masked_faces import reader
from maskgan_jax.evaluation import report
from maskgan_jax.networks import loaded

_FILE = "subject.json"


def of(
  networks: loaded.LoadedNetworks, data_dir: str, split: str
) -> dict[str, Any]:
  """Returns the weights, the dataset and the settings, as subject.json has it.

  Args:
    networks: that are scored.
    data_dir: the dataset, told apart by all that its build noted.
    split: of it.

  Raises:
    errors.UserError: data_dir holds no finished dataset.
  """
  built = json.dumps(reader.metadata(data_dir), sort_keys=True)
  return {
    "weights_sha256": networks.weights_sha256,
    "step": int(networks.step),
    "dataset_sha256": hashlib.sha256(built.encode()).hexdigest(),
    "split": split,
    "measures": list(report.PARTS),
  }


def write(folder: pathlib.Path, subject: dict[str, Any]) -> None:
  """Writes what the scores in a folder are of."""
  files.write_json(folder / _FILE, subject)


def check(folder: pathlib.Path, subject: dict[str, Any]) -> None:
  """Raises a UserError if the folder holds the scores of something else."""
  path = folder / _FILE
  found = json.loads(path.read_text()) if path.exists() else {}
  differing = [
    f"{key} {_shown(found.get(key, 'unknown'))}, not {_shown(value)}"
    for key, value in subject.items()
    if found.get(key) != value
  ]
  if differing:
    raise errors.UserError(
      f"{folder} holds another evaluation: {'; '.join(differing)}. Give another"
      " --output_dir, or delete that folder."
    )


def _shown(value: Any) -> str:
  """As text; the beginning of a hash tells it from others."""
  is_hash = isinstance(value, str) and len(value) == 64
  return value[:12] if is_hash else str(value)
