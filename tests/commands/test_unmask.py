from maskgan_jax.commands import unmask
from maskgan_jax.networks import released_card

SEARCHED = {
  **{"probes": 1200, "persons": 500, "gallery": 3400},
  **{"true": {"rank_1": {"mean": 0.9}}, "masked": {"rank_1": {"mean": 0.5}}},
  "completed": {"rank_1": {"mean": 0.25}},
}


def test_a_result_says_that_it_identifies_nobody(monkeypatch):
  monkeypatch.setattr(released_card, "scores", lambda: {"n": 2})
  sentence = "A completed face makes nobody easier to identify"
  assert unmask._caution() == f"{sentence}."
  known = {"identification": SEARCHED}
  monkeypatch.setattr(released_card, "scores", lambda: known)
  assert unmask._caution() == (
    f"{sentence}: in a search among 3,400 bare photos 50 % of the masked faces"
    " find their person first, 25 % when completed, and 90 % of the true ones"
    " (1,200 photos of 500 people)."
  )
