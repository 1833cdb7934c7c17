import dataclasses
import json

import numpy as np
import pytest

from maskgan_jax.masks import params


def test_json_round_trip():
  drawn = params.sample_params(np.random.default_rng(4))
  text = json.dumps(dataclasses.asdict(drawn))
  assert params.MaskParams(**json.loads(text)) == drawn


def test_sampling_is_deterministic_and_finds_every_kind():
  first, second = np.random.default_rng(1), np.random.default_rng(1)
  drawn = [params.sample_params(first) for _ in range(200)]
  assert drawn == [params.sample_params(second) for _ in range(200)]
  assert {d.mask_type for d in drawn} == set(params.MASK_TYPES)
  assert {d.pattern for d in drawn} == set(params.PATTERNS)


@pytest.mark.parametrize("mask_type", params.MASK_TYPES)
def test_sampling_one_kind(mask_type):
  drawn = params.sample_params(np.random.default_rng(0), mask_type)
  assert drawn.mask_type == mask_type
  assert all(0 <= c <= 255 for c in drawn.colour + drawn.accent)


def test_most_masks_cover_the_nose():
  rng = np.random.default_rng(0)
  coverage = [params.sample_params(rng).coverage for _ in range(300)]
  assert 0.8 < np.mean(np.array(coverage) > 0.5) < 0.97


def test_unknown_kind_lists_the_known():
  with pytest.raises(ValueError, match="'balaclava', expected one of surgical"):
    params.MaskParams("balaclava")
  with pytest.raises(ValueError, match="'balaclava', expected one of surgical"):
    params.sample_params(np.random.default_rng(0), "balaclava")


def test_unknown_pattern_lists_the_known():
  with pytest.raises(ValueError, match="'tartan', expected one of plain"):
    params.MaskParams("cloth", pattern="tartan")
