"""The TFDS dataset masked_faces; importing this makes it known to TFDS."""

from maskgan_jax.datasets.masked_faces import masked_faces_dataset_builder

Builder = masked_faces_dataset_builder.Builder
