"""Tiny networks and examples for what tries them under conditions."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from maskgan_jax.networks import mask_postprocess
from maskgan_jax.networks import predict as predict_lib
from maskgan_jax.training import batches


def _network(weights, shown, mask=None):
  """Finds what is grey, and fills it with a mean of what is visible."""
  probability = jax.nn.sigmoid(4.0 - 40.0 * shown.std(axis=-1, keepdims=True))
  if mask is None:
    mask = mask_postprocess.completed_mask(probability)
  visible = (weights * shown * (1.0 - mask)).mean(axis=(1, 2), keepdims=True)
  predicted = jnp.broadcast_to(jnp.tanh(visible), shown.shape)
  completed = mask_postprocess.complete(predicted, shown, mask)
  return predict_lib.Prediction(probability, predicted, completed)


@pytest.fixture
def predict():
  """A tiny network."""
  weights = 4.0 * jax.random.normal(jax.random.key(1), (1, 64, 64, 3))
  return jax.tree_util.Partial(_network, weights)


@pytest.fixture
def examples(built):
  source = batches.open_split(built[0], "train", 64)
  found = next(batches.eval_batches(source, 4)).batch
  return found._replace(mask=np.asarray(found.mask))
