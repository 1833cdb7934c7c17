import collections
import dataclasses
import json

import numpy as np
import pytest

from maskgan_jax import photos
from maskgan_jax.common import errors
from maskgan_jax.masks import distribution, params
from tests import pictures

Distribution = distribution.MaskDistribution


def _draw(count, given=None, seed=0):
  rng = np.random.default_rng(seed)
  return [distribution.sample_params(rng, given) for _ in range(count)]


def test_json_round_trip():
  given = Distribution(textures=("a.png",), black=0.5)
  text = json.dumps(dataclasses.asdict(given))
  assert Distribution(**json.loads(text)) == given


def test_names_every_kind_and_wear():
  given = Distribution()
  assert tuple(given.kinds) == params.MASK_TYPES
  assert tuple(given.wears) == params.WEARS
  assert {"plain", *given.patterns} == set(params.PATTERNS)
  for shares in (given.kinds, given.wears, given.patterns):
    assert sum(shares.values()) == pytest.approx(1)


def test_sampling_is_deterministic_and_finds_everything():
  drawn = _draw(500)
  assert drawn == _draw(500)
  assert {d.mask_type for d in drawn} == set(params.MASK_TYPES)
  assert {d.wear for d in drawn} == set(params.WEARS)
  assert {d.pattern for d in drawn} == set(params.PATTERNS)
  assert all(0 <= c <= 255 for d in drawn for c in d.colour + d.accent)


def test_shares_are_kept_and_correct_wear_dominates():
  drawn = _draw(3000)
  wears = collections.Counter(d.wear for d in drawn)
  kinds = collections.Counter(d.mask_type for d in drawn)
  assert wears["correct"] / 3000 == pytest.approx(0.84, abs=0.03)
  assert kinds["surgical"] / 3000 == pytest.approx(0.36, abs=0.03)
  thin = np.mean([d.opacity < 1 for d in drawn])
  assert thin == pytest.approx(0.05 * 0.89, abs=0.015)


@pytest.mark.parametrize(
  ("wear", "low", "high"),
  [
    ("correct", 0.6, 1.2),
    ("low", 0.0, 0.5),
    ("nose_out", -0.5, -0.2),
    ("under_lip", -1.2, -0.9),
    ("chin", -1.7, -1.15),
  ],
)
def test_wear_decides_how_high_it_reaches(wear, low, high):
  drawn = _draw(40, Distribution().only(wears=[wear]))
  assert {d.wear for d in drawn} == {wear}
  assert all(low < d.coverage < high for d in drawn)


def test_only_some_kinds():
  given = Distribution(kinds={"surgical": 1.0}).only(["kn95", "scarf"])
  assert {d.mask_type for d in _draw(60, given)} == {"kn95", "scarf"}
  assert Distribution().only() == Distribution()


def test_black_and_brightness():
  black = _draw(50, Distribution(black=1.0))
  assert all(max(d.colour) < 65 and min(d.colour) >= 20 for d in black)
  dark, bright = (
    np.mean(
      [d.colour for d in _draw(200, Distribution(brightness=(b, b), black=0))]
    )
    for b in (0.6, 1.0)
  )
  assert dark == pytest.approx(0.6 * bright, rel=0.05)


def test_textures_go_on_cloth(tmp_path):
  path = tmp_path / "roses.png"
  path.write_bytes(pictures.encode(np.full((64, 64, 3), 200, np.uint8)))
  found = distribution.textures_in(tmp_path)
  assert found == (str(path),)
  drawn = _draw(300, Distribution(textures=found, textured=1.0))
  printed = {d.mask_type for d in drawn if d.texture == str(path)}
  assert printed == {"cloth", "cloth_two_layer", *params.WRAPS}


def test_a_texture_that_is_not_a_picture(tmp_path):
  (tmp_path / "roses.png").write_text("red")
  with pytest.raises(photos.PhotoError, match="roses.png: not a readable"):
    distribution.textures_in(tmp_path)


@pytest.mark.parametrize(
  ("given", "message"),
  [
    ({"kinds": {"sock": 1}}, "kinds is 'sock', expected one of surgical"),
    ({"wears": {"askew": 1}}, "wears is 'askew', expected one of correct"),
    ({"patterned": {"sock": 1}}, "patterned is 'sock', expected"),
    ({"patterns": {"tartan": 1}}, "'tartan', expected one of plain"),
    ({"kinds": {"cloth": -1}}, "share of cloth is -1; it must be at least 0"),
    ({"kinds": {"cloth": np.nan}}, "share of cloth is nan"),
    ({"kinds": {"cloth": 0}}, "kinds: no share is above 0"),
  ],
)
def test_bad_shares(given, message):
  with pytest.raises(errors.UserError, match=message):
    Distribution(**given)


def test_unknown_names_list_the_known():
  with pytest.raises(errors.UserError, match="'sock', expected one of surgic"):
    Distribution().only(["sock"])
  with pytest.raises(errors.UserError, match="'askew', expected one of corr"):
    Distribution().only(wears=["askew"])
