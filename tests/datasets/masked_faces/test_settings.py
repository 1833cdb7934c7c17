import pytest

from maskgan_jax.datasets.masked_faces import settings, sources


def test_describe_leaves_out_what_does_not_change_the_result():
  described = settings.describe(
    sources.SampleFaces(5), settings.Settings(num_processes=7)
  )
  assert described == {
    "source": "sample_faces",
    "photos": "5 portraits",
    "image_size": 256,
    "variants": 4,
    "num_train": None,
    "num_test": None,
    "seed": 0,
  }


@pytest.mark.parametrize("size", [16, 5000])
def test_refuses_a_size(size):
  with pytest.raises(sources.SourceError, match=f"image_size is {size}; allow"):
    settings.Settings(image_size=size)


@pytest.mark.parametrize(
  "name", ["variants", "num_train", "num_test", "num_processes"]
)
def test_refuses_zero(name):
  with pytest.raises(sources.SourceError, match=f"{name} is 0; it must be"):
    settings.Settings(**{name: 0})


def test_refuses_a_negative_seed():
  with pytest.raises(sources.SourceError, match="seed is -1; it must not be"):
    settings.Settings(seed=-1)
