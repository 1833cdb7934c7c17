import multiprocessing

import pytest

from maskgan_jax.common import processes


@pytest.mark.parametrize("num_processes", [1, 2])
def test_results_come_in_order(num_processes):
  with processes.Workers(num_processes) as pool:
    assert list(pool.map(abs, range(-40, 0))) == list(range(40, 0, -1))
    assert list(pool.map(abs, [])) == []


def test_items_are_drawn_as_they_are_needed():
  drawn = []

  def items():
    for i in range(1000):
      drawn.append(i)
      yield i

  with processes.Workers(2) as pool:
    next(pool.map(abs, items()))
    assert len(drawn) < 100


@pytest.mark.parametrize("num_processes", [1, 2])
def test_an_error_reaches_the_caller(num_processes):
  with processes.Workers(num_processes) as pool:
    with pytest.raises(ZeroDivisionError):
      list(pool.map((1).__truediv__, [1, 0]))


def test_no_process_is_left():
  with processes.Workers(2) as pool:
    list(pool.map(abs, range(4)))
  assert not multiprocessing.active_children()
