"""The Frechet distance between two sets of features, gathered in one pass."""

import numpy as np


class Gaussian:
  """Mean and covariance of features; holds no feature itself.

  Attributes:
    count: how many were added.
  """

  def __init__(self, dimensions: int):
    self.count = 0
    self._sum = np.zeros(dimensions)
    self._products = np.zeros((dimensions, dimensions))

  def add(self, features: np.ndarray) -> None:
    """Adds features [N, dimensions]."""
    features = np.asarray(features, np.float64)
    self.count += len(features)
    self._sum += features.sum(axis=0)
    self._products += features.T @ features

  @property
  def mean(self) -> np.ndarray:
    """[dimensions]"""
    return self._sum / self.count

  @property
  def covariance(self) -> np.ndarray:
    """[dimensions, dimensions], unbiased."""
    scatter = self._products - np.outer(self._sum, self.mean)
    return scatter / (self.count - 1)


def distance(first: Gaussian, second: Gaussian) -> float:
  """Returns the squared Frechet distance of two normal distributions.

  |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)) (Dowson and Landau, 1982; Heusel
  et al., 2017). From few features it comes out too large.

  Raises:
    ValueError: one of them holds fewer than two features.
  """
  if min(first.count, second.count) < 2:
    raise ValueError(
      f"A covariance needs two features, got {first.count} and {second.count}."
    )
  one, two = first.covariance, second.covariance
  values, vectors = np.linalg.eigh(one)
  # Rounding leaves some eigenvalues of a singular matrix below zero.
  root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
  # (C1 C2) has the eigenvalues of this symmetric matrix.
  values = np.linalg.eigvalsh(root @ two @ root)
  shared = np.sqrt(np.maximum(values, 0)).sum()
  offset = np.square(first.mean - second.mean).sum()
  return float(offset + np.trace(one) + np.trace(two) - 2 * shared)
