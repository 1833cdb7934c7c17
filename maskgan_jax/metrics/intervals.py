"""Bootstrap intervals of means over people."""

import numpy as np


def confidence_interval(
  values: np.ndarray, persons: np.ndarray, *, num_resamples: int = 2000
) -> dict[str, float | None]:
  """The mean and its 95 % interval, by a bootstrap over persons and runs.

  Pictures of one person are not independent, so that whole persons are drawn,
  with replacement (cluster bootstrap, percentile interval); of several runs
  that scored the same pictures, runs are drawn as well, independently (the
  pigeonhole bootstrap of Owen, 2007). NaN values are left out. The same input
  gives the same interval.

  Args:
    values: [N], one per image, or [R, N], of R runs.
    persons: [N], who is on it.
    num_resamples: number of draws.

  Returns:
    {"mean", "low", "high"}, all None if no value is left.

  Raises:
    ValueError: if the lengths differ.
  """
  values = np.asarray(values, np.float64)
  persons = np.asarray(persons)
  if values.ndim not in (1, 2) or values.shape[-1:] != persons.shape:
    raise ValueError(
      f"values has shape {values.shape} and persons {persons.shape}; give one"
      " person for each value."
    )
  values = np.atleast_2d(values)
  kept = ~np.isnan(values)
  if not kept.any():
    return {"mean": None, "low": None, "high": None}
  mean = float(values[kept].mean())
  some = kept.any(axis=0)
  values, kept = np.where(kept, values, 0.0)[:, some], kept[:, some]
  _, person = np.unique(persons[some], return_inverse=True)
  # [R, P], of each run and person.
  sums = np.stack([np.bincount(person, weights=x) for x in values])
  counts = np.stack([np.bincount(person, weights=x) for x in kept])
  rng = np.random.default_rng(0)

  def draw(count):
    """How often each of so many is drawn, [num_resamples, count]."""
    drawn = rng.integers(count, size=(num_resamples, count))
    return np.stack([np.bincount(x, minlength=count) for x in drawn])

  persons_drawn, runs_drawn = draw(sums.shape[1]), draw(len(sums))
  total, number = (
    (runs_drawn @ x * persons_drawn).sum(axis=1) for x in (sums, counts)
  )
  # Of several runs, a draw may hold none of the persons it has values of.
  some = number > 0
  low, high = np.percentile(total[some] / number[some], [2.5, 97.5])
  return {"mean": mean, "low": float(low), "high": float(high)}
