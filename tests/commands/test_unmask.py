import pytest

from maskgan_jax.commands import unmask
from maskgan_jax.common import errors
from maskgan_jax.networks import released_card

SEARCHED = {
  **{"probes": 1200, "persons": 500, "gallery": 3400},
  **{"true": {"rank_1": {"mean": 0.9}}, "masked": {"rank_1": {"mean": 0.5}}},
  "completed": {"rank_1": {"mean": 0.25}},
}


def test_a_result_says_that_it_identifies_nobody(monkeypatch):
  monkeypatch.setattr(released_card, "scores", lambda: {"n": 2})
  sentence = "A completed face makes nobody easier to identify"
  assert unmask._caution(False) == f"{sentence}."
  known = {"identification": SEARCHED}
  monkeypatch.setattr(released_card, "scores", lambda: known)
  assert unmask._caution(False) == (
    f"{sentence}: in a search among 3,400 bare photos 50 % of the masked faces"
    " find their person first, 25 % when completed, and 90 % of the true ones"
    " (1,200 photos of 500 people)."
  )


def test_by_a_reference_a_face_is_the_one_that_was_given():
  said = unmask._caution(True)
  assert "because that person was given" in said


def test_references_of_faces_are_read_by_their_numbers():
  said = ["2:mum.jpg", "1:C:/dad.jpg"]
  assert unmask._given(said) == {1: "C:/dad.jpg", 2: "mum.jpg"}
  for wrong in ("mum.jpg", "0:mum.jpg", "x:mum.jpg", "2:"):
    with pytest.raises(errors.UserError, match="must be NUMBER:PHOTO"):
      unmask._given([wrong])
  with pytest.raises(errors.UserError, match="face 1 has a photo already"):
    unmask._given(["1:a.jpg", "1:b.jpg"])
