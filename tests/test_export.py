import importlib.util
import json
import subprocess
import sys

import jax
import numpy as np
import pytest

from configs import default
from maskgan_jax import errors, evaluate, export, factory, images, train_state
from maskgan_jax.models import convolution

SIZE = 64


def _needs(*packages):
  missing = [p for p in packages if not importlib.util.find_spec(p)]
  return pytest.mark.skipif(
    bool(missing),
    reason=f"{', '.join(missing)} not installed (requirements-export.txt)",
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
  c = default.get_config()
  c.image_size = SIZE
  c.segmenter.features = (8, 8)
  c.completion.features = (8, 16)
  c.completion.num_blocks = (1, 1)
  c.completion.attention_level = 1
  c.completion.scale = 2
  return c


@pytest.fixture(scope="module")
def evaluator(config):
  """Networks that were drawn by chance and find a mask here and there."""
  state = jax.jit(lambda key: factory.initial_state(config, key))(
    jax.random.key(0)
  )
  noise = iter(range(10_000))

  def shake(x):
    rng = np.random.default_rng(next(noise))
    return np.asarray(x) + 0.05 * rng.standard_normal(x.shape, np.float32)

  variables = {
    name: jax.tree.map(shake, train_state.inference_variables(network))
    for name, network in state.networks.items()
    if name != "discriminator"
  }
  made = evaluate.Evaluator.__new__(evaluate.Evaluator)
  made.config, made.step, made.variables = config, 0, variables
  made.run = factory.run_settings(config)
  made._step = factory.predict_step(config)
  return made


@pytest.fixture
def trained(evaluator, monkeypatch):
  monkeypatch.setattr(evaluate, "Evaluator", lambda *_: evaluator)


def _expected(evaluator, pictures):
  found = evaluator(pictures)
  return (
    np.asarray(images.to_uint8(found.completed_image), int),
    np.asarray(found.probability),
  )


def _pictures(count):
  rng = np.random.default_rng(count)
  return rng.integers(0, 256, (count, SIZE, SIZE, 3), dtype=np.uint8)


def test_what_is_exported_is_what_the_networks_give(evaluator):
  pictures = _pictures(3)
  completed, mask = jax.jit(export.completion(evaluator))(pictures)
  assert completed.dtype == mask.dtype == np.uint8
  expected, probability = _expected(evaluator, pictures)
  assert (probability > 0.3).any() and (probability < 0.3).any()
  assert (expected != pictures).any()
  assert np.abs(np.asarray(completed, int) - expected).max() <= 1
  np.testing.assert_allclose(mask / 255, probability, atol=0.51 / 255)


def test_half_precision_is_of_the_weights_alone(evaluator):
  pictures = _pictures(2)
  _, mask = jax.jit(export.completion(evaluator, "float16"))(pictures)
  _, probability = _expected(evaluator, pictures)
  assert 0 < np.abs(mask / 255 - probability).max() < 0.01


@formats
@pytest.mark.parametrize("dtype", export.DTYPES)
def test_a_file_serves_any_number_of_faces(
  format, dtype, evaluator, trained, tmp_path
):
  # Weights that half precision holds, so that both files must be equal.
  exact = jax.tree.map(
    lambda x: x.astype(np.float16).astype(np.float32), evaluator.variables
  )
  kept, evaluator.variables = evaluator.variables, exact
  try:
    path = tmp_path / "new" / "model"
    report = export.export(path, format=format, dtype=dtype)
    load = {"onnx": export.load_onnx, "stablehlo": export.load_stablehlo}
    model = load[format](path)
    for count in (1, 5):
      completed, mask = map(np.asarray, model(_pictures(count)))
      assert completed.dtype == mask.dtype == np.uint8
      assert mask.shape == (count, SIZE, SIZE, 1)
      expected, probability = _expected(evaluator, _pictures(count))
      assert np.abs(completed.astype(int) - expected).max() <= 1
      np.testing.assert_allclose(mask / 255, probability, atol=1.01 / 255)
  finally:
    evaluator.variables = kept
  bytes_kept = sum(x.size for x in jax.tree.leaves(exact)) * (
    2 if dtype == "float16" else 4
  )
  assert bytes_kept < path.stat().st_size < bytes_kept + 200_000
  assert report.size_mib == pytest.approx(path.stat().st_size / 2**20)
  assert report.picture_difference <= 1 and report.milliseconds > 0
  assert [p.name for p in path.parent.iterdir()] == ["model"]


@needs_onnx
def test_onnx_says_what_goes_in_and_out(trained, tmp_path):
  """Read by onnxruntime in a process that knows nothing of this package."""
  path = tmp_path / "model.onnx"
  export.export(path, format="onnx")
  script = """
import json, sys
import onnxruntime
session = onnxruntime.InferenceSession(sys.argv[1])
ends = session.get_inputs() + session.get_outputs()
print(json.dumps([[x.name, x.type, x.shape] for x in ends]))
assert "jax" not in sys.modules
"""
  shown = subprocess.run(
    [sys.executable, "-c", script, str(path)],
    capture_output=True,
    text=True,
    check=True,
  )
  rows = {name: (kind, shape) for name, kind, shape in json.loads(shown.stdout)}
  assert list(rows) == ["masked_image", "completed_image", "mask"]
  assert {kind for kind, _ in rows.values()} == {"tensor(uint8)"}
  number, *sides = rows["masked_image"][1]
  assert isinstance(number, str) and sides == [SIZE, SIZE, 3]
  assert rows["mask"][1][1:] == [SIZE, SIZE, 1]


def test_an_existing_file_is_kept(trained, tmp_path):
  path = tmp_path / "model.onnx"
  path.write_text("precious")
  with pytest.raises(
    errors.UserError, match="model.onnx exists. Give another --output"
  ):
    export.export(path, format="onnx")
  assert path.read_text() == "precious"


@needs_flatbuffers
def test_a_file_that_errs_is_not_kept(trained, tmp_path, monkeypatch):
  monkeypatch.setattr(
    export,
    "load_stablehlo",
    lambda _: lambda x: (np.zeros_like(x), np.zeros_like(x[..., :1])),
  )
  with pytest.raises(RuntimeError, match=r"differs by up to \d+ of 255 from"):
    export.export(tmp_path / "model", format="stablehlo")
  assert not list(tmp_path.iterdir())


@needs_flatbuffers
def test_a_folder_that_cannot_be(trained, tmp_path):
  (tmp_path / "file").write_text("")
  with pytest.raises(errors.UserError, match="cannot be written .* Give anoth"):
    export.export(tmp_path / "file" / "model", format="stablehlo")


@pytest.mark.parametrize(
  ("format", "package"), [("onnx", "jax2onnx"), ("stablehlo", "flatbuffers")]
)
def test_a_missing_package_is_named(
  format, package, trained, tmp_path, monkeypatch
):
  monkeypatch.setitem(sys.modules, package, None)
  with pytest.raises(
    errors.UserError, match=f"{package} is not installed: pip install --no-deps"
  ):
    export.export(tmp_path / "model", format=format)


def test_noise_is_not_exported(config, evaluator, monkeypatch):
  noisy = config.copy_and_resolve_references()
  noisy.train_mode_at_test = True
  monkeypatch.setattr(evaluator, "config", noisy)
  with pytest.raises(errors.UserError, match="one face would depend on"):
    export.completion(evaluator)


def test_sample_faces_differ_in_their_masks_alone():
  found = export.sample_faces(SIZE)
  assert found.shape == (4, SIZE, SIZE, 3) and found.dtype == np.uint8
  top = found[:, : SIZE // 6].astype(int)
  assert np.abs(top - top[0]).max() <= 1
  assert (found[1:] != found[0]).mean() > 0.1


def test_plain_convolutions_ask_for_no_platform():
  x, kernel = np.ones((1, 4, 4, 64), "f"), np.ones((1, 1, 64, 2), "f")

  # Not one function: a trace is remembered.
  def chosen(x):
    return convolution.convolve(x, kernel)

  def plain(x):
    with convolution.plain():
      return convolution.convolve(x, kernel)

  assert "platform_index" in str(jax.make_jaxpr(chosen)(x))
  assert "platform_index" not in str(jax.make_jaxpr(plain)(x))
  np.testing.assert_allclose(chosen(x), plain(x), rtol=1e-6)
