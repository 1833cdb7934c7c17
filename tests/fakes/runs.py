"""A training run as it lies on the disk, saved without training."""

import contextlib
import pathlib

import jax
import jax.numpy as jnp
import ml_collections

from maskgan_jax.training import checkpoints as checkpoints_lib
from maskgan_jax.training import settings


def save(
  workdir: pathlib.Path, config: ml_collections.ConfigDict, seed: int = 0
) -> None:
  """Writes what a finished run leaves, but with networks drawn by chance."""
  checkpoints_lib.claim_workdir(workdir, config)
  state = jax.jit(lambda key: settings.initial_state(config, key))(
    jax.random.key(seed)
  )
  state = state._replace(step=jnp.int32(config.num_train_steps))
  with contextlib.closing(checkpoints_lib.Checkpoints(workdir)) as checkpoints:
    checkpoints.save(state, {"psnr_in_mask": 20.0})
