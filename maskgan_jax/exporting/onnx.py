"""The networks as ONNX, as `unmasking.backends.onnx` reads it."""

import logging
import os

from maskgan_jax.common import optional
from maskgan_jax.exporting import completion, landmarks
from maskgan_jax.networks import loaded
from maskgan_jax.unmasking.backends import onnx as onnx_lib

# The converter comes without what it declares: requirements/jax2onnx.txt.
REMEDY = (
  f"{optional.install('export')}, then pip install --no-deps"
  ' "jax2onnx>=0.17.1,<0.18".'
)
# Inside the file: the masks made by hand, one for each face.
_EACH_MASK = "mask_of_each_face"


def encode(networks: loaded.LoadedNetworks, dtype: str) -> bytes:
  """Returns the content of a file that computes `completion.completion`.

  It takes the faces; their masks made by hand, which may be left out; and,
  where they are read, the landmarks.

  Raises:
    errors.UserError: as `completion.completion`, or a package is missing.
  """
  complete = completion.completion(networks, dtype)
  inputs = completion.inputs(networks)
  names = [onnx_lib.FACES, _EACH_MASK, onnx_lib.LANDMARKS][: len(inputs)]
  model = _convert(complete, inputs, names, onnx_lib.OUTPUTS)
  _make_mask_optional(model)
  about = model.metadata_props.add()
  about.key, about.value = (
    onnx_lib.HIDDEN_REACH,
    str(networks.model.hidden_reach),
  )
  model.doc_string = (
    "Takes the mask off aligned faces. What it completes is a guess, not the"
    " person's face: not for identification or as evidence."
  )
  return model.SerializeToString()


def encode_landmarks(networks: loaded.LoadedNetworks, dtype: str) -> bytes:
  """Returns the content of a file that computes `landmarks.landmarking`.

  Raises:
    errors.UserError: a package is missing.
  """
  model = _convert(
    landmarks.landmarking(networks, dtype),
    landmarks.inputs(networks),
    [onnx_lib.ROUGH_CROPS],
    onnx_lib.LANDMARK_OUTPUTS,
  )
  return model.SerializeToString()


def load(path: str | os.PathLike) -> completion.Completion:
  """Returns what an ONNX file computes of faces and, if read, landmarks.

  Raises:
    errors.UserError: onnxruntime is not installed.
  """
  networks = onnx_lib.OnnxNetworks(path)

  def complete(masked_image, landmarks=None):
    return networks.run(masked_image, None, landmarks)

  return complete


def load_landmarks(path: str | os.PathLike) -> landmarks.Landmarking:
  """Returns what the file of a landmarker computes, as `load` does."""
  return onnx_lib.OnnxLandmarker(path)


def _convert(function, inputs, input_names, output_names):
  """The model of a function, as jax2onnx makes it."""
  jax2onnx = optional.load("jax2onnx", REMEDY)
  # It warns of shapes that ONNX infers by itself.
  logging.getLogger("onnx_ir").setLevel(logging.ERROR)
  return jax2onnx.to_onnx(
    function,
    list(inputs),
    model_name="maskgan_jax",
    input_names=list(input_names),
    output_names=list(output_names),
  )


def _make_mask_optional(model) -> None:
  """Lets the masks made by hand be left out: ONNX inputs may have a default.

  A default has a fixed shape, here one empty pixel, which is spread over the
  faces. What is given in its stead has their shape already.
  """
  onnx = optional.load("onnx", REMEDY)
  graph, given = model.graph, onnx_lib.GIVEN_MASK
  [mask] = (x for x in graph.input if x.name == _EACH_MASK)
  graph.input.remove(mask)
  uint8, int64 = onnx.TensorProto.UINT8, onnx.TensorProto.INT64
  graph.input.append(
    onnx.helper.make_tensor_value_info(
      given, uint8, ("masks", "mask_height", "mask_width", 1)
    )
  )
  graph.initializer.extend(
    [
      onnx.helper.make_tensor(given, uint8, (1, 1, 1, 1), [0]),
      onnx.helper.make_tensor("mask_channels", int64, (1,), [1]),
    ]
  )
  spread = [
    onnx.helper.make_node(
      "Shape", [onnx_lib.FACES], ["number_and_sides"], end=3
    ),
    onnx.helper.make_node(
      "Concat", ["number_and_sides", "mask_channels"], ["mask_shape"], axis=0
    ),
    onnx.helper.make_node("Expand", [given, "mask_shape"], [_EACH_MASK]),
  ]
  for node in reversed(spread):
    graph.node.insert(0, node)
