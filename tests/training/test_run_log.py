import json

import numpy as np
import pytest
from PIL import Image

from maskgan_jax.training import run_log


def _lines(workdir):
  text = (workdir / "metrics.jsonl").read_text()
  return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def log(tmp_path):
  log = run_log.RunLog(str(tmp_path / "run"), 0)
  yield log
  log.close()


def test_scalars_are_one_json_line_a_step(log, tmp_path):
  log.scalars(1, {"train/d_loss": np.float32(0.5), "train/g_loss": 2})
  log.scalars(2, {"train/d_loss": 0.25})
  assert _lines(tmp_path / "run") == [
    {"step": 1, "train/d_loss": 0.5, "train/g_loss": 2.0},
    {"step": 2, "train/d_loss": 0.25},
  ]


def test_pictures_are_files(log, tmp_path):
  log.picture(7, "train", np.full((16, 32, 3), [200, 30, 30], np.uint8))
  with Image.open(tmp_path / "run/samples/train_00000007.jpg") as picture:
    assert picture.size == (32, 16)
    np.testing.assert_allclose(picture.getpixel((5, 5)), [200, 30, 30], atol=4)


def test_a_resumed_run_forgets_what_came_after_its_checkpoint(tmp_path):
  log = run_log.RunLog(str(tmp_path), 0)
  for step in (1, 2, 3):
    log.scalars(step, {"train/d_loss": step})
  log.close()
  # The run died while it wrote.
  with (tmp_path / "metrics.jsonl").open("a") as file:
    file.write('{"step": 2, "train/d_')
  log = run_log.RunLog(str(tmp_path), 2)
  log.scalars(3, {"train/d_loss": 30})
  log.close()
  assert [line["train/d_loss"] for line in _lines(tmp_path)] == [1, 2, 30]
  assert not list(tmp_path.glob("*.partial"))
