"""The card of the released weights, which is read without JAX."""

import json
import pathlib
from typing import Any

_PATH = pathlib.Path(__file__).parent / "weights" / "compact.json"


def scores() -> dict[str, Any]:
  """Returns how they were scored, as metrics.json has it; {} without a card."""
  if not _PATH.is_file():
    return {}
  return json.loads(_PATH.read_text())["scores"]
