import json

from maskgan_jax.networks import released, released_card


def test_scores_are_those_of_the_released_weights():
  card = json.loads(released.card_of(released.WEIGHTS).read_text())
  assert released_card.scores() == card["scores"]


def test_without_a_card_nothing_is_known(tmp_path, monkeypatch):
  monkeypatch.setattr(released_card, "_PATH", tmp_path / "compact.json")
  assert released_card.scores() == {}
