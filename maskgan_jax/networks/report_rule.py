"""Decides whether a mask is reported: yes, unsure or no.

A logistic regression on a few features of the segmenter's probability, fitted
by scripts/fit_report_rule.py. It sees the probability in 255ths, as an exported
network gives it, so that every back end answers alike.
"""

import functools
import json
import pathlib
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

YES, UNSURE, NO = "yes", "unsure", "no"
RULE = pathlib.Path(__file__).parent / "weights" / "report_rule.json"


class Rule(NamedTuple):
  """What is fitted.

  Attributes:
    bias: log-odds of a face whose features are all 0.
    weights: log-odds a unit of each feature.
    unsure_from: likelihood from which a mask is completed.
    yes_from: likelihood from which it is sure.
  """

  bias: float
  weights: Mapping[str, float]
  unsure_from: float
  yes_from: float

  def likelihood(self, probability: np.ndarray) -> float:
    """Returns how likely a face wears a mask, in [0, 1].

    Args:
      probability: of mask, by pixel, [H, W] in [0, 1]; of the crop that the
        face's landmarks ask for.
    """
    found = features(probability)
    odds = self.bias + sum(w * found[name] for name, w in self.weights.items())
    return float(1 / (1 + np.exp(-odds)))

  def answer(self, likelihood: float) -> str:
    """Returns YES, UNSURE or NO."""
    if likelihood >= self.yes_from:
      return YES
    return UNSURE if likelihood >= self.unsure_from else NO


@functools.cache
def fitted() -> Rule:
  """Returns the rule that the project comes with."""
  fields = json.loads(RULE.read_text())
  return Rule(**{name: fields[name] for name in Rule._fields})


def is_reported(probability: np.ndarray) -> np.ndarray:
  """Whether a mask is reported, surely or not, on each of several crops.

  Args:
    probability: [B, H, W, 1] in [0, 1].

  Returns:
    [B], bool.
  """
  rule = fitted()
  return np.array(
    [
      rule.answer(rule.likelihood(one)) != NO
      for one in np.asarray(probability)[..., 0]
    ],
    bool,
  )


def in_255ths(probability: np.ndarray) -> np.ndarray:
  """Rounds a probability to what 8 bits hold; float64."""
  return np.round(255.0 * np.asarray(probability, np.float64)) / 255
