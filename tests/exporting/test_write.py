import dataclasses
import importlib.util
import sys

import jax
import numpy as np
import pytest

from maskgan_jax.common import errors
from maskgan_jax.exporting import completion, onnx, stablehlo, verify, write
from maskgan_jax.networks import images
from maskgan_jax.networks import loaded as loaded_lib
from maskgan_jax.networks.cpu_kernels import convolution, lowering
from tests.fakes import networks as small_networks

SIZE = small_networks.SIZE


def _needs(*packages):
  missing = [p for p in packages if not importlib.util.find_spec(p)]
  return pytest.mark.skipif(
    bool(missing),
    reason=f"{', '.join(missing)} not installed (requirements/export.txt)",
  )


needs_onnx = _needs("jax2onnx", "onnxruntime")
needs_flatbuffers = _needs("flatbuffers")
formats = pytest.mark.parametrize(
  "format",
  [
    pytest.param("onnx", marks=needs_onnx),
    pytest.param("stablehlo", marks=needs_flatbuffers),
  ],
)


@pytest.fixture(scope="module")
def config():
  return small_networks.config()


@pytest.fixture(scope="module")
def networks(config):
  return small_networks.load(config)


@pytest.fixture
def trained(networks, monkeypatch):
  monkeypatch.setattr(loaded_lib, "load", lambda *_: networks)


def _expected(networks, pictures):
  found = networks(pictures)
  return (
    np.asarray(images.to_uint8(found.completed_image), int),
    np.asarray(found.probability),
    np.asarray(images.to_uint8(found.predicted_image), int),
  )


def test_what_is_exported_is_what_the_networks_give(networks):
  pictures = small_networks.pictures(3)
  complete = jax.jit(completion.completion(networks))
  completed, mask, predicted = complete(pictures)
  assert completed.dtype == mask.dtype == predicted.dtype == np.uint8
  expected, probability, expected_whole = _expected(networks, pictures)
  assert (probability > 0.3).any() and (probability < 0.3).any()
  assert (expected != pictures).any()
  assert np.abs(np.asarray(completed, int) - expected).max() <= 1
  assert np.abs(np.asarray(predicted, int) - expected_whole).max() <= 1
  np.testing.assert_allclose(mask / 255, probability, atol=0.51 / 255)


def test_a_mask_made_by_hand_is_completed_instead(networks):
  pictures = small_networks.pictures(2)
  given = np.zeros((2, SIZE, SIZE, 1), np.uint8)
  given[0, 16:40, 16:40] = 255
  complete = jax.jit(completion.completion(networks))
  completed, mask, _ = complete(pictures, given)
  found = networks(pictures[:1], given[:1] / 255)
  expected = np.asarray(images.to_uint8(found.completed_image), int)
  assert np.abs(np.asarray(completed[:1], int) - expected).max() <= 1
  own_completed, own_mask, _ = complete(pictures)
  # An empty one is none, and what is found is told in any case.
  np.testing.assert_array_equal(completed[1], own_completed[1])
  np.testing.assert_array_equal(mask, own_mask)


def test_half_precision_is_of_the_weights_alone(networks):
  pictures = small_networks.pictures(2)
  _, mask, _ = jax.jit(completion.completion(networks, "float16"))(pictures)
  _, probability, _ = _expected(networks, pictures)
  assert 0 < np.abs(mask / 255 - probability).max() < 0.01


@formats
@pytest.mark.parametrize("dtype", completion.DTYPES)
def test_a_file_serves_any_number_of_faces(
  format, dtype, networks, tmp_path, monkeypatch
):
  # Weights that half precision holds, so that both files must be equal.
  exact = jax.tree.map(
    lambda x: x.astype(np.float16).astype(np.float32), networks.variables
  )
  networks = dataclasses.replace(networks, variables=exact)
  monkeypatch.setattr(loaded_lib, "load", lambda *_: networks)
  path = tmp_path / "new" / f"model.{format}"
  report = write.export(path, format=format, dtype=dtype)
  load = {"onnx": onnx.load, "stablehlo": stablehlo.load}
  model = load[format](path)
  for count in (1, 5):
    completed, mask, predicted = map(
      np.asarray, model(small_networks.pictures(count))
    )
    assert completed.dtype == mask.dtype == np.uint8
    assert mask.shape == (count, SIZE, SIZE, 1)
    expected, probability, expected_whole = _expected(
      networks, small_networks.pictures(count)
    )
    assert np.abs(completed.astype(int) - expected).max() <= 1
    assert np.abs(predicted.astype(int) - expected_whole).max() <= 1
    np.testing.assert_allclose(mask / 255, probability, atol=1.01 / 255)
  bytes_kept = sum(x.size for x in jax.tree.leaves(exact)) * (
    2 if dtype == "float16" else 4
  )
  assert bytes_kept < path.stat().st_size < bytes_kept + 200_000
  assert report.picture_difference <= 1 and report.milliseconds > 0
  assert [p.name for p in path.parent.iterdir()] == [path.name]


@pytest.fixture(scope="module")
def drawing():
  """Networks that draw along landmarks."""
  return small_networks.with_landmarker(
    small_networks.load(small_networks.drawing_config())
  )


