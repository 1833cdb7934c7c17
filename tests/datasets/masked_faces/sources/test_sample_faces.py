import numpy as np

from maskgan_jax.datasets.masked_faces import sources


def test_sample_faces_are_people_of_their_own():
  source = sources.SampleFaces(3, seed=2)
  items, skipped = source.items()
  assert len({item.person_id for item in items}) == 3
  assert all(item.synthetic for item in items)
  assert not skipped
  first = source.load(items[0])
  assert first.image.dtype == np.uint8
  assert first.landmarks.shape == (468, 3)
  other = sources.SampleFaces(3, seed=3).load(items[0])
  assert not np.array_equal(first.image, other.image)
