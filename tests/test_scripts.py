"""The whole job through the command line, and what bad input is told."""

import json
import pathlib
import shutil

import matplotlib
import numpy as np
import pytest
from PIL import Image

from tests import command_line

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


@pytest.fixture(scope="module")
def trained(built, tmp_path_factory) -> tuple[str, pathlib.Path]:
  """A dataset of eight painted people and a run of three steps on it."""
  data_dir, _ = built
  workdir = tmp_path_factory.mktemp("job") / "run"
  command_line.succeed(
    "train",
    "--config=configs/quickstart.py",
    f"--workdir={workdir}",
    f"--config.data_dir={data_dir}",
    *SMALL,
  )
  return data_dir, workdir


def test_evaluation_prints_its_tables(trained, tmp_path):
  _, workdir = trained
  arguments = (f"--workdir={workdir}", f"--output_dir={tmp_path}")
  shown = command_line.succeed("evaluate", *arguments)
  assert "| completed predicted mask |" in shown and str(tmp_path) in shown
  # What is there is not measured again: these numbers are made up.
  path = tmp_path / "metrics.json"
  result = json.loads(path.read_text())
  interval = {"mean": 12.3, "low": 12.0, "high": 12.5}
  result["fd_vgg16"] = {"n": 9, "completed_predicted_mask": 45.6}
  result["robustness"] = {
    "robustness_images": 2,
    "n": 2,
    "conditions": {
      "clean": {"psnr_in_mask": interval, "identity": interval, "iou": interval}
    },
  }
  path.write_text(json.dumps(result))
  shown = command_line.succeed(
    "evaluate", *arguments, "--fd", "--robustness", "--robustness_images=2"
  )
  assert "exists and is used" in shown and "45.60 (n 9)" in shown
  assert "| clean | 12.30 (12.00-12.50) |" in shown
  assert "robustness with --robustness_images=2, not 3" in command_line.fail(
    "evaluate", *arguments, "--robustness", "--robustness_images=3"
  )


def test_unmask_writes_a_photo_or_says_why_not(trained, tmp_path):
  _, workdir = trained
  output = tmp_path / "unmasked.jpg"
  shown = command_line.succeed(
    "unmask",
    f"--input={HOPPER}",
    f"--output={output}",
    f"--workdir={workdir}",
  )
  # Three steps teach nothing: both outcomes are right if they are told.
  if output.exists():
    assert "1 of 1 faces unmasked. The face under a mask is a guess" in shown
    assert "A completed face makes nobody easier to identify" in shown
    with Image.open(output) as a, Image.open(HOPPER) as b:
      assert a.size == b.size
  else:
    assert "nothing to do. --force completes what looks like one." in shown
    shown = command_line.succeed(
      "unmask",
      f"--input={HOPPER}",
      f"--output={output}",
      f"--workdir={workdir}",
      "--force",
    )
    assert output.exists() and "completed because it was asked for." in shown
  # With a mask made by hand there is something to do.
  with Image.open(HOPPER) as photo:
    mask = Image.new("L", photo.size)
    mask.paste(255, (210, 190, 330, 280))
  mask.save(tmp_path / "mask.png")
  by_hand = tmp_path / "by_hand.jpg"
  shown = command_line.succeed(
    "unmask",
    f"--input={HOPPER}",
    f"--output={by_hand}",
    f"--workdir={workdir}",
    f"--mask={tmp_path / 'mask.png'}",
    f"--compare={HOPPER}",
  )
  assert by_hand.exists()
  scores = dict(line.split() for line in shown.splitlines()[-4:])
  assert set(scores) == {"psnr", "ssim", "psnr_in_mask", "ssim_in_mask"}
  assert float(scores["psnr_in_mask"]) < float(scores["psnr"]) < 60
  text = tmp_path / "text.jpg"
  text.write_text("not a picture")
  arguments = (f"--output={tmp_path / 'new.jpg'}", f"--workdir={workdir}")
  assert "text.jpg: not a readable picture" in command_line.fail(
    "unmask", f"--input={text}", *arguments
  )


