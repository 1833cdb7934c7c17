import types

import numpy as np
import pytest

from maskgan_jax import unmasking
from maskgan_jax.networks import images, loaded, predict
from maskgan_jax.unmasking.backends import jax

SIZE = 16
MODEL = {
  **{"image_size": SIZE, "structure": True, "hidden_reach": 0.05},
  "landmark_size": 0,
}


class FakeNetworks:
  """Predicts the negative, and finds a mask where the picture is bright."""

  weights_sha256 = "abc"

  def __init__(self, max_batch):
    self.model = types.SimpleNamespace(**MODEL)
    self.max_batch = max_batch
    self.seen, self.landmarks = [], []

  def __call__(self, masked_image, mask=None, landmarks=None):
    self.seen.append((len(masked_image), mask))
    self.landmarks.append(landmarks)
    bright = masked_image.max(axis=-1, keepdims=True) / np.float32(255)
    negative = -images.to_float(masked_image)
    return predict.Prediction(bright, negative, negative)


@pytest.fixture
def make(monkeypatch):
  def make(max_batch=8):
    fake = FakeNetworks(max_batch)
    monkeypatch.setattr(loaded, "load", lambda *_: fake)
    return jax.JaxNetworks(), fake

  return make


def _crops(count):
  rng = np.random.default_rng(0)
  return rng.integers(0, 256, (count, SIZE, SIZE, 3), np.uint8)


@pytest.mark.parametrize("count,padded", [(1, 1), (2, 2), (3, 4), (5, 8)])
def test_few_sizes_of_batches_are_compiled(count, padded, make):
  networks, fake = make()
  crops = _crops(count)
  found = networks(crops)
  assert [seen[0] for seen in fake.seen] == [padded]
  np.testing.assert_array_equal(found.predicted, 255 - crops)
  assert found.predicted.dtype == np.uint8
  np.testing.assert_allclose(
    found.probability, crops.max(axis=-1, keepdims=True) / 255, rtol=1e-6
  )


def test_given_masks_are_padded_alike(make):
  networks, fake = make()
  given = np.zeros((3, SIZE, SIZE, 1), np.float32)
  given[2] = 1
  networks(_crops(3), given)
  [(_, mask)] = fake.seen
  np.testing.assert_array_equal(mask.mean(axis=(1, 2, 3)), [0, 0, 1, 1])


def test_landmarks_are_padded_alike(make):
  networks, fake = make()
  landmarks = np.random.default_rng(0).random((3, 468, 3), np.float32)
  networks(_crops(3))
  networks(_crops(3), landmarks=landmarks)
  none, given = fake.landmarks
  assert none is None
  np.testing.assert_array_equal(given, landmarks[[0, 1, 2, 2]])


def test_what_others_need_to_know(make):
  networks, _ = make()
  assert networks.structure and networks.hidden_reach == 0.05
  assert (networks.image_size, networks.max_batch) == (SIZE, 8)
  assert networks.weights_sha256 == "abc"
  # Networks whose pictures depend on their batch see one at a time.
  assert make(max_batch=1)[0].max_batch == 1


def test_networks_that_are_loaded_are_not_loaded_again(monkeypatch):
  networks = loaded.LoadedNetworks(
    types.SimpleNamespace(**MODEL, train_mode_at_test=False),
    {},
    step=3,
    weights_sha256="abc",
  )
  monkeypatch.setattr(loaded, "load", None)
  found = jax.JaxNetworks(networks)
  assert (found.image_size, found.weights_sha256) == (SIZE, "abc")
  assert unmasking.Unmasker(networks=found).networks is found
