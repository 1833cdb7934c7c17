import pytest

from maskgan_jax.datasets.masked_faces.engines import spool


@pytest.fixture
def values(tmp_path):
  with spool.Spool(tmp_path / "values") as kept:
    yield kept
