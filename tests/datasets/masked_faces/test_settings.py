import pytest

from maskgan_jax import masks
from maskgan_jax.common import errors
from maskgan_jax.datasets.masked_faces import settings, sources


def test_describe_leaves_out_what_does_not_change_the_result():
  described = settings.describe(
    sources.SampleFaces(5), settings.Settings(num_processes=7)
  )
  assert described == {
    "source": "sample_faces",
    "photos": "5 portraits",
    "usability": {
      "min_face_width": 100.0,
      "max_outside": 0.2,
      "max_turn": 50.0,
    },
    "image_size": 384,
    "variants": 4,
    "num_train": None,
    "num_test": None,
    "kinds": None,
    "wears": None,
    "seed": 0,
  }


def test_describe_takes_kinds_in_any_order():
  one, other = (
    settings.describe(
      sources.SampleFaces(5), settings.Settings(kinds=kinds, wears=("chin",))
    )
    for kinds in (("cloth", "kn95"), ("kn95", "cloth"))
  )
  assert one == other
  assert (one["kinds"], one["wears"]) == (["cloth", "kn95"], ["chin"])


def test_masks_are_drawn_from_what_is_left():
  chosen = settings.Settings(kinds=("cloth", "kn95"), wears=("chin",))
  found = chosen.drawn_from(masks.TRAINING)
  assert set(found.kinds) == {"cloth", "kn95"} and set(found.wears) == {"chin"}
  assert settings.Settings().drawn_from(masks.TRAINING) == masks.TRAINING


@pytest.mark.parametrize("name", ["kinds", "wears"])
def test_refuses_unknown_masks(name):
  with pytest.raises(
    errors.UserError, match=f"{name} is 'paper', expected one"
  ):
    settings.Settings(**{name: ("paper",)})


@pytest.mark.parametrize("width", [31.0, float("nan")])
def test_refuses_faces_too_small_for_masks(width):
  with pytest.raises(
    sources.SourceError, match=f"min_face_width is {width}; .* at least 32"
  ):
    settings.Settings(min_face_width=width)


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
