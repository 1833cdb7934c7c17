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
# The chin of an aligned face is above this share of the crop's height. Below it
# are collars, which are taken for masks more than anything else.
_CHIN = 0.85
# A probability from which a pixel is surely mask.
_SURE_FROM = 0.95
# A share of the crop that is next to nothing: 14 by 14 px at 256.
_LITTLE = 0.003
FEATURES = ("sure_area", "height", "sharpness")
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


def features(probability: np.ndarray) -> dict[str, float]:
  """Returns what a mask is told from other things by.

  Args:
    probability: [H, W] in [0, 1]. It is rounded to 255ths, as an exported
      network gives it: elsewhere nothing has to be rounded.

  Returns:
    By name. sure_area: logarithm of the share of the crop that is surely mask,
    above the chin's edge. height: likewise, of what is likely, as a share of
    the crop's. sharpness: mean slope of the probability, a pixel, each weighed
    by itself; less where all edges together are not longer than the crop.
  """
  # In float32, as `exporting` rounds.
  p = np.round(255 * np.asarray(probability, np.float32)) / np.float64(255)
  down, across = np.gradient(p)
  slope = np.hypot(down, across)
  face = p[: round(_CHIN * len(p))]
  sure = (face > _SURE_FROM).sum() / p.size
  # An edge of length L has slopes whose sum is L.
  crop_side = 1 / len(p)
  return {
    "sure_area": float(np.log(sure + _LITTLE)),
    "height": float(face.max(axis=1).sum() / len(p)),
    "sharpness": float((slope**2).mean() / (slope.mean() + crop_side)),
  }
