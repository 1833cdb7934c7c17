import jax
import numpy as np
import pytest

from maskgan_jax.common import errors
from maskgan_jax.networks import loaded
from maskgan_jax.networks import runs as runs_lib
from maskgan_jax.training import averaging
from maskgan_jax.training import checkpoints as checkpoints_lib
from tests import one_device


def save(config, workdir, value):
  """A run whose parameters are all one value."""
  state = one_device.fresh(config)
  networks = jax.tree.map(lambda x: jax.numpy.full_like(x, value), state)
  checkpoints_lib.claim_workdir(workdir, config)
  checkpoints = checkpoints_lib.Checkpoints(workdir)
  checkpoints.save(
    networks._replace(step=jax.numpy.asarray(3)), {"psnr_in_mask": 1.0}
  )
  checkpoints.close()
  return str(workdir)


def test_parameters_are_the_weighted_mean(tiny_config, tmp_path):
  runs = [
    save(tiny_config, tmp_path / str(value), value) for value in (1.0, 2.0, 4.0)
  ]
  between = str(tmp_path / "between")
  averaging.average(runs, [0.5, 0.25, 0.25], between)
  step, found = runs_lib.load_inference(between, "latest")
  assert step == 3
  assert set(found) == {"segmenter", "generator"}
  for x in jax.tree.leaves(found):
    np.testing.assert_allclose(x, 2.0)
  assert loaded.load(between).step == 3
  with pytest.raises(errors.UserError, match="between holds a checkpoint"):
    averaging.average(runs, [0.5, 0.25, 0.25], between)


def test_networks_must_be_alike(tiny_config, tmp_path):
  first = save(tiny_config, tmp_path / "first", 1.0)
  tiny_config.completion.features = (8, 16)
  second = save(tiny_config, tmp_path / "second", 2.0)
  between = tmp_path / "between"
  with pytest.raises(errors.UserError, match="first: its generator has"):
    averaging.average([first, second], [0.5, 0.5], str(between))
  assert not between.exists()


@pytest.mark.parametrize(
  ("shares", "message"),
  [
    ([1.0], "2 runs but 1 shares"),
    ([1.5, -0.5], "shares are 1.5, -0.5; they must be at least 0"),
    ([0.5, 0.4], "together 1"),
    ([float("nan"), 0.5], "shares are nan"),
  ],
)
def test_shares_are_shares(tmp_path, shares, message):
  with pytest.raises(errors.UserError, match=message):
    averaging.average(["a", "b"], shares, str(tmp_path / "between"))


def test_only_what_is_named_is_averaged(tiny_config, tmp_path):
  runs = [
    save(tiny_config, tmp_path / name, value)
    for name, value in (("first", 1.0), ("second", 2.0))
  ]
  averaging.average(
    runs, [0.5, 0.5], str(tmp_path / "mean"), networks=["generator"]
  )
  _, found = runs_lib.load_inference(tmp_path / "mean", "latest")
  values = {
    name: {
      float(x) for leaf in jax.tree.leaves(one["params"]) for x in [leaf.mean()]
    }
    for name, one in found.items()
  }
  assert values == {"segmenter": {2.0}, "generator": {1.5}}


def test_an_unknown_network_is_named(tmp_path):
  with pytest.raises(errors.UserError, match="name typo; choose among"):
    averaging.average(["a", "b"], [0.5, 0.5], str(tmp_path), networks=["typo"])
