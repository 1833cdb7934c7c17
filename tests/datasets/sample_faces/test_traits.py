import numpy as np

from maskgan_jax.datasets.sample_faces import traits

PEOPLE = [traits.sample(np.random.default_rng(seed)) for seed in range(300)]


def _match(first, second):
  return np.corrcoef(first, second)[0, 1]


def test_same_seed_same_person():
  again = traits.sample(np.random.default_rng(0))
  assert again.shape == PEOPLE[0].shape
  np.testing.assert_array_equal(again.skin, PEOPLE[0].skin)


def test_ranges():
  for person in PEOPLE:
    assert abs(person.yaw) <= 35
    assert abs(person.pitch) <= 14 and abs(person.roll) <= 14
    assert 0 <= person.age <= 1 and 0 <= person.beard <= 1
    for colour in (person.skin, person.hair, person.lips, person.iris):
      assert colour.shape == (3,)
      assert colour.min() >= 0 and colour.max() <= 265
    np.testing.assert_allclose(np.linalg.norm(person.light), 1, atol=1e-5)


def test_every_style_turns_up():
  styles = {person.hair_style for person in PEOPLE}
  assert styles == set(traits.HAIR_STYLES)
  assert {p.glasses for p in PEOPLE} == {"none", "round", "square"}
  assert {p.collar for p in PEOPLE} == {"crew", "vee", "shirt"}
  share = np.mean([person.beard > 0 for person in PEOPLE])
  assert 0.1 < share < 0.4


def test_a_smile_narrows_the_eyes():
  smile = [person.shape.smile for person in PEOPLE]
  assert _match(smile, [p.shape.eye_opening for p in PEOPLE]) < -0.8


def test_a_wide_face_has_a_wide_jaw():
  width = [person.shape.width for person in PEOPLE]
  assert _match(width, [p.shape.jaw for p in PEOPLE]) > 0.6


def test_lips_follow_the_lids_and_the_skin():
  bare = [p for p in PEOPLE if p.lid_paint == 0]
  assert _match([p.skin[1] for p in bare], [p.lips[1] for p in bare]) > 0.95
  redness = [p.lips[0] / p.lips[1] for p in PEOPLE]
  assert _match([p.lid_paint for p in PEOPLE], redness) > 0.5


def test_grey_comes_with_age():
  spread = [np.ptp(person.hair) / person.hair.max() for person in PEOPLE]
  assert _match([person.age for person in PEOPLE], spread) < -0.4
