import numpy as np
import pytest

from maskgan_jax.faces import anatomy
from maskgan_jax.networks import report_rule
from maskgan_jax.unmasking import mask_report

LIKELY = np.full((8, 8), 0.9, np.float32)


@pytest.fixture(autouse=True)
def rule(monkeypatch):
  """A mask is as likely as the mean probability."""

  class Mean(report_rule.Rule):
    def likelihood(self, probability):
      return float(probability.mean())

  made = Mean(0.0, {}, unsure_from=0.3, yes_from=0.8)
  monkeypatch.setattr(report_rule, "fitted", lambda: made)


def turned(degrees):
  points = np.zeros((anatomy.NUM_LANDMARKS, 3))
  angle = np.radians(degrees)
  points[anatomy.LEFT_CHEEK] = np.cos(angle), 0, np.sin(angle)
  return points


@pytest.mark.parametrize(
  ("likelihood", "answer"),
  [(0.9, "yes"), (0.5, "unsure"), (0.2, "no")],
)
def test_three_answers(likelihood, answer):
  found = mask_report.of_probability(np.full((8, 8), likelihood), turned(0))
  assert found.answer == answer
  assert found.likelihood == pytest.approx(likelihood)
  assert found.reason == f"a mask is {likelihood:.1%} likely"


@pytest.mark.parametrize("side", [-1, 1])
def test_faces_turned_too_far_are_unsure(side):
  found = mask_report.of_probability(LIKELY, turned(side * 62))
  assert found.answer == "unsure"
  assert found.reason == (
    "a mask is 90.0% likely, but the face is turned by 62 degrees, and the"
    " networks learned from at most 50"
  )
  assert mask_report.of_probability(LIKELY, turned(side * 48)).answer == "yes"
  bare = mask_report.of_probability(0.1 * LIKELY, turned(side * 62))
  assert bare.answer == "no" and "turned" not in bare.reason


def test_a_given_mask_is_taken_whatever_its_size():
  mask = np.zeros((256, 256), np.float32)
  assert mask_report.of_given(mask) == (
    "no",
    0.0,
    "the mask that was given lies elsewhere",
  )
  mask[200, 100] = 1
  assert mask_report.of_given(mask) == ("yes", 1.0, "the mask was given")


def test_force_completes_what_there_is():
  weak = np.full((8, 8), 0.25, np.float32)
  report = mask_report.of_probability(weak, turned(0))
  found = mask_report.forced(report, weak)
  assert found.answer == "unsure" and found.likelihood == 0.25
  assert found.reason == (
    "a mask is 25.0% likely, completed because it was asked for"
  )
  nothing = np.full((8, 8), 0.1, np.float32)
  report = mask_report.of_probability(nothing, turned(0))
  found = mask_report.forced(report, nothing)
  assert found.answer == "no"
  assert found.reason == "a mask is 10.0% likely: no pixel looks like one"
  sure = mask_report.of_probability(LIKELY, turned(0))
  assert mask_report.forced(sure, LIKELY) is sure
