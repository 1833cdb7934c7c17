"""Steps of a build on a runner of Apache Beam."""

import math
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

import cv2
import tensorflow_datasets as tfds

from maskgan_jax.common import errors, optional
from maskgan_jax.datasets.masked_faces.engines import interface, spool

_In = TypeVar("_In")
_Out = TypeVar("_Out")

# What a Beam worker takes at once: seconds of work.
_CHUNK = 16
# Beam runs several threads in a process; the networks that find faces take
# one at a time. More processes, not threads, make it faster.
_LOCK = threading.Lock()


class Beam:
  """Runs steps on a runner of Apache Beam.

  Items and results go through the spool, so that neither the pipeline's
  description nor this process's memory grows with what is in them.
  """

  def __init__(self, runner: Any, options: Any, values: spool.Spool):
    self._runner = runner
    self._options = options
    self._spool = values

  def map(
    self, label: str, function: Callable[[_In], _Out], items: Sequence[_In]
  ) -> Iterator[_Out]:
    """As `interface.Engine.map`; a pipeline runs to its end first."""
    import apache_beam as beam

    step = _Step(label, function, self._spool)
    count = step.put_items(items)
    with beam.Pipeline(runner=self._runner, options=self._options) as pipeline:
      _ = pipeline | _spread(count) | beam.Map(step.keep_results)
    for number in range(count):
      yield from step.results(number)

  def examples(
    self,
    label: str,
    function: Callable[[_In], Iterable[interface.Example]],
    items: Sequence[_In],
  ) -> Any:
    """As `interface.Engine.examples`; returns a `beam.PTransform`."""
    import apache_beam as beam

    step = _Step(label, function, self._spool)
    return (
      _spread(step.put_items(items))
      | beam.FlatMap(step.run)
      | beam.FlatMap(iter)
    )


class _Step:
  """A function and its items, in numbered chunks; it pickles small."""

  def __init__(self, label, function, values):
    self._label = label
    self._function = function
    self._spool = values

  def put_items(self, items):
    """Keeps the items and returns the number of their chunks."""
    count = math.ceil(len(items) / _CHUNK)
    for number in range(count):
      chunk = items[number * _CHUNK : (number + 1) * _CHUNK]
      self._spool.put(f"{self._label}: items {number}", chunk)
    return count

  def run(self, number):
    """Yields the function's results for a chunk."""
    cv2.setNumThreads(1)
    for item in self._spool.get(f"{self._label}: items {number}"):
      with _LOCK:
        result = self._function(item)
      yield result

  def keep_results(self, number):
    """As `run`, for `results` to read elsewhere."""
    self._spool.put(f"{self._label}: results {number}", list(self.run(number)))

  def results(self, number):
    return self._spool.get(f"{self._label}: results {number}")


def _spread(count):
  """A transform that gives the numbers of chunks to all workers."""
  import apache_beam as beam

  return beam.Create(range(count)) | beam.Reshuffle()


def config(
  runner: str | None, options: Sequence[str], num_processes: int
) -> tfds.download.DownloadConfig:
  """Returns what TFDS takes to build on a Beam runner, or without one.

  Args:
    runner: as Beam calls it, such as DirectRunner; None for no Beam.
    options: the runner's, each as NAME or NAME=VALUE. DirectRunner works on
      `num_processes` processes unless they say otherwise.
    num_processes: see `options`.

  Raises:
    errors.UserError: Beam is not installed, the runner is unknown or lacks a
      package, or an option is not one of Beam's.
  """
  if not runner:
    if options:
      raise errors.UserError(
        f"--beam_options={','.join(options)} is for a Beam runner. Name it too:"
        " --beam_runner=DirectRunner."
      )
    return tfds.download.DownloadConfig()
  pipeline_options = optional.load(
    "apache_beam.options.pipeline_options",
    f"--beam_runner={runner} needs it. {optional.install('beam')}.",
  )
  known = pipeline_options.StandardOptions.KNOWN_RUNNER_NAMES
  if runner not in known:
    raise errors.UserError(
      f"--beam_runner={runner} is unknown; Beam's runners are"
      f" {', '.join(known)}."
    )
  if runner == "DirectRunner":
    options = [
      "direct_running_mode=multi_processing",
      # Otherwise workers log every step.
      "default_sdk_harness_log_level=ERROR",
      f"direct_num_workers={num_processes}",
      *options,
    ]
  parsed = pipeline_options.PipelineOptions(
    [f"--{option}" for option in (f"runner={runner}", *options)]
  )
  # Beam itself only logs that it ignores them.
  unknown = set(parsed.get_all_options(retain_unknown_options=True)) - set(
    parsed.get_all_options()
  )
  if unknown:
    raise errors.UserError(
      f"--beam_options: {', '.join(sorted(unknown))} is none of Beam's options."
      " Correct its name, or leave it out."
    )
  return tfds.download.DownloadConfig(beam_options=parsed)
