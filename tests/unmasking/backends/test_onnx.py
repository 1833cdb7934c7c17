import hashlib
import importlib.util
import sys

import numpy as np
import pytest

from maskgan_jax.common import errors
from maskgan_jax.exporting import write
from maskgan_jax.networks import loaded
from maskgan_jax.unmasking.backends import jax
from maskgan_jax.unmasking.backends import onnx as onnx_lib
from tests.fakes import networks as small_networks

needs_runtime = pytest.mark.skipif(
  not importlib.util.find_spec("onnxruntime"),
  reason="onnxruntime not installed (requirements/onnx.txt)",
)


@pytest.fixture(scope="module")
def both(tmp_path_factory):
  """The same networks by onnxruntime and by JAX."""
  for package in ("onnxruntime", "jax2onnx"):
    if not importlib.util.find_spec(package):
      pytest.skip(f"{package} not installed (requirements/export.txt)")
  networks = small_networks.with_landmarker(
    small_networks.load(small_networks.drawing_config())
  )
  path = tmp_path_factory.mktemp("onnx") / "model.onnx"
  with pytest.MonkeyPatch.context() as patch:
    patch.setattr(loaded, "load", lambda *_: networks)
    write.export(path, format="onnx")
    return path, onnx_lib.OnnxNetworks(path), jax.JaxNetworks()


def _assert_equal(found, expected):
  assert found.predicted.dtype == np.uint8
  assert found.probability.dtype == np.float32
  difference = found.predicted.astype(int) - expected.predicted
  assert np.abs(difference).max() <= 1
  np.testing.assert_allclose(
    found.probability, expected.probability, atol=1.01 / 255
  )


@pytest.mark.parametrize("count", [1, 3])
def test_it_answers_as_jax_does(both, count):
  _, by_onnx, by_jax = both
  crops = small_networks.pictures(count)
  landmarks = small_networks.landmarks(count)
  found = by_onnx(crops, landmarks=landmarks)
  _assert_equal(found, by_jax(crops, landmarks=landmarks))
  moved = by_onnx(crops, landmarks=landmarks + 8)
  assert (found.predicted != moved.predicted).mean() > 0.1


def test_landmarks_may_not_be_known(both):
  _, by_onnx, by_jax = both
  crops = small_networks.pictures(2)
  landmarks = small_networks.landmarks(2)
  landmarks[0] = np.nan
  found = by_onnx(crops, landmarks=landmarks)
  _assert_equal(found, by_jax(crops, landmarks=landmarks))
  # That is what is taken where none are given.
  none = by_onnx(crops)
  np.testing.assert_array_equal(none.predicted[0], found.predicted[0])
  assert (none.predicted[1] != found.predicted[1]).mean() > 0.1


def test_masks_made_by_hand(both):
  _, by_onnx, by_jax = both
  crops = small_networks.pictures(3)
  given = np.zeros((3, small_networks.SIZE, small_networks.SIZE, 1), np.float32)
  given[0, 20:50, 10:40] = 1
  given[1, :30] = 1
  landmarks = small_networks.landmarks(3)
  found, expected = (
    networks(crops, given, landmarks) for networks in (by_onnx, by_jax)
  )
  _assert_equal(
    found._replace(predicted=found.predicted[:2]),
    expected._replace(predicted=expected.predicted[:2]),
  )
  own = by_onnx(crops, landmarks=landmarks)
  assert (found.predicted[0] != own.predicted[0]).mean() > 0.1
  # Where nothing is white the mask that is found is completed.
  np.testing.assert_array_equal(found.predicted[2], own.predicted[2])


def test_what_others_need_to_know(both):
  path, by_onnx, by_jax = both
  assert by_onnx.structure and by_jax.structure
  assert by_onnx.hidden_reach == by_jax.hidden_reach == 0.06
  assert by_onnx.image_size == small_networks.SIZE
  assert by_onnx.max_batch == 8
  digest = hashlib.sha256(path.read_bytes()).hexdigest()
  assert by_onnx.weights_sha256 == digest


def test_a_missing_file(tmp_path):
  with pytest.raises(
    errors.UserError, match="none.onnx: no such file. Write it with maskgan exp"
  ):
    onnx_lib.OnnxNetworks(tmp_path / "none.onnx")


@needs_runtime
def test_a_file_that_is_no_onnx(tmp_path):
  path = tmp_path / "text.onnx"
  path.write_text("not a graph")
  with pytest.raises(
    errors.UserError, match="text.onnx: onnxruntime cannot read it .* Write it"
  ):
    onnx_lib.OnnxNetworks(path)


@needs_runtime
def test_a_file_of_other_networks(tmp_path):
  onnx = pytest.importorskip("onnx", reason="onnx (requirements/export.txt)")
  helper, kind = onnx.helper, onnx.TensorProto.FLOAT
  ends = [helper.make_tensor_value_info(x, kind, [1]) for x in ("a", "b")]
  graph = helper.make_graph(
    [helper.make_node("Neg", ["a"], ["b"])], "negative", ends[:1], ends[1:]
  )
  path = tmp_path / "other.onnx"
  opset = [helper.make_opsetid("", 17)]
  model = helper.make_model(graph, opset_imports=opset, ir_version=8)
  path.write_bytes(model.SerializeToString())
  message = (
    "other.onnx takes a and gives b; needed are masked_image and given_mask,"
    " and completed_image, mask, predicted_image. Write it with this version's"
  )
  with pytest.raises(errors.UserError, match=message):
    onnx_lib.OnnxNetworks(path)


def test_onnxruntime_is_asked_for(tmp_path, monkeypatch):
  path = tmp_path / "model.onnx"
  path.write_text("")
  monkeypatch.setitem(sys.modules, "onnxruntime", None)
  with pytest.raises(
    errors.UserError,
    match=r'onnxruntime is not installed: pip install "maskgan_jax\[onnx\]"',
  ):
    onnx_lib.OnnxNetworks(path)
