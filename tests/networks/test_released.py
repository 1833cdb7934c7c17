import dataclasses
import json
import shutil

import jax
import numpy as np
import pytest

from maskgan_jax.common import errors
from maskgan_jax.evaluation import run
from maskgan_jax.networks import config as config_lib
from maskgan_jax.networks import loaded, released, runs
from maskgan_jax.training import checkpoints as checkpoints_lib
from maskgan_jax.training import starting
from tests import one_device


def test_released_weights_fit_their_config():
  found = released.load()
  for name in ("segmenter", "generator"):
    leaves = jax.tree.leaves(found.variables[name]["params"])
    assert all(x.dtype == np.float32 for x in leaves)
    assert all(np.isfinite(x).all() for x in leaves)
  assert sum(p.stat().st_size for p in released.WEIGHTS.parent.iterdir()) < 20e6


def test_written_weights_load_as_they_were(tiny_config, tmp_path):
  workdir = tmp_path / "run"
  tiny_config.dtype = "bfloat16"
  checkpoints_lib.claim_workdir(workdir, tiny_config)
  state = one_device.fresh(tiny_config)
  checkpoints = checkpoints_lib.Checkpoints(workdir, keep=1)
  checkpoints.save(
    state._replace(step=jax.numpy.asarray(7)), {"psnr_in_mask": 1.0}
  )
  checkpoints.close()
  step, variables = runs.load_inference(workdir, "latest")
  released.write(
    tmp_path / "new" / "mine.safetensors",
    model=config_lib.of_training(tiny_config),
    step=step,
    variables=variables,
    scores={"n": 3},
    commands=["train"],
  )
  names = {p.name for p in (tmp_path / "new").iterdir()}
  assert names == {"mine.safetensors", "mine.json"}
  written = tmp_path / "new" / "mine.safetensors"
  # The run is given the released landmarker.
  own = released.load().model.landmarker
  model = dataclasses.replace(loaded.load(written).model, landmarker=own)
  assert loaded.load(workdir).model == model
  found = released.load(written)
  assert found.step == 7
  assert found.model.image_size == tiny_config.image_size
  for name, variables in found.variables.items():
    saved = state.networks[name].ema_params
    assert jax.tree.structure(variables["params"]) == jax.tree.structure(saved)
    for a, b in zip(
      *map(jax.tree.leaves, (variables["params"], saved)), strict=True
    ):
      np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-6)


def test_the_hash_is_of_names_and_values():
  variables = {"generator": {"params": {"a": np.ones(3), "b": np.zeros(2)}}}
  first = released.sha256_of(variables)
  assert len(first) == 64
  turned = {"generator": {"params": {"b": np.zeros(2), "a": np.ones(3)}}}
  assert released.sha256_of(turned) == first
  variables["generator"]["params"]["a"][0] = 2
  assert released.sha256_of(variables) != first


@pytest.fixture
def copied(tmp_path):
  folder = shutil.copytree(released.WEIGHTS.parent, tmp_path / "weights")
  return folder / released.WEIGHTS.name


def test_changed_weights_are_refused(copied):
  with copied.open("ab") as file:
    file.write(b"0")
  with pytest.raises(errors.UserError, match="its card says .* Get both files"):
    released.load(copied)


def test_missing_weights_are_named(copied, monkeypatch):
  released.card_of(copied).unlink()
  with pytest.raises(
    errors.UserError,
    match=r"compact.json is missing. Give a .safetensors file with its .json",
  ):
    released.load(copied)
  copied.unlink()
  monkeypatch.setattr(released, "WEIGHTS", copied)
  with pytest.raises(
    errors.UserError, match="compact.safetensors is missing. Get the reposi"
  ):
    released.load(copied)


@pytest.mark.parametrize("text", ["text", "[]", '{"model": {}, "step": 1}'])
def test_another_file_than_a_card(text, copied):
  released.card_of(copied).write_text(text)
  with pytest.raises(
    errors.UserError, match=r"compact.json is no card of weights \(.*\). Give"
  ):
    released.load(copied)


def _change_model(weights, change):
  card = released.card_of(weights)
  described = json.loads(card.read_text())
  change(described["model"])
  card.write_text(json.dumps(described))


def test_weights_of_other_networks_than_their_card(copied):
  _change_model(copied, lambda c: c["segmenter"].update(features=[8]))
  with pytest.raises(
    errors.UserError,
    match=r"does not fit the model in its card: \d+ arrays differ, segmenter/"
    r"params/.* is \(.*, the model asks for .* Release the run again",
  ):
    released.load(copied)


def test_a_card_of_another_version(copied):
  _change_model(copied, lambda c: c.pop("segmenter"))
  with pytest.raises(
    errors.UserError, match="its model is not one of this version .*segmenter"
  ):
    released.load(copied)


def test_weights_are_written_to_a_file_of_their_kind(tmp_path):
  with pytest.raises(
    errors.UserError, match="mine.npz: give a name that ends in .safetensors"
  ):
    released.write(
      tmp_path / "mine.npz",
      model=released.load().model,
      step=0,
      variables={},
      scores={},
      commands=[],
    )


@pytest.mark.parametrize("weights", [None, "mine.safetensors"])
def test_scores_of_weights_in_a_file_need_a_place(weights):
  with pytest.raises(errors.UserError, match="say with --output_dir where"):
    run.evaluate(weights)


def test_released_weights_do_not_start_other_networks(tiny_config):
  state = one_device.fresh(tiny_config)
  with pytest.raises(errors.UserError, match="released: its .* this config's"):
    starting.start_from(state, released.load().variables, "released")
