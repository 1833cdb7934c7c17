import collections

import numpy as np
import pytest

from maskgan_jax.masks import distribution, params, sampling
from tests import pictures

Distribution = distribution.MaskDistribution


def _draw(count, given=None, seed=0):
  rng = np.random.default_rng(seed)
  return [sampling.sample_params(rng, given) for _ in range(count)]


def test_streams_are_pinned():
  # Another stream would draw other masks on the photos of every dataset.
  first = [
    sampling.rng_for(*which).integers(1000)
    for which in (
      ("a.jpg", 0, 0),
      ("a.jpg", 0, 1),
      ("a.jpg", 1, 0),
      ("b/ö.jpg", 0, 0),
    )
  ]
  assert first == [475, 575, 514, 750]


def test_sampling_is_deterministic_and_finds_everything():
  drawn = _draw(1500)
  assert drawn == _draw(1500)
  assert {d.mask_type for d in drawn} == set(params.MASK_TYPES)
  assert {d.wear for d in drawn} == set(params.WEARS)
  assert {d.pattern for d in drawn} == set(params.PATTERNS)
  assert all(0 <= c <= 255 for d in drawn for c in d.colour + d.accent)


def test_shares_are_kept_and_correct_wear_dominates():
  drawn = _draw(3000)
  wears = collections.Counter(d.wear for d in drawn)
  kinds = collections.Counter(d.mask_type for d in drawn)
  assert wears["correct"] / 3000 == pytest.approx(0.84, abs=0.03)
  assert kinds["surgical"] / 3000 == pytest.approx(0.31, abs=0.03)
  thin = np.mean([d.opacity < 1 for d in drawn])
  assert thin == pytest.approx(0.05 * 0.82 + 0.02, abs=0.015)


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
  given = Distribution()
  given = given.only({*given.kinds} - {*params.ONE_WAY}, [wear])
  drawn = _draw(40, given)
  assert {d.wear for d in drawn} == {wear}
  assert all(low < d.coverage < high for d in drawn)


def test_only_some_kinds():
  given = Distribution(kinds={"surgical": 1.0}).only(["kn95", "scarf"])
  assert {d.mask_type for d in _draw(60, given)} == {"kn95", "scarf"}
  assert Distribution().only() == Distribution()


def test_black_and_brightness():
  black = _draw(50, Distribution(black=1.0))
  assert all(max(d.colour) < 55 and min(d.colour) >= 14 for d in black)
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
  sewn = {"cloth", "cloth_two_layer", "cloth_thin", "cloth_window"}
  assert printed == {*sewn, *params.WRAPS}


def test_what_is_rigid_sits_as_it_should():
  given = Distribution().only(params.ONE_WAY, ["correct", "low"])
  assert {d.wear for d in _draw(20, given)} == {"correct"}


def test_what_has_a_face_printed_on_it():
  printed = _draw(12, Distribution().only(["printed_face"]))
  assert {d.pattern for d in printed} == {"lower_face"}


def test_what_is_rigid_is_never_thin():
  given = Distribution(thin=1.0)
  solid = ("n95", *params.HALF_MASKS, *params.SHIELDS)
  assert all(d.opacity == 1 for d in _draw(40, given.only(solid)))
  thin = _draw(20, Distribution(thin=0.0).only(["cloth_thin"]))
  assert all(0.7 <= d.opacity <= 0.88 for d in thin)
