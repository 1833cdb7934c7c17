"""Whether a face's mask is reported, and why: yes, unsure or no."""

from typing import NamedTuple

import numpy as np

from maskgan_jax.faces import anatomy, usability
from maskgan_jax.networks import mask_postprocess, report_rule
from maskgan_jax.networks.report_rule import NO, UNSURE, YES

# Turned further than this, in degrees, no face was trained on.
MAX_TURN = usability.UsabilityRule().max_turn
_FORCED = "completed because it was asked for"


class MaskReport(NamedTuple):
  """The answer for one face.

  Attributes:
    answer: YES or UNSURE, and the face is completed; or NO.
    likelihood: of a mask, in [0, 1].
    reason: in words.
  """

  answer: str
  likelihood: float
  reason: str


def of_probability(
  probability: np.ndarray, landmarks: np.ndarray
) -> MaskReport:
  """Decides by what the segmenter found.

  Args:
    probability: of mask, [size, size] in [0, 1], of the crop that the
      landmarks ask for.
    landmarks: [468, 3].
  """
  rule = report_rule.fitted()
  likelihood = rule.likelihood(probability)
  answer = rule.answer(likelihood)
  reason = f"a mask is {likelihood:.1%} likely"
  turn = abs(anatomy.yaw(landmarks))
  if answer != NO and turn > MAX_TURN:
    answer = UNSURE
    reason += (
      f", but the face is turned by {turn:.0f} degrees, and the networks"
      f" learned from at most {MAX_TURN:.0f}"
    )
  return MaskReport(answer, likelihood, reason)


def of_given(mask: np.ndarray) -> MaskReport:
  """Reports a mask made by hand, whatever its size.

  Args:
    mask: [size, size], nonzero where to complete.
  """
  if mask.any():
    return MaskReport(YES, 1.0, "the mask was given")
  return MaskReport(NO, 0.0, "the mask that was given lies elsewhere")


def forced(report: MaskReport, probability: np.ndarray) -> MaskReport:
  """Completes in spite of a NO, where there is anything to complete.

  Args:
    report: what was decided.
    probability: of mask, [size, size] in [0, 1].
  """
  if report.answer != NO:
    return report
  if not mask_postprocess.completed_mask(probability).any():
    return report._replace(reason=f"{report.reason}: no pixel looks like one")
  return report._replace(answer=UNSURE, reason=f"{report.reason}, {_FORCED}")
