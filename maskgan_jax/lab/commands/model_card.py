"""Makes the tables of MODEL_CARD.md and README.md anew.

  python scripts/model_card.py

They are what the card of the released weights says, compact.json. What stands
between the markers <!-- table: NAME --> and <!-- end --> is replaced.
"""

import json
import pathlib

from maskgan_jax.lab import model_card

ROOT = pathlib.Path(__file__).parents[3]
CARD = ROOT / "maskgan_jax" / "networks" / "weights" / "compact.json"
DOCUMENTS = (ROOT / "MODEL_CARD.md", ROOT / "README.md")

GROUPS = {}


def main() -> None:
  """Writes the documents."""
  scores = json.loads(CARD.read_text())["scores"]
  for path in DOCUMENTS:
    model_card.write(path, scores)
    print(f"{path}: tables made of {CARD.name}")
