import json

import jax
import numpy as np
import pytest

from configs import landmarker as landmarker_config
from maskgan_jax.common import errors
from maskgan_jax.datasets.landmark_crops import (
  build,
  landmark_crops_dataset_builder,
)
from maskgan_jax.datasets.masked_faces import sources
from maskgan_jax.datasets.masked_faces.stages import people
from maskgan_jax.networks import loaded, runs
from maskgan_jax.training import loop


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
  """Crops of two painted people a split."""
  items = []
  for split in people.BUCKETS:
    names = (f"portrait-{i:06d}" for i in range(300))
    known = [name for name in names if people.split_of(name) == split][:2]
    items += [sources.Item(name, name, int(name[-6:])) for name in known]
  folder = str(tmp_path_factory.mktemp("crops"))
  with pytest.MonkeyPatch.context() as patch:
    patch.setattr(sources.SampleFaces, "items", lambda _: (items, []))
    patch.setattr(
      landmark_crops_dataset_builder,
      "VARIANTS",
      {"train": 2, "validation": 3, "test": 1},
    )
    source = sources.SampleFaces(300)
    build.build(source, folder, seed=0, num_processes=1)
  return folder


@pytest.fixture
def config(data_dir):
  c = landmarker_config.get_config().unlock()
  c.data_dir = data_dir
  c.batch_size = 4
  c.num_train_steps = 4
  c.log_every_steps = 1
  c.eval_every_steps = c.checkpoint_every_steps = 2
  c.landmarker.image_size = 32
  c.landmarker.features = (8, 8)
  c.landmarker.num_blocks = (1, 1)
  c.init_from = ""
  c.frozen_levels = 0
  c.optimizer.learning_rate = 1e-4
  c.optimizer.schedule = "constant"
  c.optimizer.warmup_steps = 0
  return c


def _train(config, workdir):
  return loop.train(config, str(workdir), jax.devices()[:1])


def test_resuming_equals_not_stopping(config, tmp_path):
  whole = _train(config, tmp_path / "whole")
  config.num_train_steps = 2
  _train(config, tmp_path / "resumed")
  config.num_train_steps = 4
  resumed = _train(config, tmp_path / "resumed")
  for a, b in zip(*map(jax.tree.leaves, (whole, resumed)), strict=True):
    np.testing.assert_array_equal(a, b)
  lines = (tmp_path / "resumed/metrics.jsonl").read_text().splitlines()
  rows = [json.loads(line) for line in lines]
  losses = [x["train/points_loss"] for x in rows if "train/points_loss" in x]
  assert len(losses) == 4 and losses[-1] < losses[0]
  scores = [x for x in rows if "eval/masked_corner_shift" in x]
  assert [x["step"] for x in scores] == [2, 4]
  assert scores[0]["eval/bare_corner_shift_p90"] > 0
  assert list((tmp_path / "resumed/samples").glob("*.jpg"))
  step, variables = runs.load_inference(tmp_path / "resumed", "best")
  assert step in (2, 4) and set(variables) == {"landmarker"}


def test_a_landmarker_alone_takes_no_masks_off(config, tmp_path):
  config.num_train_steps = 2
  _train(config, tmp_path)
  with pytest.raises(errors.UserError, match="release.py --landmarker_workdir"):
    loaded.load(tmp_path)


def test_batches_are_drawn_one_step_at_a_time(config, tmp_path):
  config.steps_per_dispatch = config.log_every_steps = 2
  with pytest.raises(errors.UserError, match="steps_per_dispatch is 2"):
    _train(config, tmp_path)
