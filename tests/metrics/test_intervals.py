import numpy as np
import pytest

from maskgan_jax.metrics import intervals


def test_confidence_interval_of_one_value_has_no_width():
  got = intervals.confidence_interval(np.full(5, 2.0), np.arange(5))
  assert got == {"mean": 2.0, "low": 2.0, "high": 2.0}


def test_confidence_interval_resamples_persons():
  values = np.random.default_rng(1).normal(size=20)
  alone = intervals.confidence_interval(values, np.arange(20))
  # The same pictures ten times over say nothing new about people.
  repeated = intervals.confidence_interval(
    np.repeat(values, 10), np.repeat(np.arange(20), 10)
  )
  assert repeated["low"] == pytest.approx(alone["low"])
  assert repeated["high"] == pytest.approx(alone["high"])
  many = intervals.confidence_interval(np.repeat(values, 10), np.arange(200))
  assert many["high"] - many["low"] < 0.5 * (alone["high"] - alone["low"])
  # About 1.96 standard errors on each side.
  width = alone["high"] - alone["low"]
  expected = 2 * 1.96 * values.std() / np.sqrt(20)
  assert width == pytest.approx(expected, rel=0.1)


def test_confidence_interval_resamples_runs():
  values = np.random.default_rng(1).normal(size=20)
  persons = np.arange(20)
  alone = intervals.confidence_interval(values, persons)
  # A run that repeats another to the bit tells of no variance between runs.
  assert intervals.confidence_interval(
    np.stack([values, values]), persons
  ) == pytest.approx(alone)
  # Runs that differ in all pictures do, and no number of persons helps.
  runs = np.stack([values * 0.01 + shift for shift in (-1, 0, 1, 2)])
  got = intervals.confidence_interval(runs, persons)
  assert got["mean"] == pytest.approx(0.5 + 0.01 * values.mean())
  expected = 2 * 1.96 * np.std([-1, 0, 1, 2]) / np.sqrt(4)
  assert got["high"] - got["low"] == pytest.approx(expected, rel=0.1)


def test_confidence_interval_leaves_nan_out():
  got = intervals.confidence_interval(
    np.array([1.0, np.nan, 1.0]), np.array(["a", "b", "c"])
  )
  assert got["mean"] == 1.0
  two = intervals.confidence_interval(
    np.array([[1.0, np.nan], [3.0, np.nan]]), np.array(["a", "b"])
  )
  assert two == {"mean": 2.0, "low": 1.0, "high": 3.0}
  nothing = intervals.confidence_interval(np.array([np.nan]), np.array(["a"]))
  assert nothing == {"mean": None, "low": None, "high": None}


def test_draws_that_hold_no_value_are_left_out():
  # Each of two runs knows another person: half the draws hold nothing.
  values = np.array([[1.0, np.nan], [np.nan, 3.0]])
  got = intervals.confidence_interval(values, np.array(["a", "b"]))
  assert got == {"mean": 2.0, "low": 1.0, "high": 3.0}


def test_confidence_interval_wants_a_person_for_each_value():
  with pytest.raises(ValueError, match="one person for each value"):
    intervals.confidence_interval(np.zeros(3), np.zeros(2))
  with pytest.raises(ValueError, match="one person for each value"):
    intervals.confidence_interval(np.zeros((2, 3)), np.zeros(2))
