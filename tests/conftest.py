"""Test session: CPU, eight virtual devices, strict numerics, small data."""

import atexit
import os
import shutil
import tempfile
from importlib import metadata

# Before jax is imported anywhere.
os.environ["JAX_PLATFORMS"] = "cpu"
# The tests compile far more than they run. At level 0, the XLA of jax 0.12
# computes some saturations wrong (off by up to 1, dm-pix's adjust_saturation).
_LEVEL = 0 if metadata.version("jax").startswith("0.10.") else 1
os.environ["XLA_FLAGS"] = (
  "--xla_force_host_platform_device_count=8"
  f" --xla_backend_optimization_level={_LEVEL}"
)
if not _LEVEL:
  # What its newer emitters write takes LLVM half as long again.
  os.environ["XLA_FLAGS"] += " --xla_cpu_use_fusion_emitters=false"

# What one test compiled another one need not, nor the scripts that it runs. A
# folder for each process: they would read what another is still writing.
os.environ["JAX_COMPILATION_CACHE_DIR"] = tempfile.mkdtemp()
os.environ["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0.2"
atexit.register(
  shutil.rmtree, os.environ["JAX_COMPILATION_CACHE_DIR"], ignore_errors=True
)

import jaxtyping  # noqa: E402

# Shapes in the annotations of the pure modules are checked at every call.
jaxtyping.install_import_hook(
  [
    "maskgan_jax.networks.images",
    "maskgan_jax.training.losses",
    "maskgan_jax.metrics.image",
  ],
  "beartype.beartype",
)

import pathlib  # noqa: E402

import jax  # noqa: E402
import ml_collections  # noqa: E402
import pytest  # noqa: E402

from configs import default  # noqa: E402
from maskgan_jax.datasets import masked_faces  # noqa: E402
from maskgan_jax.datasets.masked_faces import (  # noqa: E402
  build,
  settings,
  sources,
)
from maskgan_jax.datasets.masked_faces.stages import people  # noqa: E402

jax.config.update("jax_numpy_rank_promotion", "raise")

DUMMY_DATA = pathlib.Path(masked_faces.__file__).parent / "dummy_data"


@pytest.fixture(scope="session", autouse=True)
def painted_people():
  """Painted portraits look alike to the recogniser, but nobody's is equal."""
  with pytest.MonkeyPatch.context() as patch:
    patch.setattr(people, "SAME_PERSON_COSINE", 0.9)
    yield


@pytest.fixture(scope="session")
def dummy_data() -> pathlib.Path:
  """Eight painted portraits of eight people and a manifest."""
  return DUMMY_DATA


@pytest.fixture
def faces_dir(tmp_path) -> pathlib.Path:
  """A copy of the dummy data that a test may change."""
  return pathlib.Path(shutil.copytree(DUMMY_DATA, tmp_path / "faces"))


@pytest.fixture(scope="session")
def built(tmp_path_factory, painted_people) -> tuple[str, str]:
  """The dummy data at 64 px with three variants: data_dir and report."""
  data_dir = str(tmp_path_factory.mktemp("data"))
  report = build.build(
    sources.Folder(str(DUMMY_DATA)),
    settings.Settings(image_size=64, variants=3),
    data_dir,
  )
  return data_dir, report


@pytest.fixture
def tiny_config(built) -> ml_collections.ConfigDict:
  """A config whose networks compile in seconds, on the built dummy data."""
  c = default.get_config()
  c.data_dir = built[0]
  c.image_size = 64
  c.batch_size = 4
  c.num_train_steps = 4
  c.log_every_steps = 1
  c.eval_every_steps = 2
  c.checkpoint_every_steps = 2
  c.segmenter.features = (8,)
  c.completion.features = (8, 8)
  c.completion.num_blocks = (0, 0)
  c.completion.attention_level = 1
  c.discriminator.base_features = 8
  c.discriminator.num_levels = 1
  c.optimizer.warmup_steps = 0
  c.shown_mask.true_until_step = 1
  c.shown_mask.borrowed_share = 0.3
  # Flips alone: what else varies takes a third of the time to compile a step.
  c.augment.scale = (1.0, 1.0)
  for name in ("shift", "brightness", "contrast", "saturation"):
    c.augment[name] = 0.0
  return c


# Files that take minutes: begun first, so that no worker waits for one at last.
_LONG = (
  "step/test_train_step.py",
  "test_install.py",
  "test_scripts.py",
  "training/test_parallel.py",
  "training/test_loop.py",
  "test_processes.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
  """Puts the tests of long files first; --no-loadscope-reorder keeps them."""

  def place(item):
    path = item.path.as_posix()
    ranks = (i for i, name in enumerate(_LONG) if path.endswith(name))
    return next(ranks, len(_LONG))

  items.sort(key=place)
