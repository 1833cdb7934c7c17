"""Paints portraits of people who do not exist, for smoke runs and tests.

The painter lets the whole program run, train and be tested with no download
and no real person. Its pictures are illustrations: what a network scores on
them says nothing about real faces. What a face mask would hide follows from
what it leaves visible (`traits`), so that training has something to learn.
"""

from maskgan_jax.datasets.sample_faces.painter import Portrait, paint

__all__ = ["Portrait", "paint"]
