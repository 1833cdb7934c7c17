"""What an example of the dataset holds."""

import numpy as np
import tensorflow_datasets as tfds

from maskgan_jax.faces import anatomy


def features() -> tfds.features.FeaturesDict:
  """Returns the features; README.md says what each of them is."""
  return tfds.features.FeaturesDict(
    {
      "id": tfds.features.Text(),
      "person_id": tfds.features.Text(),
      "reference_ids": tfds.features.Sequence(tfds.features.Text()),
      "source": tfds.features.Text(),
      "synthetic": np.bool_,
      "image": _picture(3, "jpeg"),
      "overlay": _picture(4, "png"),
      "alpha": _picture(1, "png"),
      "valid": _picture(1, "png"),
      "mask_type": tfds.features.Text(),
      "mask_params": tfds.features.Text(),
      "transform": tfds.features.Tensor(shape=(2, 3), dtype=np.float32),
      "landmarks": tfds.features.Tensor(
        shape=(anatomy.NUM_LANDMARKS, 3), dtype=np.float32
      ),
      "face_width": np.float32,
    }
  )


def _picture(channels: int, encoding: str) -> tfds.features.Image:
  """A picture of any size."""
  return tfds.features.Image(
    shape=(None, None, channels), encoding_format=encoding
  )
