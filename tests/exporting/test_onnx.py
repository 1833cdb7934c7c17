import importlib.util
import json
import subprocess
import sys

import numpy as np
import pytest

from maskgan_jax.exporting import write
from maskgan_jax.networks import loaded
from maskgan_jax.unmasking.backends import onnx
from tests.fakes import networks as small_networks

SIZE = small_networks.SIZE
missing = [
  name
  for name in ("jax2onnx", "onnxruntime")
  if not importlib.util.find_spec(name)
]
pytestmark = pytest.mark.skipif(
  bool(missing),
  reason=f"{', '.join(missing)} not installed (requirements/export.txt)",
)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
  """A file of small networks."""
  networks = small_networks.load(small_networks.config())
  path = tmp_path_factory.mktemp("onnx") / "model.onnx"
  with pytest.MonkeyPatch.context() as patch:
    patch.setattr(loaded, "load", lambda *_: networks)
    write.export(path, format="onnx")
  return path


def test_onnx_says_what_goes_in_and_out(path):
  """Read by onnxruntime in a process that knows nothing of this package."""
  script = """
import json, sys
import onnxruntime
session = onnxruntime.InferenceSession(sys.argv[1])
ends = (
  session.get_inputs()
  + session.get_overridable_initializers()
  + session.get_outputs()
)
assert [x.name for x in session.get_inputs()] == ["masked_image"]
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
  assert list(rows) == [
    "masked_image",
    "given_mask",
    "completed_image",
    "mask",
    "predicted_image",
  ]
  assert {kind for kind, _ in rows.values()} == {"tensor(uint8)"}
  number, *sides = rows["masked_image"][1]
  assert isinstance(number, str) and sides == [SIZE, SIZE, 3]
  assert rows["mask"][1][1:] == [SIZE, SIZE, 1]


def test_the_file_says_how_far_it_completes(path):
  session = pytest.importorskip("onnxruntime").InferenceSession(path)
  about = session.get_modelmeta().custom_metadata_map
  assert about[onnx.HIDDEN_REACH] == "0.0"
  assert "not for identification" in session.get_modelmeta().description
  networks = onnx.OnnxNetworks(path)
  assert networks.hidden_reach == 0.0 and not networks.structure


def test_masks_made_by_hand_may_be_left_out(path):
  run = onnx.OnnxNetworks(path).run
  pictures = small_networks.pictures(2)
  nothing = np.zeros((2, SIZE, SIZE, 1), np.uint8)
  for own, same in zip(run(pictures), run(pictures, nothing), strict=True):
    np.testing.assert_array_equal(own, same)
  everything = np.full_like(nothing, 255)
  completed, _, predicted = run(pictures, everything)
  np.testing.assert_array_equal(completed, predicted)
