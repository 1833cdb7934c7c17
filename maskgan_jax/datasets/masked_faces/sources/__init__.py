"""Where the photos of a dataset come from: one picklable object a kind."""

from maskgan_jax.datasets.masked_faces.sources import manifest
from maskgan_jax.datasets.masked_faces.sources.folder import Folder, not_utf8
from maskgan_jax.datasets.masked_faces.sources.interface import (
  KINDS,
  Item,
  Loaded,
  Skipped,
  Source,
  SourceError,
)
from maskgan_jax.datasets.masked_faces.sources.sample_faces import SampleFaces

MANIFEST = manifest.FILE
manifest_rows = manifest.rows_of
is_synthetic = manifest.is_synthetic

__all__ = [
  "KINDS",
  "MANIFEST",
  "Folder",
  "Item",
  "Loaded",
  "SampleFaces",
  "Skipped",
  "Source",
  "SourceError",
  "is_synthetic",
  "not_utf8",
  "manifest_rows",
]
