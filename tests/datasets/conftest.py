"""Small built datasets that several tests read."""

import pathlib
import shutil

import pytest

from maskgan_jax.datasets import masked_faces
from maskgan_jax.datasets.masked_faces import build, settings, sources

DUMMY_DATA = pathlib.Path(masked_faces.__file__).parent / "dummy_data"


@pytest.fixture(scope="session")
def dummy_data() -> pathlib.Path:
  """Eight painted portraits of eight people and a manifest."""
  return DUMMY_DATA


@pytest.fixture
def faces_dir(tmp_path) -> pathlib.Path:
  """A copy of the dummy data that a test may change."""
  return pathlib.Path(shutil.copytree(DUMMY_DATA, tmp_path / "faces"))


@pytest.fixture(scope="session")
def built(tmp_path_factory) -> tuple[str, str]:
  """The dummy data at 64 px with three variants: data_dir and report."""
  data_dir = str(tmp_path_factory.mktemp("data"))
  report = build.build(
    sources.Folder(str(DUMMY_DATA)),
    settings.Settings(image_size=64, variants=3),
    data_dir,
  )
  return data_dir, report
