import re

import numpy as np
import pytest

from maskgan_jax.common import errors
from maskgan_jax.evaluation import comparison
from maskgan_jax.metrics import image
from tests import pictures
from tests.fakes import unmasker


def _result():
  return unmasker.Unmasker().unmask(unmasker.photo())


def test_compare(tmp_path):
  result, source = _result(), tmp_path / "photo.png"
  source.write_bytes(pictures.encode(unmasker.photo()))
  scores = comparison.compare(result, source)
  expected = image.image_scores(
    result.image[None],
    unmasker.photo()[None],
    (result.mask[None, ..., None] > 127).astype(np.uint8),
    np.ones((1, 200, 300, 1), np.uint8),
  )
  assert scores == {k: pytest.approx(float(v[0])) for k, v in expected.items()}
  # All of the error lies in the mask and its soft edge.
  area = 10 * np.log10((result.mask > 127).mean())
  assert scores["psnr"] == pytest.approx(scores["psnr_in_mask"] - area, abs=0.1)


def test_compare_with_another_size(tmp_path):
  other = tmp_path / "other.png"
  other.write_bytes(pictures.encode(unmasker.photo()[:90]))
  message = "other.png: 300x90 pixels, the result has 300x200. Give the same"
  with pytest.raises(errors.UserError, match=re.escape(message)):
    comparison.compare(_result(), other)
