import pytest

from maskgan_jax.common import errors
from maskgan_jax.evaluation import run
from maskgan_jax.networks import loaded

SUBJECT = {"workdir": "../run", "step": 4, "data_dir": "data", "split": "test"}


def test_scores_are_used_again_for_what_they_are_of(tmp_path):
  run._write_json(tmp_path / "subject.json", SUBJECT)
  run._check_subject(tmp_path, dict(SUBJECT))


@pytest.mark.parametrize(
  ("key", "value"),
  [("workdir", "../other"), ("step", 8), ("data_dir", "b"), ("split", "train")],
)
def test_scores_of_something_else_are_refused(tmp_path, key, value):
  run._write_json(tmp_path / "subject.json", SUBJECT)
  with pytest.raises(errors.UserError, match=f"{key} {SUBJECT[key]}") as caught:
    run._check_subject(tmp_path, SUBJECT | {key: value})
  assert "--output_dir" in str(caught.value)


def test_scores_of_unknown_origin_are_refused(tmp_path):
  with pytest.raises(errors.UserError, match="step unknown"):
    run._check_subject(tmp_path, SUBJECT)


def test_a_part_is_measured_once(tmp_path):
  path = tmp_path / "metrics.json"
  assert not run._has_part(path, {}, "variety", num_samples=4)
  result = {"variety": {"num_samples": 4}}
  assert run._has_part(path, result, "variety", num_samples=4)
  with pytest.raises(
    errors.UserError,
    match="json holds the variety with --num_samples=4, not 2. Give that",
  ):
    run._has_part(path, result, "variety", num_samples=2)
  with pytest.raises(errors.UserError, match="=another number, not 2"):
    run._has_part(path, {"variety": {}}, "variety", num_samples=2)


def test_networks_come_from_a_run_or_from_weights(tmp_path):
  path = tmp_path / "model.onnx"
  path.write_text("")
  with pytest.raises(
    errors.UserError, match="model.onnx: networks are read from a .safetensors"
  ):
    loaded.load(path)
  with pytest.raises(errors.UserError, match="run: no run here"):
    loaded.load(tmp_path / "run")
  with pytest.raises(errors.UserError, match="a.safetensors is missing. Give"):
    loaded.load(tmp_path / "a.safetensors")
