import json
import shutil

import jax
import numpy as np
import pytest

from maskgan_jax.common import errors
from maskgan_jax.training import loop


def _train(config, workdir):
  return loop.train(config, str(workdir), jax.devices()[:1])


def test_resuming_equals_not_stopping(tiny_config, tmp_path, capsys):
  for name in tiny_config.networks:
    tiny_config.optimizer.schedule[name] = "constant"
  whole = _train(tiny_config, tmp_path / "constant")
  tiny_config.num_train_steps = 2
  _train(tiny_config, tmp_path / "resumed")
  tiny_config.num_train_steps = 4
  resumed = _train(tiny_config, tmp_path / "resumed")
  for a, b in zip(*map(jax.tree.leaves, (whole, resumed)), strict=True):
    np.testing.assert_array_equal(a, b)
  lines = (tmp_path / "resumed/metrics.jsonl").read_text().splitlines()
  steps = [json.loads(x)["step"] for x in lines if "train/g_loss" in x]
  assert steps == [1, 2, 3, 4]
  scores = [json.loads(x) for x in lines if "eval/psnr_in_mask" in x]
  assert [s["step"] for s in scores] == [2, 4]
  assert list((tmp_path / "resumed/samples").glob("*.jpg"))
  assert list((tmp_path / "resumed/tensorboard").iterdir())
  shown = capsys.readouterr().err
  assert "4/4" in shown and "Validation at step 4: " in shown
  assert "g_loss" in shown
  rows = [json.loads(x) for x in lines if "train/" in x]
  # The first step of each start compiles: its time says nothing.
  timed = [row["step"] for row in rows if "train/steps_per_second" in row]
  assert timed == [2, 4]
  again = _train(tiny_config, tmp_path / "resumed")
  assert "has already trained 4 steps" in capsys.readouterr().out
  assert int(again.step) == 4


def test_several_steps_a_dispatch_train_the_same(tiny_config, tmp_path):
  def losses(workdir):
    lines = (workdir / "metrics.jsonl").read_text().splitlines()
    rows = [json.loads(x) for x in lines if "train/" in x]
    return {row["step"]: row["train/segmenter_loss"] for row in rows}

  tiny_config.networks = ("segmenter",)
  _train(tiny_config, tmp_path / "single")
  tiny_config.steps_per_dispatch = 2
  tiny_config.log_every_steps = 2
  tiny_config.dataset_on_device = True
  _train(tiny_config, tmp_path / "together")
  single, together = losses(tmp_path / "single"), losses(tmp_path / "together")
  assert list(together) == [2, 4]
  for last, loss in together.items():
    mean = (single[last - 1] + single[last]) / 2
    np.testing.assert_allclose(loss, mean, rtol=1e-4)


def test_starts_from_another_run_once(tiny_config, tmp_path):
  tiny_config.networks = ("segmenter",)
  first = _train(tiny_config, tmp_path / "first")
  tiny_config.init_from = str(tmp_path / "first")
  tiny_config.num_train_steps = 2
  tiny_config.optimizer.learning_rate.segmenter = 0.0
  second = _train(tiny_config, tmp_path / "second")
  assert int(second.step) == 2
  for a, b in zip(
    jax.tree.leaves(first.networks["segmenter"].ema_params),
    jax.tree.leaves(second.networks["segmenter"].params),
    strict=True,
  ):
    np.testing.assert_array_equal(a, b)
  # Resumed, it goes on from its own checkpoint.
  shutil.rmtree(tmp_path / "first")
  tiny_config.num_train_steps = 4
  assert int(_train(tiny_config, tmp_path / "second").step) == 4


def test_no_run_to_start_from_spoils_nothing(tiny_config, tmp_path):
  tiny_config.networks = ("segmenter",)
  tiny_config.init_from = str(tmp_path / "nowhere")
  with pytest.raises(
    errors.UserError, match="config.init_from: .*nowhere: no run here"
  ):
    _train(tiny_config, tmp_path / "run")
  tiny_config.init_from = ""
  tiny_config.num_train_steps = 2
  assert int(_train(tiny_config, tmp_path / "run").step) == 2


def test_the_adversary_comes_later(tiny_config, tmp_path):
  tiny_config.loss.adversarial_from_step = 2
  _train(tiny_config, tmp_path)
  lines = (tmp_path / "metrics.jsonl").read_text().splitlines()
  rows = [json.loads(x) for x in lines if "train/g_loss" in x]
  assert [r["step"] for r in rows if "train/d_loss" in r] == [3, 4]


def test_not_finite_stops_and_names_metric_and_step(tiny_config, tmp_path):
  tiny_config.optimizer.learning_rate.generator = float("nan")
  tiny_config.networks = ("segmenter", "generator")
  with pytest.raises(
    errors.UserError, match=r"train/\w+ is nan at step 2. The run stops"
  ):
    _train(tiny_config, tmp_path)
  assert not list((tmp_path / "checkpoints").glob("[0-9]*"))


def test_metrics_of_several_steps_are_told_apart():
  pending = [{"a": np.array([1.0, 2.0])}, {"a": np.array([3.0, 4.0])}]
  assert [v["a"] for v in loop.single_steps(pending)] == [1, 2, 3, 4]
  assert loop.single_steps([{"a": np.array(5.0)}]) == [{"a": 5.0}]


def test_finite_metrics_pass():
  loop.check_finite(3, [{"g_loss": 1.0}, {"g_loss": 2.0}])
  with pytest.raises(errors.UserError, match="g_loss is inf at step 3"):
    loop.check_finite(3, [{"g_loss": 1.0}, {"g_loss": float("inf")}])
