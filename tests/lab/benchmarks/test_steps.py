import jax
import pytest

from maskgan_jax.lab.benchmarks import steps


@pytest.fixture(autouse=True)
def small_matrices(monkeypatch):
  monkeypatch.setattr(steps, "_MATMUL_SIDES", {"cpu": 64})


def test_a_step_is_timed_and_counted(tiny_config):
  tiny_config.networks = ("segmenter",)
  found = steps.train_step(tiny_config, 3)
  step = found["step_ms"]
  assert 0 < step["p10"] <= step["median"] <= step["p90"]
  seconds = step["median"] / 1000
  assert found["images_per_second"] == pytest.approx(4 / seconds)
  rate = 4 * found["gflop_per_image"] / seconds
  assert found["fraction_of_matmul"] == pytest.approx(
    rate / found["matmul_gflops"]
  )
  assert found["compile_s"] > 0 and found["peak_memory_gib"] > 0


def test_several_steps_a_dispatch_are_told_by_the_step(tiny_config):
  tiny_config.steps_per_dispatch = 2
  devices = jax.local_devices()[:1]
  _, batch = steps._dataset_and_batches(tiny_config, devices)
  assert batch.image.shape == (2, 4, 64, 64, 3)
  call = {"median": 6.0, "p10": 4.0, "p90": 8.0}
  assert steps._a_step(tiny_config, call)["median"] == 3.0


def test_a_dataset_on_the_device_is_not_sent_again(tiny_config):
  tiny_config.networks = ("segmenter",)
  sent = steps.train_step(tiny_config, 1)
  tiny_config.steps_per_dispatch = 2
  tiny_config.dataset_on_device = True
  devices = jax.local_devices()[:1]
  dataset, batch = steps._dataset_and_batches(tiny_config, devices)
  assert dataset.image.shape == (4, 64, 64, 3) and batch.shape == (2, 4)
  held = steps.train_step(tiny_config, 1)
  # Of the two steps of a dispatch, one is counted.
  assert held["gflop_per_image"] == pytest.approx(
    sent["gflop_per_image"], rel=0.01
  )


def test_the_forward_pass_counts_its_convolutions(tiny_config):
  found = steps.generator(tiny_config, 2)
  # One 3x3 kernel from 48 to 8 features at 16 x 16 positions is a lower bound.
  assert found["gflop_per_image"] > 2 * 16 * 16 * 9 * 48 * 8 / 1e9


@pytest.mark.parametrize("on_device", [False, True])
def test_input_is_timed_by_the_path_of_the_config(tiny_config, on_device):
  tiny_config.dataset_on_device = on_device
  found = steps.read_input(tiny_config, 3)
  assert found["batch_size"] == 4 and found["images_per_second"] > 0
