import numpy as np
import pytest

from maskgan_jax.common import errors
from maskgan_jax.lab import report_examples, report_fit
from maskgan_jax.networks import report_rule

SIZE = 64


def example(person, kind, rows, version="", likely=250):
  found = np.zeros((SIZE, SIZE), np.uint8)
  found[rows, 12:52] = likely
  return report_examples.Example(
    *(f"{person}.jpg", str(person), kind, 0, version, found, 0.0, True)
  )


def people(count=30):
  rng = np.random.default_rng(0)
  for person in range(count):
    height = int(rng.integers(12, 24))
    yield example(person, "mask", slice(30, 30 + height))
    yield example(person, "mask", slice(30, 29 + height), "JPEG 75")
    yield example(person, "bare", slice(0, 0))
    yield example(person, "scarf", slice(50, 62), likely=150)


def real(half, rows=slice(30, 50)):
  return example(f"real {half}", f"real {half}", rows)


def test_newtons_method_finds_the_least_loss():
  rng = np.random.default_rng(1)
  x = rng.normal(size=(4000, 2)) * [1.0, 3.0] + [5.0, 0.0]
  odds = 1.5 * (x[:, 0] - 5) - 0.5 * x[:, 1]
  y = rng.random(4000) < 1 / (1 + np.exp(-odds))
  bias, weights = report_fit.logistic_regression(x, y)
  # The bias is that of classes of equal weight, here nearly the true one.
  np.testing.assert_allclose(weights, [1.5, -0.5], rtol=0.15)
  assert bias == pytest.approx(-7.5, rel=0.15)


def test_masks_and_what_is_none_are_told_apart():
  examples = [*people(), real("odd"), real("even")]
  fitted = report_fit.fit(examples)
  assert set(fitted.rule.weights) == set(report_rule.FEATURES)
  table = report_fit.table(examples, fitted)
  assert table.splitlines()[2:] == [
    "| mask | 30 | 0 | 0 | 0 of 30 |",
    "| bare | 0 | 0 | 30 | 0 of 0 |",
    "| scarf | 0 | 0 | 30 | 0 of 0 |",
    "| real odd | 1 | 0 | 0 | 0 of 0 |",
    "| real even | 1 | 0 | 0 | 0 of 0 |",
  ]


def test_a_change_in_a_copy_is_counted():
  examples = [*people(), example(0, "mask", slice(0, 0), "JPEG 90")]
  fitted = report_fit.fit(examples)
  table = report_fit.table(examples, fitted)
  assert "| mask | 30 | 0 | 0 | 1 of 31 |" in table


def test_real_masks_decide_no_weight_and_the_odd_half_nothing():
  plain = report_fit.fit([*people()]).rule
  small = slice(30, 32)
  odd = report_fit.fit([*people(), real("odd", small)]).rule
  assert odd == plain
  even = report_fit.fit([*people(), real("even", small)]).rule
  assert even.weights == plain.weights and even.bias == plain.bias
  assert even.unsure_from < plain.unsure_from
  assert even.yes_from == plain.yes_from


def test_each_person_is_judged_by_a_fit_without_them():
  # One person's bare face looks like a mask: only fits without it say so.
  odd_one = example(99, "bare", slice(30, 50))
  examples = [*people(), odd_one]
  fitted = report_fit.fit(examples)
  own = fitted.rule.likelihood(odd_one.probability / 255)
  assert fitted.likelihood[-1] > own + 0.001


def test_without_people_nothing_is_fitted():
  with pytest.raises(errors.UserError, match="None of the validation people"):
    report_fit.fit([real("odd")])
