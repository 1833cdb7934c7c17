import dataclasses
import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from maskgan_jax.datasets import sample_faces
from maskgan_jax.faces import alignment
from maskgan_jax.networks import aligned_landmarks
from tests.fakes import networks as small_networks

_SIZE = 48


def _fixed(points, crops):
  return jnp.tile(jnp.array(points), (len(crops), 468, 1))


def _brightest(crops):
  """The middle of what is bright in rough crops, in shares of their side."""
  assert crops.shape[1:] == (_SIZE, _SIZE, 3)
  light = crops[..., 0] + 1.0
  # The centre of the first pixel is 0 of its size.
  places = jnp.arange(_SIZE)[None] / _SIZE
  total = light.sum(axis=(1, 2))
  x = (light.sum(axis=1) * places).sum(axis=1) / total
  y = (light.sum(axis=2) * places).sum(axis=1) / total
  found = jnp.stack([x, y, jnp.full_like(x, 0.1)], axis=-1)
  return jnp.tile(found[:, None], (1, 468, 1))


@pytest.mark.parametrize("side", [96, 128])
def test_what_is_found_lies_where_it_is(side):
  """However wide the rough crop and its pixels are."""
  places = np.array([[40, 30], [20, 70], [60, 60]])
  image = np.full((3, side, side, 3), -1.0, np.float32)
  for one, (x, y) in zip(image, places, strict=True):
    one[y - 2 : y + 3, x - 2 : x + 3] = 1.0
  find = functools.partial(aligned_landmarks.find, _brightest, size=_SIZE)
  found = np.asarray(jax.jit(find)(image))
  assert found.shape == (3, 468, 3) and found.dtype == np.float32
  np.testing.assert_allclose(
    found[..., :2], np.tile(places[:, None], (1, 468, 1)), atol=0.1
  )
  # Depth grows as width does.
  assert np.ptp(found[..., 2]) == 0
  np.testing.assert_allclose(found[..., 2], 0.1035 * side, rtol=1e-3)


def test_shares_of_the_rough_crop_are_places_in_the_aligned_one():
  image = jnp.zeros((2, 100, 100, 3))
  middle, corner = (
    aligned_landmarks.find(functools.partial(_fixed, x), image, _SIZE)[1, 0]
    for x in ([0.5, 0.5, 0.0], [1.0, 1.0, 0.0])
  )
  # Half a pixel of the rough crop beyond the middle of all.
  half = 0.5 * 103.5 / _SIZE
  np.testing.assert_allclose(middle, [49.5 + half, 52.3 + half, 0], atol=1e-4)
  np.testing.assert_allclose(corner - middle, [51.75, 51.75, 0], atol=1e-3)


def test_what_lies_beside_the_crop_is_black():
  seen = []

  def look(crops):
    seen.append(np.asarray(crops))
    return _fixed([0.5, 0.5, 0.0], crops)

  aligned_landmarks.find(look, jnp.full((1, 96, 96, 3), 0.5), _SIZE)
  [rough] = seen[0]
  np.testing.assert_allclose(rough[0, 1:-1], 0.5, atol=1e-5)
  np.testing.assert_allclose(rough[-1], -1.0, atol=1e-5)


@pytest.mark.parametrize("seed", range(4))
def test_the_rough_crop_is_that_of_whole_photos(seed):
  """It lies about the face as where the landmarker is used in photos."""
  points = sample_faces.paint(seed).landmarks
  aligned = alignment.transform_landmarks(
    points, alignment.crop_transform(points, 256)
  )
  middle = aligned_landmarks.find(
    functools.partial(_fixed, [0.5, 0.5, 0.0]), jnp.zeros((1, 256, 256, 3)), 64
  )[0, 0, :2]
  low, high = aligned[:, :2].min(0), aligned[:, :2].max(0)
  np.testing.assert_allclose((low + high) / 2, middle, atol=0.06 * 256)
  # Rough crops are 1.5 times as wide as the landmarks.
  assert 1.2 < aligned_landmarks._SIDE * 256 / (high - low).max() < 1.8


def test_networks_find_what_they_draw_along():
  networks = small_networks.with_landmarker(
    small_networks.load(small_networks.drawing_config())
  )
  crops = small_networks.pictures(2)
  found = networks.aligned_landmarks(crops)
  assert found.shape == (2, 468, 3) and np.isfinite(found).all()
  own = networks(crops).predicted_image
  np.testing.assert_allclose(
    own, networks(crops, landmarks=found).predicted_image, atol=1e-4
  )
  moved = networks(crops, landmarks=found + 8).predicted_image
  assert np.abs(own - moved).max() > 1e-3
  plain = dataclasses.replace(networks.model, landmarker=None)
  without = dataclasses.replace(networks, model=plain)
  assert np.isnan(without.aligned_landmarks(crops)).all()
