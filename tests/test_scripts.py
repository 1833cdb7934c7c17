"""The whole job through the command line, and what bad input is told."""

import csv
import json
import os
import pathlib
import subprocess
import sys

import matplotlib
import pytest
from PIL import Image

from maskgan_jax import report

ROOT = pathlib.Path(__file__).parent.parent
HOPPER = pathlib.Path(
  matplotlib.get_data_path(), "sample_data", "grace_hopper.jpg"
)

SMALL = (
  "--config.batch_size=4",
  "--config.num_train_steps=3",
  "--config.log_every_steps=1",
  "--config.eval_every_steps=3",
  "--config.checkpoint_every_steps=3",
  "--config.optimizer.warmup_steps=0",
  "--config.loss.adversarial_from_step=0",
  "--config.segmenter.features=(8,)",
  "--config.completion.features=(8,8)",
  "--config.completion.num_blocks=(0,0)",
  "--config.completion.attention_level=1",
  "--config.discriminator.num_levels=1",
)


def run(script: str, *arguments: object) -> subprocess.CompletedProcess:
  environment = dict(os.environ)
  environment.pop("XLA_FLAGS", None)
  return subprocess.run(
    [sys.executable, f"scripts/{script}.py", *map(str, arguments)],
    cwd=ROOT,
    env=environment,
    capture_output=True,
    text=True,
    timeout=300,
  )


def succeed(script: str, *arguments: object) -> str:
  result = run(script, *arguments)
  assert result.returncode == 0, result.stderr
  return result.stdout


def fail(script: str, *arguments: object) -> str:
  result = run(script, *arguments)
  assert result.returncode != 0
  return result.stderr


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> tuple[pathlib.Path, pathlib.Path]:
  """A dataset of painted faces and a run of three steps."""
  folder = tmp_path_factory.mktemp("job")
  data_dir, workdir = folder / "data", folder / "run"
  built = succeed(
    "build_dataset",
    "--source=sample_faces",
    "--num_faces=40",
    "--image_size=64",
    "--variants=1",
    f"--data_dir={data_dir}",
  )
  assert "people: 40" in built
  succeed(
    "train",
    "--config=configs/quickstart.py",
    f"--workdir={workdir}",
    f"--config.data_dir={data_dir}",
    *SMALL,
  )
  return data_dir, workdir


def test_evaluation_writes_everything(trained, tmp_path):
  _, workdir = trained
  arguments = (f"--workdir={workdir}", f"--output_dir={tmp_path}")
  shown = succeed("evaluate", *arguments)
  assert "completed predicted mask" in shown and str(tmp_path) in shown
  result = json.loads((tmp_path / "metrics.json").read_text())
  assert set(result) == {"n", "mean_mask_area", "mask", *report.CANDIDATES}
  assert set(result["mask"]) == {"iou", "iou_p5", "f1", "false_positive_rate"}
  for name in report.CANDIDATES:
    assert set(result[name]) == {
      "psnr",
      "ssim",
      "psnr_in_mask",
      "ssim_in_mask",
      "lpips",
      "lpips_in_mask",
    }
    for interval in result[name].values():
      assert interval["low"] <= interval["mean"] <= interval["high"]
  with (tmp_path / "per_image.csv").open() as file:
    rows = list(csv.DictReader(file))
  masked = [row for row in rows if float(row["mask_area"]) > 0]
  assert result["n"] == len(masked) > 0
  # The true pixels outside the mask make every completion's frame better
  # than its masked part.
  telea = result["telea"]
  assert telea["psnr"]["mean"] > telea["psnr_in_mask"]["mean"]
  figures = {p.name for p in (tmp_path / "figures").iterdir()}
  assert {"best.png", "median.png", "worst.png", "random.png"} <= figures
  with Image.open(tmp_path / "figures" / "best.png") as picture:
    assert min(picture.size) > 500
  assert "exists and is used" in succeed("evaluate", *arguments)


def test_unmask_writes_a_photo_or_says_why_not(trained, tmp_path):
  _, workdir = trained
  output = tmp_path / "unmasked.jpg"
  shown = succeed(
    "unmask",
    f"--input={HOPPER}",
    f"--output={output}",
    f"--workdir={workdir}",
  )
  # Three steps teach nothing: both outcomes are right if they are told.
  if output.exists():
    assert "The face under the mask is a guess" in shown
    with Image.open(output) as a, Image.open(HOPPER) as b:
      assert a.size == b.size
  else:
    assert "no mask found, nothing to do" in shown
  text = tmp_path / "text.jpg"
  text.write_text("not a picture")
  arguments = (f"--output={tmp_path / 'new.jpg'}", f"--workdir={workdir}")
  assert "text.jpg: not a readable picture" in fail(
    "unmask", f"--input={text}", *arguments
  )


def test_another_size_than_built(trained, tmp_path):
  data_dir, _ = trained
  message = fail(
    "train",
    "--config=configs/portraits.py:128",
    f"--workdir={tmp_path}",
    f"--config.data_dir={data_dir}",
  )
  assert "was built at 64 px, the config has image_size 128" in message
  assert "Traceback" not in message


def test_workdir_of_another_config(trained):
  data_dir, workdir = trained
  message = fail(
    "train",
    "--config=configs/quickstart.py",
    f"--workdir={workdir}",
    f"--config.data_dir={data_dir}",
  )
  assert "belongs to a run with another config: batch_size was 4" in message


def test_unknown_config_key(tmp_path):
  message = fail(
    "train",
    "--config=configs/quickstart.py",
    f"--workdir={tmp_path}",
    "--config.batchsize=4",
  )
  assert 'Did you mean "batch_size"' in message
  assert "Traceback" not in message


def test_config_that_is_not_there(tmp_path):
  message = fail("train", "--config=configs/typo.py", f"--workdir={tmp_path}")
  assert "configs/typo.py" in message and "Traceback" not in message


def test_config_value_of_another_kind(tmp_path):
  message = fail(
    "train",
    "--config=configs/quickstart.py",
    f"--workdir={tmp_path}",
    "--config.batch_size=many",
  )
  assert "batch_size" in message and "Traceback" not in message


def test_not_built_and_not_trained(tmp_path):
  message = fail(
    "train",
    "--config=configs/quickstart.py",
    f"--workdir={tmp_path}/run",
    f"--config.data_dir={tmp_path}/missing",
  )
  assert "no such folder. Build the dataset first" in message
  assert "no run here" in fail("evaluate", f"--workdir={tmp_path}")
