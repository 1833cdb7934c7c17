import jax
import jax.numpy as jnp
import numpy as np
import pytest

from maskgan_jax.metrics import overlap

TOP = np.zeros((4, 4), bool)
TOP[:2] = True


@pytest.mark.parametrize("array", [np.asarray, jnp.asarray])
@pytest.mark.parametrize(
  ("first", "second", "iou", "f1"),
  [
    (TOP, TOP, 1, 1),
    (TOP, ~TOP, 0, 0),
    (TOP, TOP | True, 1 / 2, 2 / 3),
    (TOP & False, TOP & False, np.nan, np.nan),
  ],
)
def test_known_overlaps(array, first, second, iou, f1):
  first, second = array(first), array(second)
  np.testing.assert_allclose(overlap.iou(first, second), iou, rtol=1e-6)
  np.testing.assert_allclose(overlap.f1(first, second), f1, rtol=1e-6)


def test_along_axes_and_compiled():
  first = np.stack([TOP, ~TOP, TOP & False])
  second = np.stack([TOP, TOP, TOP & False])
  for measure in (overlap.iou, overlap.f1):
    compiled = jax.jit(lambda a, b, measure=measure: measure(a, b, (1, 2)))
    for found in (measure(first, second, (1, 2)), compiled(first, second)):
      np.testing.assert_allclose(found, [1, 0, np.nan])
