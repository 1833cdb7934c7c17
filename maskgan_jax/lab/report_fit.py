"""Fits the rule by which masks are reported, and says how well it does.

The weights are fitted to photos of validation people alone, and what is said of
these is cross-validated: of each person by a fit without that person. Photos of
real masks decide no weight. Their even half may lower the threshold.
"""

import collections
import hashlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from maskgan_jax.common import errors, tables
from maskgan_jax.lab import report_examples
from maskgan_jax.networks import report_rule

MASK, BARE = "mask", "bare"
_ANSWERS = (report_rule.YES, report_rule.UNSURE, report_rule.NO)
# The half of the real masks that a threshold may look at.
_DEVELOP = "real even"
# So many masks may be answered no, and bare faces not.
MISSED_MASKS, MISSED_BARE = 2, 1
_NUM_FOLDS = 5
# Of standardised features, against a mean log-likelihood.
_DECAY = 1e-3
_NUM_STEPS = 30


class Fitted(NamedTuple):
  """A rule, and how likely it finds a mask in each example.

  Attributes:
    rule: fitted to all people.
    likelihood: [N], cross-validated; of real masks the rule's own.
  """

  rule: report_rule.Rule
  likelihood: np.ndarray


def fit(examples: Sequence[report_examples.Example]) -> Fitted:
  """Fits a rule.

  Args:
    examples: of people, and of real masks.

  Raises:
    errors.UserError: no examples of people.
  """
  names = report_rule.FEATURES
  found = [report_rule.features(one.probability / 255) for one in examples]
  x = np.array([[one[name] for name in names] for one in found])
  y = np.array([one.kind == MASK for one in examples])
  drawn = np.array([not one.kind.startswith("real") for one in examples])
  if not drawn.any():
    raise errors.UserError(
      "None of the validation people's photos shows a face that a mask can be"
      " drawn on. Give more photos."
    )
  bias, weights = logistic_regression(x[drawn], y[drawn])
  odds = bias + x @ weights
  folds = np.array([_fold(one.person_id) for one in examples])
  for fold in range(_NUM_FOLDS):
    left_out = drawn & (folds == fold)
    if left_out.any():
      fitted = logistic_regression(x[drawn & ~left_out], y[drawn & ~left_out])
      odds[left_out] = fitted[0] + x[left_out] @ fitted[1]
  kinds = np.array([one.kind for one in examples])
  plain = np.array(
    [one.version == report_examples.AS_IT_IS for one in examples]
  )
  rule = report_rule.Rule(
    bias,
    dict(zip(names, weights.tolist(), strict=True)),
    *_thresholds(odds[plain], kinds[plain]),
  )
  return Fitted(rule, _likelihood(odds))


def _thresholds(odds: np.ndarray, kinds: np.ndarray) -> tuple[float, float]:
  """Returns the likelihoods from which an answer is unsure, and yes.

  Unsure lies in the middle, in log-odds, between the likeliest bare face and
  the least likely mask, real ones of the even half included; yes between the
  likeliest thing that is no mask and the least likely drawn one. The bare face
  and the masks that may be missed are left out.
  """
  masks = np.sort(odds[kinds == MASK])
  lowest = masks[min(MISSED_MASKS, len(masks) - 1)]
  real = odds[kinds == _DEVELOP]
  bare = np.sort(odds[kinds == BARE])
  highest = bare[-1 - min(MISSED_BARE, len(bare) - 1)]
  unsure = (highest + min([lowest, *real])) / 2
  other = odds[(kinds != MASK) & ~_real(kinds)].max()
  yes = max((other + lowest) / 2, unsure)
  return float(_likelihood(unsure)), float(_likelihood(yes))


def _real(kinds: np.ndarray) -> np.ndarray:
  return np.char.startswith(kinds, "real")


def _likelihood(odds):
  return 1 / (1 + np.exp(-odds))


def table(examples: Sequence[report_examples.Example], fitted: Fitted) -> str:
  """Returns the answers by kind, and how many change in a copy.

  Args:
    examples: of people, and of real masks.
    fitted: to them.
  """
  answers = [fitted.rule.answer(x) for x in fitted.likelihood.tolist()]
  first = {
    one[:4]: answer
    for one, answer in zip(examples, answers, strict=True)
    if one.version == report_examples.AS_IT_IS
  }
  copies = [
    (one.kind, answer != first[one[:4]])
    for one, answer in zip(examples, answers, strict=True)
    if one.version != report_examples.AS_IT_IS and one[:4] in first
  ]
  rows = []
  for kind in dict.fromkeys(one.kind for one in examples):
    counts = collections.Counter(
      answer for key, answer in first.items() if key[2] == kind
    )
    changed = [change for name, change in copies if name == kind]
    cells = [counts[x] for x in _ANSWERS]
    rows.append([kind, *cells, f"{sum(changed)} of {len(changed)}"])
  header = ["", *_ANSWERS, "changed in a copy"]
  return tables.markdown(header, rows)


def logistic_regression(
  x: np.ndarray, y: np.ndarray
) -> tuple[float, np.ndarray]:
  """Fits by Newton's method; both classes weigh alike.

  Args:
    x: [N, number of features].
    y: [N], bool.

  Returns:
    The bias, and the weights [number of features].
  """
  mean, scale = x.mean(0), x.std(0) + 1e-9
  design = np.column_stack([np.ones(len(x)), (x - mean) / scale])
  share = np.where(y, 0.5 / y.sum(), 0.5 / (~y).sum())
  decay = _DECAY * np.diag([0.0] + [1.0] * x.shape[1])
  w = np.zeros(design.shape[1])
  for _ in range(_NUM_STEPS):
    p = 1 / (1 + np.exp(-design @ w))
    slope = design.T @ (share * (p - y)) + decay @ w
    curve = (design * (share * p * (1 - p))[:, None]).T @ design + decay
    w -= np.linalg.solve(curve + 1e-9 * np.eye(len(w)), slope)
  weights = w[1:] / scale
  return float(w[0] - weights @ mean), weights


def _fold(person_id: str) -> int:
  digest = hashlib.sha256(person_id.encode()).hexdigest()
  return int(digest, 16) % _NUM_FOLDS
