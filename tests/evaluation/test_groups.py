import json
import math

import pytest

from maskgan_jax.evaluation import groups


def _row(person="a", score=20.0, **values):
  row = {"person_id": person, "mask_type": "kn95", "wear": "", "source": ""}
  row |= {"skin_tone": "tan", "mask_area": 0.2, "iou": 0.9}
  for measure in ("psnr_in_mask", "lpips_in_mask", "identity"):
    row[f"completed_predicted_mask/{measure}"] = score
  return row | values


def test_groups_of_each_kind():
  rows = [
    _row(skin_tone="dark", mask_type="surgical", score=10.0),
    _row(skin_tone="very light", iou=0.5),
    _row(skin_tone="very light", iou=0.7),
  ]
  found = groups.summarise(rows)
  # Nothing is known of wear or source.
  assert list(found) == ["mask_type", "skin_tone"]
  assert list(found["mask_type"]) == ["kn95", "surgical"]
  assert list(found["skin_tone"]) == ["very light", "dark"]
  light = found["skin_tone"]["very light"]
  assert light["n"] == 2
  assert light["iou"]["mean"] == pytest.approx(0.6)
  assert found["mask_type"]["surgical"]["psnr_in_mask"]["mean"] == 10
  assert json.loads(json.dumps(found)) == found


def test_wear_and_source_where_they_are_known():
  rows = [
    _row(wear="under the nose", source="london"),
    _row(wear="well", source="federal"),
  ]
  found = groups.summarise(rows)
  assert list(found) == list(groups.GROUPINGS)
  assert list(found["wear"]) == ["under the nose", "well"]
  assert list(found["source"]) == ["federal", "london"]


def test_bare_faces_belong_to_no_group():
  bare = _row(mask_type="none", mask_area=0.0)
  assert list(groups.summarise([_row(), bare])["mask_type"]) == ["kn95"]
  assert groups.summarise([bare]) == {}


@pytest.mark.parametrize(("count", "told"), [(9, False), (10, True)])
def test_small_groups_have_no_interval(count, told):
  rows = [_row(f"p{i}", float(i)) for i in range(count)]
  scores = groups.summarise(rows)["mask_type"]["kn95"]
  assert scores["n"] == count
  interval = scores["psnr_in_mask"]
  assert interval["mean"] == pytest.approx((count - 1) / 2)
  assert (interval["low"] is not None) == told
  line = groups.table({"mask_type": {"kn95": scores}}).splitlines()[2]
  assert ("(" in line) == told


def test_unknown_identity_is_left_out():
  key = "completed_predicted_mask/identity"
  rows = [_row(score=0.5), _row(**{key: math.nan})]
  scores = groups.summarise(rows)["mask_type"]["kn95"]
  assert scores["n"] == 2 and scores["identity"]["mean"] == 0.5


def test_table():
  rows = [_row(f"p{i}", 10.0, mask_type="cloth_pattern") for i in range(10)]
  lines = groups.table(groups.summarise([*rows, _row()])).splitlines()
  assert lines == [
    "| mask | n | PSNR in mask (95 % interval) | LPIPS in mask | mask IoU"
    " | identity |",
    "|---|---|---|---|---|---|",
    "| cloth pattern | 10 | 10.00 (10.00-10.00) | 10.000 | 0.900 | 10.000 |",
    "| kn95 | 1 | 20.00 | 20.000 | 0.900 | 20.000 |",
    "",
    "| skin tone | n | PSNR in mask (95 % interval) | LPIPS in mask | mask IoU"
    " | identity |",
    "|---|---|---|---|---|---|",
    "| tan | 11 | 10.91 (10.00-12.73) | 10.909 | 0.900 | 10.909 |",
  ]
