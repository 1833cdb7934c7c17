import pytest

from maskgan_jax.common import tables


def test_a_table():
  assert tables.markdown(("a", "b"), [(1, "x"), (2.5, "")]) == (
    "| a | b |\n|---|---|\n| 1 | x |\n| 2.5 |  |"
  )


def test_rows_must_fit():
  with pytest.raises(ValueError, match="1 cells for 2 columns"):
    tables.markdown(("a", "b"), [(1,)])


def test_numbers_and_intervals():
  assert tables.number(1.25, 1) == "1.2" and tables.number(None, 1) == "-"
  assert tables.number(1.0, 2, "+") == "+1.00"
  found = {"mean": 0.5, "low": -1.0, "high": 2.0}
  assert tables.interval(found, 1) == "0.5 (-1.0-2.0)"
  shown = tables.interval(found, 1, sign="+", between=" to ")
  assert shown == "+0.5 (-1.0 to +2.0)"
  assert tables.interval(found | {"low": None, "high": None}, 1) == "0.5"
  assert tables.interval(dict.fromkeys(found), 1) == "-"
