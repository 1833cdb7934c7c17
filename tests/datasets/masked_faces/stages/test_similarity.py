import numpy as np

from maskgan_jax.datasets.masked_faces.stages import similarity


def test_pairs_are_those_of_all_with_all(monkeypatch):
  monkeypatch.setattr(similarity, "_BLOCK", 7)
  rng = np.random.default_rng(0)
  vectors = rng.standard_normal((30, 3)).astype(np.float32)
  vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
  labels = rng.integers(0, 5, 30)
  found = similarity.above(vectors, 0.4, labels)
  expected = {
    (i, j)
    for i in range(30)
    for j in range(i + 1, 30)
    if vectors[i] @ vectors[j] > 0.4 and labels[i] != labels[j]
  }
  pairs = list(zip(found.first.tolist(), found.second.tolist(), strict=True))
  assert set(pairs) == expected
  assert len(pairs) == len(expected) > 20
  np.testing.assert_allclose(
    found.cosine, [vectors[i] @ vectors[j] for i, j in pairs], rtol=1e-5
  )


def test_nobody():
  found = similarity.above(np.zeros((0, 3)), 0.4, np.zeros(0, int))
  assert [len(part) for part in found] == [0, 0, 0]
