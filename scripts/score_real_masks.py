"""Scores the masks found on photos of people who really wear one.

  python scripts/score_real_masks.py --photos_dir=PHOTOS [--workdir=runs/faces]

Only photos whose masks were outlined by hand count; see
maskgan_jax/real_masks.py.
"""

import command
from absl import flags

from maskgan_jax.evaluation.real_masks import score
from maskgan_jax.unmasking import unmasker as unmasker_lib

_PHOTOS_DIR = flags.DEFINE_string("photos_dir", None, "The photos.")
_NETWORKS = command.define_networks()


def main() -> None:
  unmasker = unmasker_lib.Unmasker(*_NETWORKS())
  scores = score.score(unmasker, _PHOTOS_DIR.value)
  for one in scores:
    print(f"{one.name:20} IoU {one.iou:.3f}  yaw {one.yaw:+.0f}")
  print(f"\n{score.table(scores)}")


if __name__ == "__main__":
  flags.mark_flags_as_required(["photos_dir"])
  command.run(main)
