"""Scores the masks found on photos of people who really wear one.

  python scripts/score_real_masks.py --photos_dir=PHOTOS
  python scripts/score_real_masks.py --photos_dir=PHOTOS --workdir=runs/faces

Only photos whose masks were outlined by hand count; see
maskgan_jax/evaluation/real_masks.
"""

from absl import flags

from maskgan_jax import unmasking
from maskgan_jax.commands import shared_flags
from maskgan_jax.evaluation.real_masks import score

_PHOTOS_DIR = flags.DEFINE_string(
  "photos_dir", None, "The folder of the photos."
)
_NETWORKS = shared_flags.Networks()

GROUPS = {"Photos": (_PHOTOS_DIR,), "Networks": _NETWORKS.flags}
REQUIRED = (_PHOTOS_DIR,)


def main() -> None:
  """Prints the scores of each photo and their mean."""
  unmasker = unmasking.Unmasker(*_NETWORKS())
  scores = score.score(unmasker, _PHOTOS_DIR.value)
  for one in scores:
    yaw = "no face" if one.yaw is None else f"yaw {one.yaw:+.0f}"
    print(f"{one.name:20} {one.half:4}  IoU {one.iou:.3f}  {yaw}")
  print(f"\n{score.table(scores)}")
