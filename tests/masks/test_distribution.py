import dataclasses
import json

import numpy as np
import pytest

from maskgan_jax import photos
from maskgan_jax.common import errors
from maskgan_jax.masks import distribution, params

Distribution = distribution.MaskDistribution


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


def test_what_is_rigid_drops_out_where_correct_does():
  given = Distribution().only(["half_mask", "cloth"], ["chin"])
  assert set(given.kinds) == {"cloth"}
  assert not set(params.ONE_WAY) & set(Distribution().only((), ["low"]).kinds)
  assert "half_mask" in Distribution().only((), ["low", "correct"]).kinds
  with pytest.raises(
    errors.UserError, match="half_mask can only be worn correctly. Add correct"
  ):
    Distribution().only(["half_mask"], ["chin", "low"])
