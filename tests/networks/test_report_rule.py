import jax.numpy as jnp
import numpy as np
import pytest

from maskgan_jax.networks import report_rule

SIZE = 256


def probability(rows, columns, likely=0.97):
  x = np.zeros((SIZE, SIZE), np.float32)
  x[rows, columns] = likely
  return x


MASK = probability(slice(130, 230), slice(60, 196))
DOUBTFUL = probability(slice(130, 230), slice(60, 196), 0.6)
COLLAR = probability(slice(220, 256), slice(60, 196))
SPECK = probability(slice(150, 166), slice(120, 136))
NOTHING = np.zeros((SIZE, SIZE), np.float32)


def test_features_of_a_rectangle():
  found = report_rule.features(MASK)
  assert tuple(found) == report_rule.FEATURES
  # Rows from 218 on are below the chin.
  assert found["sure_area"] == pytest.approx(np.log(88 * 136 / SIZE**2 + 0.003))
  level = round(0.97 * 255) / 255
  assert found["height"] == pytest.approx(88 * level / SIZE)
  # An edge of one step has half its slope on either side.
  edge = 2 * (100 + 136) * level
  expected = edge * level / 2 / (edge + SIZE)
  assert found["sharpness"] == pytest.approx(expected, rel=0.01)
  doubtful = report_rule.features(DOUBTFUL)
  assert doubtful["sure_area"] == pytest.approx(np.log(0.003))
  assert doubtful["sharpness"] < 0.7 * found["sharpness"]
  assert report_rule.features(NOTHING)["sharpness"] == 0


def test_a_collar_below_the_chin_is_no_area():
  assert report_rule.features(COLLAR)["sure_area"] == pytest.approx(
    np.log(0.003)
  )
  assert report_rule.features(COLLAR)["height"] == 0


def test_both_back_ends_answer_alike():
  rng = np.random.default_rng(0)
  exact = rng.random((SIZE, SIZE)).astype(np.float32)
  exported = np.round(255 * exact).astype(np.uint8)
  assert report_rule.features(exact) == report_rule.features(
    exported.astype(np.float32) / 255
  )


def test_the_likelihood_is_a_logistic_regression():
  rule = report_rule.Rule(0.5, {"height": 2.0}, unsure_from=0.4, yes_from=0.8)
  level = round(0.97 * 255) / 255
  odds = 0.5 + 2.0 * 88 * level / SIZE
  assert rule.likelihood(MASK) == pytest.approx(1 / (1 + np.exp(-odds)))
  answers = [rule.answer(x) for x in (0.39, 0.4, 0.79, 0.8)]
  assert answers == ["no", "unsure", "unsure", "yes"]


def test_the_rule_that_the_project_comes_with():
  rule = report_rule.fitted()
  assert set(rule.weights) == set(report_rule.FEATURES)
  assert 0 < rule.unsure_from <= rule.yes_from < 1
  assert rule.answer(rule.likelihood(MASK)) == "yes"
  shown = np.stack([MASK, COLLAR, SPECK, NOTHING, DOUBTFUL * 0.5])[..., None]
  for batch in (shown, jnp.asarray(shown)):
    np.testing.assert_array_equal(
      report_rule.is_reported(batch), [True, False, False, False, False]
    )
