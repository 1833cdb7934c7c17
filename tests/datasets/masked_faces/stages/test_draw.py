import json

import numpy as np
import pytest

from maskgan_jax import masks
from maskgan_jax.datasets.masked_faces import sources
from maskgan_jax.datasets.masked_faces.stages import align, draw
from maskgan_jax.faces import usability
from maskgan_jax.masks import drawing
from maskgan_jax.photos import coding

RULE = usability.UsabilityRule()


@pytest.fixture(scope="module")
def face():
  source = sources.SampleFaces(1)
  return align.align(source.items()[0][0], source=source, size=96, rule=RULE)


def _make(face, variants, seed=0, **options):
  return draw.make(
    (face, "someone", ("other.jpg",), variants),
    seed=seed,
    distribution=masks.MaskDistribution(),
    **options,
  )


def test_variants_differ_and_share_the_face(face):
  made = _make(face, 4)
  assert [e["id"] for e in made] == [f"portrait-000000#{k}" for k in range(4)]
  assert {e["person_id"] for e in made} == {"someone"}
  assert len({e["mask_params"] for e in made}) == 4


def test_the_seed_determines_the_drawing(face):
  assert str(_make(face, 2)) == str(_make(face, 2))
  assert str(_make(face, 2)) != str(_make(face, 2, seed=1))
  # More variants do not change the first ones.
  assert str(_make(face, 3)[:2]) == str(_make(face, 2))


def test_params_say_what_was_drawn(face):
  example = next(e for e in _make(face, 5) if e["mask_type"] != "none")
  params = masks.MaskParams(**json.loads(example["mask_params"]))
  assert params.mask_type == example["mask_type"]
  image = coding.rgb(example["image"])
  again = drawing.draw_overlay(image, face.landmarks, params)
  overlay = coding.rgba(example["overlay"])
  np.testing.assert_array_equal(overlay[..., 3], again.rgba[..., 3])
  np.testing.assert_array_equal(coding.grey(example["alpha"]), again.alpha)


def test_a_mask_has_the_artefacts_of_the_crop(face):
  example = next(e for e in _make(face, 5) if e["mask_type"] != "none")
  params = masks.MaskParams(**json.loads(example["mask_params"]))
  image = coding.rgb(example["image"])
  overlay = drawing.draw_overlay(image, face.landmarks, params)
  drawn = drawing.composite(image, overlay.rgba)
  stored = drawing.composite(image, coding.rgba(example["overlay"]))
  saved = coding.rgb(coding.jpeg(drawn)).astype(int)
  cloth = coding.grey(example["alpha"]) > 250
  assert np.abs(stored - saved)[cloth].mean() < 0.02
  assert np.abs(drawn - saved)[cloth].mean() > 0.3
  # Nothing else moves.
  free = coding.rgba(example["overlay"])[..., 3] == 0
  np.testing.assert_array_equal(stored[free], image[free])


class _Fixed:
  """A generator whose random() gives fixed values."""

  def __init__(self, *values):
    self._values = list(values)
    self._rng = np.random.default_rng(0)

  def random(self):
    return self._values.pop(0)

  def __getattr__(self, name):
    return getattr(self._rng, name)


def test_bare_face(face, monkeypatch):
  monkeypatch.setattr(masks, "rng_for", lambda *_: _Fixed(0.0, 1.0))
  (example,) = _make(face, 1)
  assert example["mask_type"] == "none"
  assert example["mask_params"] == "{}"
  assert example["image"] == face.image
  assert not coding.rgba(example["overlay"]).any()
  assert not coding.grey(example["alpha"]).any()


def test_bare_face_with_a_distractor(face, monkeypatch):
  monkeypatch.setattr(masks, "rng_for", lambda *_: _Fixed(0.0, 0.0))
  monkeypatch.setattr(
    masks, "draw_distractor", lambda image, landmarks, kind, rng: image // 2
  )
  (example,) = _make(face, 1)
  assert example["mask_type"] == "none"
  assert json.loads(example["mask_params"])["distractor"] in masks.DISTRACTORS
  darker = coding.rgb(example["image"]).mean() / coding.rgb(face.image).mean()
  assert darker == pytest.approx(0.5, abs=0.02)
  assert not coding.grey(example["alpha"]).any()


@pytest.mark.parametrize("kind", ["surgical", "bandana", "scarf"])
def test_beards_are_painted_where_they_show(monkeypatch, kind):
  monkeypatch.setattr(draw, "BARE_SHARE", 0.0)
  source = sources.SampleFaces(1)
  face = align.align(source.items()[0][0], source=source, size=128, rule=RULE)
  made = [
    draw.make(
      (face, "someone", (), 12),
      seed=0,
      distribution=masks.MaskDistribution().only([kind]),
      bearded_share=share,
    )
    for share in (0.0, 1.0)
  ]
  bearded = 0
  for before, after in zip(*made, strict=True):
    assert before["image"] == face.image
    params = json.loads(before["mask_params"])
    if after["image"] != face.image:
      params["distractor"] = "beard"
    assert json.loads(after["mask_params"]) == params
    if after["image"] == face.image:
      continue
    bearded += 1
    grown = coding.rgb(after["image"]).astype(int) - coding.rgb(face.image)
    changed = np.abs(grown).max(-1) > 30
    forehead = face.landmarks[10, 1]
    assert not changed[: int(forehead)].any()
    assert (changed & (coding.grey(after["alpha"]) == 0)).mean() > 0.003
  assert bearded if kind == "surgical" else bearded < 12


def test_hands_at_masks_belong_to_the_photo(face, monkeypatch):
  monkeypatch.setattr(draw, "BARE_SHARE", 0.0)
  made = []
  for share in (0.0, 1.0):
    made.append(_make(face, 4, hand_share=share, bearded_share=1.0))
  smaller = 0
  for bare, handed in zip(*made, strict=True):
    params = json.loads(handed["mask_params"])
    assert params.items() <= json.loads(bare["mask_params"]).items()
    assert "distractor" not in params
    before, after = (coding.grey(one["alpha"]) for one in (bare, handed))
    hand = np.abs(
      coding.rgb(handed["image"]).astype(int) - coding.rgb(face.image)
    )
    assert (hand.max(-1) > 30).mean() > 0.003
    smaller += (after > 127).sum() < (before > 127).sum()
  assert smaller > 1


def test_turned_faces_get_more(face, monkeypatch):
  assert len(_make(face, 2, turned_factor=3)) == 2
  monkeypatch.setattr(draw, "TURNED", -1.0)
  assert len(_make(face, 2, turned_factor=3)) == 6
  assert len(_make(face, 2)) == 2


def test_one_in_ten_is_bare():
  draws = [
    masks.rng_for(f"{i}.jpg", 0, 0).random() < draw.BARE_SHARE
    for i in range(3000)
  ]
  assert np.mean(draws) == pytest.approx(0.1, abs=0.02)


def test_an_error_names_the_picture(face, monkeypatch):
  def fail(*_):
    raise ZeroDivisionError

  monkeypatch.setattr(masks, "sample_params", fail)
  monkeypatch.setattr(draw, "BARE_SHARE", 0.0)
  with pytest.raises(ZeroDivisionError) as error:
    _make(face, 1)
  assert error.value.__notes__ == ["while drawing on portrait-000000"]
