import cv2
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from configs import landmarker as landmarker_config
from maskgan_jax.common import errors
from maskgan_jax.faces import mesh
from maskgan_jax.networks import config as config_lib
from maskgan_jax.networks import landmarker
from maskgan_jax.training.landmarks import from_mesh


def _params(**changes):
  module = landmarker.Landmarker(**changes)
  example = jnp.zeros((1, mesh.MESH_SIZE, mesh.MESH_SIZE, 3))
  return module, jax.jit(module.init)(jax.random.key(0), example)["params"]


def test_the_configured_landmarker_finds_what_the_mesh_finds():
  model = config_lib.landmarker_of_training(landmarker_config.get_config())
  assert model.pop("image_size") == mesh.MESH_SIZE
  module, params = _params(**model)
  found = from_mesh.variables(params)["landmarker"]
  picture = np.random.default_rng(0).random((mesh.MESH_SIZE,) * 2 + (3,))
  picture = picture.astype(np.float32)
  points = jax.jit(module.apply)(
    {"params": found["params"]}, 2 * picture[None] - 1
  ).points[0]
  net = cv2.dnn.readNetFromTFLite(str(mesh.model_path()))
  net.setInput(cv2.dnn.blobFromImage(picture))
  expected = next(
    output
    for output in net.forward(net.getUnconnectedOutLayersNames())
    if output.size > 1
  )
  np.testing.assert_allclose(
    mesh.MESH_SIZE * points, expected.reshape(-1, 3), atol=2e-3
  )


def test_whether_there_is_a_face_is_not_the_meshs():
  _, params = _params()
  found = from_mesh.variables(params)["landmarker"]["params"]
  np.testing.assert_array_equal(
    found["face"]["kernel"], params["face"]["kernel"]
  )


def test_another_network_cannot_start_from_the_mesh():
  _, params = _params(features=(8, 8), num_blocks=(1, 1))
  with pytest.raises(errors.UserError, match='init_from is "mesh", but'):
    from_mesh.variables(params)
