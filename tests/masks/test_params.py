import dataclasses
import json

import numpy as np
import pytest

from maskgan_jax.common import errors
from maskgan_jax.masks import params, sampling


def test_json_round_trip():
  drawn = sampling.sample_params(np.random.default_rng(4))
  text = json.dumps(dataclasses.asdict(drawn))
  assert params.MaskParams(**json.loads(text)) == drawn


@pytest.mark.parametrize(
  ("given", "message"),
  [
    ({"mask_type": "balaclava"}, "'balaclava', expected one of surgical, kn95"),
    ({"wear": "hat"}, "wear is 'hat', expected one of correct, low"),
    ({"pattern": "tartan"}, "'tartan', expected one of plain"),
    ({"opacity": 0.2}, "opacity is 0.2; allowed are 0.6 to 1"),
  ],
)
def test_what_is_unknown_lists_the_known(given, message):
  with pytest.raises(errors.UserError, match=message):
    params.MaskParams(**{"mask_type": "cloth", **given})