def test_what_draws_along_landmarks_takes_them(drawing):
  pictures, landmarks = small_networks.pictures(2), small_networks.landmarks(2)
  complete = jax.jit(completion.completion(drawing))
  faces, _, points = completion.inputs(drawing)
  assert points.shape[1:] == (468, 3) and points.dtype == np.float32
  assert str(points.shape[0]) == str(faces.shape[0]) == "N"
  found = complete(pictures, None, landmarks)
  expected = drawing(pictures, landmarks=landmarks)
  for one, other in (
    (found[0], expected.completed_image),
    (found[2], expected.predicted_image),
  ):
    other = np.asarray(images.to_uint8(other), int)
    assert np.abs(np.asarray(one, int) - other).max() <= 1
  moved = complete(pictures, None, landmarks + 8)
  assert (np.asarray(moved[2]) != np.asarray(found[2])).mean() > 0.1


@formats
def test_a_file_draws_along_landmarks(format, drawing, tmp_path, monkeypatch):
  monkeypatch.setattr(loaded_lib, "load", lambda *_: drawing)
  path = tmp_path / f"model.{format}"
  report = write.export(path, format=format)
  assert report.picture_difference <= 1
  _, load = write.FORMATS[format]
  pictures, landmarks = small_networks.pictures(3), small_networks.landmarks(3)
  completed, _, predicted = map(np.asarray, load(path)(pictures, landmarks))
  expected = drawing(pictures, landmarks=landmarks)
  for one, other in (
    (completed, expected.completed_image),
    (predicted, expected.predicted_image),
  ):
    other = np.asarray(images.to_uint8(other), int)
    assert np.abs(one.astype(int) - other).max() <= 1


def test_an_existing_file_is_kept(trained, tmp_path):
  path = tmp_path / "model.onnx"
  path.write_text("precious")
  with pytest.raises(
    errors.UserError, match="model.onnx exists. Give another --output"
  ):
    write.export(path, format="onnx")
  assert path.read_text() == "precious"


def _zeros(x):
  return np.zeros_like(x), np.zeros_like(x[..., :1]), x


@needs_flatbuffers
def test_a_file_that_errs_is_not_kept(trained, tmp_path, monkeypatch):
  monkeypatch.setattr(
    write,
    "FORMATS",
    {"stablehlo": (stablehlo.encode, lambda _: _zeros)},
  )
  with pytest.raises(RuntimeError, match=r"differs by up to \d+ of 255 from"):
    write.export(tmp_path / "model", format="stablehlo")
  assert not list(tmp_path.iterdir())


@needs_flatbuffers
def test_a_folder_that_cannot_be(trained, tmp_path):
  (tmp_path / "file").write_text("")
  with pytest.raises(
    errors.UserError, match="model: cannot be written .* give anoth"
  ):
    write.export(tmp_path / "file" / "model", format="stablehlo")


@pytest.mark.parametrize(
  ("format", "package"), [("onnx", "jax2onnx"), ("stablehlo", "flatbuffers")]
)
def test_a_missing_package_is_named(
  format, package, trained, tmp_path, monkeypatch
):
  monkeypatch.setitem(sys.modules, package, None)
  with pytest.raises(
    errors.UserError,
    match=rf'{package} is not installed: pip install "maskgan_jax\[export\]"'
    '.*, then pip install --no-deps "jax2onnx>=',
  ):
    write.export(tmp_path / "model", format=format)


def test_noise_is_not_exported(networks):
  noisy = dataclasses.replace(networks.model, train_mode_at_test=True)
  with pytest.raises(errors.UserError, match="one face would depend on"):
    completion.completion(dataclasses.replace(networks, model=noisy))


def test_verified_faces_wear_masks_and_differ():
  found = verify.masked_faces(SIZE)
  assert found.shape == (4, SIZE, SIZE, 3) and found.dtype == np.uint8
  for i in range(1, 4):
    assert (found[i] != found[0]).mean() > 0.1


def test_plain_convolutions_ask_for_no_platform():
  x, kernel = np.ones((1, 4, 4, 64), "f"), np.ones((1, 1, 64, 2), "f")

  # Not one function: a trace is remembered.
  def chosen(x):
    return convolution.convolve(x, kernel)

  def plain(x):
    with lowering.plain():
      return convolution.convolve(x, kernel)

  assert "platform_index" in str(jax.make_jaxpr(chosen)(x))
  assert "platform_index" not in str(jax.make_jaxpr(plain)(x))
  np.testing.assert_allclose(chosen(x), plain(x), rtol=1e-6)


@formats
def test_the_landmarker_lies_beside(format, networks, tmp_path, monkeypatch):
  networks = small_networks.with_landmarker(networks)
  size = networks.model.landmark_size
  crops = small_networks.pictures(3)[:, :size, :size]
  monkeypatch.setattr(loaded_lib, "load", lambda *_: networks)
  path = tmp_path / f"model.{format}"
  write.export(path, format=format)
  beside = tmp_path / f"model.landmarker.{format}"
  assert {p.name for p in tmp_path.iterdir()} == {path.name, beside.name}
  _, load = write.LANDMARK_FORMATS[format]
  for found, expected in zip(
    load(beside)(crops), networks.landmarks(crops), strict=True
  ):
    np.testing.assert_allclose(found, expected, atol=0.01)
  path.unlink()
  with pytest.raises(errors.UserError, match="model.landmarker.* exists"):
    write.export(path, format=format)
