import json

import pytest

from configs import default, paper
from maskgan_jax.common import errors
from maskgan_jax.networks import build, config


@pytest.mark.parametrize("training", [default, paper])
def test_a_card_holds_the_whole_model(training):
  model = config.of_training(training.get_config())
  card = json.loads(json.dumps(model.to_dict()))
  assert config.from_dict(card) == model
  shapes = build.describe_shapes(build.variable_shapes(model))
  assert any(name.startswith("generator/params") for name in shapes)


def test_a_segmenter_alone():
  training = default.get_config()
  training.networks = ("segmenter",)
  model = config.of_training(training)
  assert model.generator is None and not model.structure
  assert set(build.modules(model)) == {"segmenter"}


def test_a_run_on_disk_gives_the_same_model(tmp_path):
  training = default.get_config()
  saved = json.loads(training.to_json_best_effort())
  assert config.of_training(saved) == config.of_training(training)


def test_a_card_may_know_no_landmarker():
  model = config.of_training(default.get_config())
  content = model.to_dict()
  del content["landmarker"]
  assert config.from_dict(content) == model and model.landmark_size == 0


def test_a_card_of_before_is_refused():
  content = config.of_training(default.get_config()).to_dict()
  del content["generator"]["structure"]
  content["generator"]["latent_size"] = 8
  with pytest.raises(errors.UserError, match="lacks .*structure.*latent_size"):
    config.from_dict(content)


def test_structure_and_rim_are_the_runs():
  training = default.get_config()
  assert not config.of_training(training).structure
  training.completion.structure, training.hidden_reach = True, 0.07
  model = config.of_training(training)
  assert model.structure and model.hidden_reach == 0.07
  shapes = build.describe_shapes(build.variable_shapes(model))
  assert "generator/params/lines/kernel" in shapes


@pytest.mark.parametrize(
  ("change", "message"),
  [
    ({"image_size": None}, "the model's config lacks .*image_size"),
    ({"colour": 1}, "has .*colour.* that is unknown"),
    ({"segmenter": {}}, "segmenter lacks .*features"),
    ({"segmenter": 3}, "segmenter is 3, not a table"),
    ({"generator": {"name": "vae"}}, 'name is "vae". Choose "completion"'),
    ({"generator": {"name": "pix2pix"}}, "generator lacks .*base_features"),
    ({"landmarker": {"features": (8,)}}, "landmarker lacks .*image_size"),
  ],
)
def test_what_is_no_model(change, message):
  content = config.of_training(default.get_config()).to_dict() | change
  content = {key: x for key, x in content.items() if x is not None}
  with pytest.raises(errors.UserError, match=message):
    config.from_dict(content)


def test_the_papers_generator_knows_no_structure():
  training = paper.get_config()
  training.completion.structure = True
  assert not config.of_training(training).structure


def test_an_unknown_dtype():
  with pytest.raises(errors.UserError, match='dtype is "int8". Choose one of'):
    build.compute_dtype("int8")
