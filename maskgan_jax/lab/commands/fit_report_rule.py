"""Fits the rule by which masks are reported: yes, unsure or no.

  python scripts/fit_report_rule.py --faces_dir=PHOTOS --real_dir=MASKED_PHOTOS

Masks, and things that are none, are drawn on the photos of validation people.
Photos of real masks decide no weight; the even half of the outlined ones may
lower a threshold. To be run again whenever the segmenter changes, or how faces
are found. It prints the answers by kind, and how many of them change in a copy
of the photo that no eye tells from it.
"""

from absl import flags

from maskgan_jax import unmasking
from maskgan_jax.commands import shared_flags
from maskgan_jax.common import files
from maskgan_jax.lab import report_examples, report_fit
from maskgan_jax.networks import loaded, report_rule

_FACES_DIR = flags.DEFINE_string(
  "faces_dir", None, "The folder of bare photos, with its manifest.csv."
)
_REAL_DIR = flags.DEFINE_string(
  "real_dir", None, "The folder of photos of real masks."
)
_OUTPUT = flags.DEFINE_string(
  "output", str(report_rule.RULE), "The rule to write; it is replaced."
)
_NETWORKS = shared_flags.Networks()

GROUPS = {
  "Photos": (_FACES_DIR, _REAL_DIR),
  "Output": (_OUTPUT,),
  "Networks": _NETWORKS.flags,
}
REQUIRED = (_FACES_DIR, _REAL_DIR)


def main() -> None:
  """Writes the rule and prints its answers."""
  unmasker = unmasking.Unmasker(*_NETWORKS())
  segment = report_examples.segment_with(loaded.load(*_NETWORKS()))
  examples = [
    *report_examples.of_people(unmasker, segment, _FACES_DIR.value),
    *report_examples.of_real_masks(unmasker, segment, _REAL_DIR.value),
  ]
  fitted = report_fit.fit(examples)
  files.write_json(_OUTPUT.value, fitted.rule._asdict())
  print(report_fit.table(examples, fitted))
  print(f"{_OUTPUT.value}: written.")
