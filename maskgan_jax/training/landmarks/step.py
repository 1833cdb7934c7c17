"""The landmarker's train step."""

from collections.abc import Callable

import jax
import jax.numpy as jnp

from maskgan_jax.networks import images
from maskgan_jax.training import parallel
from maskgan_jax.training import state as state_lib
from maskgan_jax.training.landmarks import batches, losses
from maskgan_jax.training.step import learner as learner_lib

Metrics = dict[str, jax.Array]


def make_train_step(
  learner: learner_lib.Learner,
) -> Callable[
  [state_lib.TrainState, batches.Batch, jax.Array],
  tuple[state_lib.TrainState, Metrics],
]:
  """Returns the pure step (state, batch, key) -> (state, metrics).

  The key is not used: what is random, the batches hold.

  Args:
    learner: the landmarker and how it learns.
  """

  def loss(params, batch):
    found = learner.module.apply(
      {"params": params}, images.to_float(batch.image), train=True
    )
    parts = losses.of(found, batch.points, batch.has_face)
    return parts.total, parts

  def train_step(state, batch, key):
    del key
    network = state.networks["landmarker"]
    grads, parts = jax.grad(loss, has_aux=True)(network.params, batch)
    network, norm = learner.update(
      network, grads=grads, stats=network.stats, step=state.step
    )
    metrics = {
      "points_loss": parts.points,
      "corners_loss": parts.corners,
      "face_loss": parts.face,
    }
    metrics = parallel.mean(metrics, learner.axis_name)
    metrics["gradient_norm"] = norm
    state = state._replace(
      step=state.step + jnp.int32(1), networks={"landmarker": network}
    )
    return state, metrics

  return train_step
