import json

import numpy as np
import pytest
from PIL import Image

from maskgan_jax import logging_utils


def _lines(workdir):
  text = (workdir / "metrics.jsonl").read_text()
  return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def log(tmp_path):
  log = logging_utils.RunLog(str(tmp_path / "run"), 0)
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
  log = logging_utils.RunLog(str(tmp_path), 0)
  for step in (1, 2, 3):
    log.scalars(step, {"train/d_loss": step})
  log.close()
  # The run died while it wrote.
  with (tmp_path / "metrics.jsonl").open("a") as file:
    file.write('{"step": 2, "train/d_')
  log = logging_utils.RunLog(str(tmp_path), 2)
  log.scalars(3, {"train/d_loss": 30})
  log.close()
  assert [line["train/d_loss"] for line in _lines(tmp_path)] == [1, 2, 30]
  assert not list(tmp_path.glob("*.partial"))


@pytest.fixture
def clock(monkeypatch):
  """A clock that the test sets."""
  time = [100.0]
  monkeypatch.setattr(logging_utils.time, "monotonic", lambda: time[0])
  return time


def test_progress_line(clock, capsys):
  progress = logging_utils.Progress(4000, done=1000)
  clock[0] += 10
  progress.line(1500, "d_loss 0.7")
  captured = capsys.readouterr()
  assert captured.out == ""
  assert captured.err == (
    "step 1500/4000  50.00/s  20.0 s per 1000  0:00:50 left  d_loss 0.7\n"
  )
  progress.line(1500)
  assert capsys.readouterr().err.endswith("left\n")


def test_pauses_do_not_count(clock):
  progress = logging_utils.Progress(100, unit="picture")
  for _ in range(2):
    clock[0] += 5
    progress.pause()
    clock[0] += 1000
    progress.resume()
  assert progress.rate(20) == pytest.approx(2)


def test_progress_at_the_very_start_does_not_fail(clock, capsys):
  logging_utils.Progress(100).line(0)
  assert "step 0/100" in capsys.readouterr().err


@pytest.mark.parametrize(
  "seconds, text",
  [(0, "0:00:00"), (59.6, "0:01:00"), (3725, "1:02:05"), (90000, "25:00:00")],
)
def test_duration(seconds, text):
  assert logging_utils.duration(seconds) == text
