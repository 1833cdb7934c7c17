import numpy as np
import pytest

from maskgan_jax.metrics import frechet


def _gathered(features, parts=3):
  gaussian = frechet.Gaussian(features.shape[1])
  for part in np.array_split(features, parts):
    gaussian.add(part)
  return gaussian


def _features(seed, count=200, dimensions=6):
  rng = np.random.default_rng(seed)
  mixing = rng.normal(size=(dimensions, dimensions))
  return 3.0 + rng.normal(size=(count, dimensions)) @ mixing


def test_gathers_mean_and_covariance():
  features = _features(0)
  found = _gathered(features)
  assert found.count == 200
  np.testing.assert_allclose(found.mean, features.mean(0))
  np.testing.assert_allclose(found.covariance, np.cov(features.T))


def test_equal_sets_have_distance_zero():
  first = _gathered(_features(0))
  assert frechet.distance(first, first) == pytest.approx(0, abs=1e-9)


def test_a_shift_costs_its_square():
  features = _features(0)
  moved = features + np.array([3.0, 4.0, 0, 0, 0, 0])
  assert frechet.distance(
    _gathered(features), _gathered(moved)
  ) == pytest.approx(25)


def test_a_scale_costs_the_difference_of_the_deviations():
  """Independent directions: the sum of (s1 - s2)^2."""
  features = _features(1) - 3.0
  features -= features.mean(0)
  trace = np.trace(np.cov(features.T))
  found = frechet.distance(_gathered(features), _gathered(3 * features))
  assert found == pytest.approx((3 - 1) ** 2 * trace)


def test_agrees_with_the_matrix_root():
  scipy_linalg = pytest.importorskip("scipy.linalg")
  first, second = _features(0), _features(1)
  one, two = np.cov(first.T), np.cov(second.T)
  root = scipy_linalg.sqrtm(one @ two).real
  expected = np.square(first.mean(0) - second.mean(0)).sum()
  expected += np.trace(one + two - 2 * root)
  found = frechet.distance(_gathered(first), _gathered(second))
  assert found == pytest.approx(expected)
  assert found == pytest.approx(
    frechet.distance(_gathered(second), _gathered(first))
  )


def test_fewer_features_than_dimensions_are_enough():
  first, second = _features(0, count=4), _features(1, count=4)
  found = frechet.distance(_gathered(first), _gathered(second))
  assert np.isfinite(found) and found > 0


def test_one_feature_has_no_covariance():
  first, one = _gathered(_features(0)), _gathered(_features(1, count=1))
  with pytest.raises(ValueError, match="two features, got 200 and 1"):
    frechet.distance(first, one)
