import jax
import numpy as np
import pytest

from maskgan_jax import checkpoint, errors, evaluate, interpolation
from tests import one_device


def save(config, workdir, value):
  """A run whose parameters are all one value."""
  state = one_device.fresh(config)
  networks = jax.tree.map(lambda x: jax.numpy.full_like(x, value), state)
  checkpoint.claim_workdir(workdir, config)
  checkpoints = checkpoint.Checkpoints(workdir)
  checkpoints.save(
    networks._replace(step=jax.numpy.asarray(3)), {"psnr_in_mask": 1.0}
  )
  checkpoints.close()
  return str(workdir)


def test_parameters_lie_between(tiny_config, tmp_path):
  first = save(tiny_config, tmp_path / "first", 1.0)
  second = save(tiny_config, tmp_path / "second", 2.0)
  between = str(tmp_path / "between")
  interpolation.interpolate(first, second, 0.25, between)
  step, found = checkpoint.load_inference(between, "latest")
  assert step == 3
  assert set(found) == {"segmenter", "generator"}
  for x in jax.tree.leaves(found):
    np.testing.assert_allclose(x, 1.25)
  assert evaluate.Evaluator(between).step == 3
  with pytest.raises(errors.UserError, match="between holds a checkpoint"):
    interpolation.interpolate(first, second, 0.5, between)


def test_networks_must_be_alike(tiny_config, tmp_path):
  first = save(tiny_config, tmp_path / "first", 1.0)
  tiny_config.completion.features = (8, 16)
  second = save(tiny_config, tmp_path / "second", 2.0)
  with pytest.raises(errors.UserError, match="first: its generator has other"):
    interpolation.interpolate(first, second, 0.5, str(tmp_path / "between"))
  assert not (tmp_path / "between").exists()


def test_a_share_is_a_share(tmp_path):
  with pytest.raises(errors.UserError, match="share is 1.5; it must be within"):
    interpolation.interpolate("a", "b", 1.5, str(tmp_path / "between"))
