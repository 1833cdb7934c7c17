import numpy as np
import pytest

from maskgan_jax import errors, evaluate, report

SUBJECT = {"workdir": "../run", "step": 4, "data_dir": "data", "split": "test"}


def test_scores_of_a_picture():
  rng = np.random.default_rng(0)
  image = rng.integers(0, 256, (2, 64, 64, 3), np.uint8)
  changed = image.copy()
  changed[:, 20:40, 20:40] //= 2
  mask = np.zeros((2, 64, 64, 1), np.uint8)
  mask[0, 20:40, 20:40] = 1  # The second face is bare.
  found = evaluate._image_scores(
    {"equal": image, "changed": changed}, image, mask, np.ones_like(mask)
  )
  assert set(found) == {
    f"{name}/{measure}"
    for name in ("equal", "changed")
    for measure in report.MEASURES
  }
  for name, value in found.items():
    assert np.isnan(value[1]) == name.endswith("_in_mask")
  assert found["equal/psnr"][0] == found["equal/psnr_in_mask"][0] == 100
  assert found["equal/lpips_in_mask"][0] == pytest.approx(0, abs=1e-5)
  assert found["changed/lpips_in_mask"][0] > found["changed/lpips"][0] > 0
  assert found["changed/psnr_in_mask"][0] < found["changed/psnr"][0] < 50


def test_scores_are_used_again_for_what_they_are_of(tmp_path):
  evaluate._write_json(tmp_path / "subject.json", SUBJECT)
  evaluate._check_subject(tmp_path, dict(SUBJECT))


@pytest.mark.parametrize(
  ("key", "value"),
  [("workdir", "../other"), ("step", 8), ("data_dir", "b"), ("split", "train")],
)
def test_scores_of_something_else_are_refused(tmp_path, key, value):
  evaluate._write_json(tmp_path / "subject.json", SUBJECT)
  with pytest.raises(errors.UserError, match=f"{key} {SUBJECT[key]}") as caught:
    evaluate._check_subject(tmp_path, SUBJECT | {key: value})
  assert "--output_dir" in str(caught.value)


def test_scores_of_unknown_origin_are_refused(tmp_path):
  with pytest.raises(errors.UserError, match="step unknown"):
    evaluate._check_subject(tmp_path, SUBJECT)