def test_a_file_of_weights_serves_as_their_run(trained, tmp_path):
  _, workdir = trained
  scores, weights = tmp_path / "metrics.json", tmp_path / "mine.safetensors"
  scores.write_text("{}")
  command_line.succeed(
    "release",
    f"--workdir={workdir}",
    f"--metrics={scores}",
    "--trained_by=train.py",
    f"--output={weights}",
  )
  with Image.open(HOPPER) as photo:
    Image.new("L", photo.size, 255).save(tmp_path / "mask.png")
  written = []
  for networks in (f"--weights={weights}", f"--workdir={workdir}"):
    written.append(tmp_path / f"{len(written)}.png")
    command_line.succeed(
      "unmask",
      f"--input={HOPPER}",
      f"--output={written[-1]}",
      f"--mask={tmp_path / 'mask.png'}",
      networks,
    )
  first, second = (np.asarray(Image.open(p), int) for p in written)
  # The file has them in half precision.
  assert np.abs(first - second).max() < 16
  assert np.abs(first - second).mean() < 0.5
  message = command_line.fail(
    "unmask",
    f"--input={HOPPER}",
    f"--output={tmp_path / 'c.png'}",
    f"--weights={weights}",
    f"--workdir={workdir}",
  )
  assert "both say whose networks are used. Give one of them." in message


def test_unmask_takes_a_folder(trained, tmp_path):
  _, workdir = trained
  folder = tmp_path / "photos"
  folder.mkdir()
  shutil.copy(HOPPER, folder)
  (folder / "text.jpg").write_text("not a picture")
  arguments = (
    f"--input={folder}",
    f"--output={tmp_path / 'out'}",
    f"--workdir={workdir}",
  )
  shown = command_line.succeed("unmask", *arguments, "--copy_bare")
  assert "text.jpg: not a readable picture" in shown
  assert "failed 1." in shown
  assert (tmp_path / "out" / HOPPER.name).exists()
  assert "finished before 1" in command_line.succeed("unmask", *arguments)
  (folder / HOPPER.name).unlink()
  message = command_line.fail("unmask", *arguments)
  assert "None of the 1 photos" in message
  assert "--input is a folder" in command_line.fail(
    "unmask", *arguments, f"--mask={HOPPER}"
  )


def test_another_size_than_built(trained, tmp_path):
  data_dir, _ = trained
  message = command_line.fail(
    "train",
    "--config=configs/portraits.py:128",
    f"--workdir={tmp_path}",
    f"--config.data_dir={data_dir}",
  )
  assert "was built at 64 px, the config has image_size 128" in message


def test_workdir_of_another_config(trained):
  data_dir, workdir = trained
  message = command_line.fail(
    "train",
    "--config=configs/quickstart.py",
    f"--workdir={workdir}",
    f"--config.data_dir={data_dir}",
  )
  assert "belongs to a run with another config: batch_size was 4" in message


@pytest.mark.parametrize(
  ("arguments", "expected"),
  [
    (
      ("--config=configs/quickstart.py", "--config.batchsize=4"),
      "error: 'batchsize'\nDid you mean \"batch_size\"",
    ),
    (
      ("--config=configs/quickstart.py", "--config.batch_size=many"),
      "--config.batch_size=many",
    ),
    (("--config=configs/typo.py",), "configs/typo.py"),
  ],
)
def test_bad_configs(arguments, expected, tmp_path):
  message = command_line.fail("train", f"--workdir={tmp_path}", *arguments)
  assert expected in message


def test_ablation_tries_every_config_first(tmp_path):
  (tmp_path / "row.py").write_text("def get_config(:")
  message = command_line.fail(
    "ablate",
    f"--folder={tmp_path}",
    f"--data_dir={tmp_path}",
    f"--output_dir={tmp_path}/out",
  )
  assert f"{tmp_path}/row.py: SyntaxError" in message
  assert "nothing has been trained" in message


def test_not_built_and_not_trained(tmp_path):
  message = command_line.fail(
    "train",
    "--config=configs/quickstart.py",
    f"--workdir={tmp_path}/run",
    f"--config.data_dir={tmp_path}/missing",
  )
  assert "no such folder. Build the dataset first" in message
  assert "no run here" in command_line.fail("evaluate", f"--workdir={tmp_path}")
