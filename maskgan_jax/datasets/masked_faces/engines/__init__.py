"""What runs the steps of a build: processes of this machine, or Apache Beam."""

import contextlib
from collections.abc import Iterator

import tensorflow_datasets as tfds

from maskgan_jax.common import processes as processes_lib
from maskgan_jax.datasets.masked_faces.engines import (
  beam,
  interface,
  processes,
  spool,
)


@contextlib.contextmanager
def start(
  config: tfds.download.DownloadConfig | None,
  num_processes: int,
  values: spool.Spool,
) -> Iterator[interface.Engine]:
  """Starts what a build runs on, and ends it.

  Args:
    config: Beam is used if it names a beam_runner or beam_options.
    num_processes: without Beam, how many do the work.
    values: where Beam keeps what goes from one worker to another.
  """
  if config and (config.beam_runner or config.beam_options):
    yield beam.Beam(config.beam_runner, config.beam_options, values)
  else:
    with processes_lib.Workers(num_processes) as pool:
      yield processes.Processes(pool)
