"""The face mesh's parameters as those to start a landmarker from."""

from typing import Any

import cv2
import numpy as np
from flax import traverse_util

from maskgan_jax.common import errors
from maskgan_jax.faces import anatomy, mesh
from maskgan_jax.networks import landmarker

_NUM_BLOCKS = (2, 3, 3, 3, 3, 3)
# Of the model file's convolutions "conv2d_16", "conv2d_17", ...: those of its
# third to last and second to last pairs, and the last one, of the landmarks.
_NECK, _NECK_BLOCK, _POINTS = 18, 19, 20


def variables(params: dict[str, Any]) -> dict[str, dict[str, Any]]:
  """Returns a landmarker that finds what the face mesh finds.

  Blocks that the face mesh lacks change nothing.

  Args:
    params: a landmarker's; what says whether there is a face stays theirs.

  Returns:
    By network name, `params` and `batch_stats`.

  Raises:
    errors.UserError: the landmarker is not the face mesh, with or without
      further blocks.
  """
  own = traverse_util.flatten_dict(params, sep="/")
  found = _idle(own) | _mesh()
  if {k: x.shape for k, x in found.items()} != {
    k: x.shape for k, x in own.items()
  }:
    raise errors.UserError(
      'config.init_from is "mesh", but config.landmarker is another network'
      " than the face mesh. Take image_size, features and at least the"
      " num_blocks of configs/landmarker.py, or set config.init_from to"
      ' "".'
    )
  params = traverse_util.unflatten_dict(found, sep="/")
  return {"landmarker": {"params": params, "batch_stats": {}}}


def _idle(own: dict[str, Any]) -> dict[str, Any]:
  """The own parameters; blocks leave what is not negative as it is."""
  values = {}
  for name, x in own.items():
    x = np.asarray(x)
    if "/pointwise/" in name:
      x = np.zeros_like(x)
    elif name.endswith("relu/slope"):
      x = np.ones_like(x)
    values[name] = x
  return values


def _mesh() -> dict[str, np.ndarray]:
  """The model file's parameters by ours' names."""
  net = cv2.dnn.readNetFromTFLite(str(mesh.model_path()))
  layers = {
    name: net.getLayer(net.getLayerId(name)) for name in net.getLayerNames()
  }

  def blobs(kind, number):
    name = f"{kind}_{number}" if number else kind
    return layers[name].blobs

  found = {}

  def convolution(name, number):
    kernel, bias = blobs("conv2d", number)
    found[f"{name}/kernel"] = kernel.transpose(2, 3, 1, 0)
    found[f"{name}/bias"] = bias.reshape(-1)

  def relu(name, number):
    found[f"{name}/slope"] = blobs("p_re_lu", number)[0].reshape(-1)

  def block(name, number):
    kernel, bias = blobs("depthwise_conv2d", number)
    found[f"{name}/depthwise/kernel"] = kernel[:, 0].transpose(1, 2, 0)
    found[f"{name}/depthwise/bias"] = bias.reshape(-1)

  convolution("stem", 0)
  relu("stem_relu", 0)
  number = 0
  for level, count in enumerate(_NUM_BLOCKS):
    for k in range(count):
      name = f"level{level}_block{k}"
      block(name, number)
      number += 1
      convolution(f"{name}/pointwise", number)
      relu(f"{name}/relu", number)
  convolution("neck", _NECK)
  relu("neck_relu", _NECK)
  block("neck_block", number)
  convolution("neck_block/pointwise", _NECK_BLOCK)
  relu("neck_block/relu", _NECK_BLOCK)
  kernel, bias = blobs("conv2d", _POINTS)
  # From pixels of the crop to what the network's last layer stands for.
  scale = mesh.MESH_SIZE * landmarker.SPREAD
  kernel = kernel.transpose(2, 3, 1, 0).reshape(-1, len(bias)) / scale
  bias = bias.reshape(anatomy.NUM_LANDMARKS, 3) / scale
  bias -= np.array(landmarker.MIDDLE) / landmarker.SPREAD
  found["points/kernel"] = kernel
  found["points/bias"] = bias.reshape(-1).astype(np.float32)
  return found
