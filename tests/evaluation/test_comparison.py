import re

import numpy as np
import pytest

from maskgan_jax.common import errors
from maskgan_jax.evaluation import comparison
from maskgan_jax.metrics import image
from tests import pictures
from tests.fakes import unmasker as unmasking


def _result():
  return unmasking.FakeUnmasker().unmask(unmasking.photo())


def test_compare(tmp_path):
  result, source = _result(), tmp_path / "photo.png"
  source.write_bytes(pictures.encode(unmasking.photo()))
  scores = comparison.compare(result, source)
  expected = image.image_scores(
    result.image[None],
    unmasking.photo()[None],
    (result.mask[None, ..., None] > 127).astype(np.uint8),
    np.ones((1, 40, 60, 1), np.uint8),
  )
  assert scores == {k: pytest.approx(float(v[0])) for k, v in expected.items()}
  # All of the error lies in the mask, 200 of 2400 pixels.
  area = 10 * np.log10(200 / 2400)
  assert scores["psnr"] == pytest.approx(
    scores["psnr_in_mask"] - area, abs=0.01
  )


def test_compare_with_another_size(tmp_path):
  other = tmp_path / "other.png"
  other.write_bytes(pictures.encode(unmasking.photo()[:35]))
  message = "other.png: 60x35 pixels, the result has 60x40. Give the same photo"
  with pytest.raises(errors.UserError, match=re.escape(message)):
    comparison.compare(_result(), other)
