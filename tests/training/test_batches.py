import itertools

import numpy as np
import pytest

from maskgan_jax.common import errors
from maskgan_jax.datasets.masked_faces import reader
from maskgan_jax.training import batches as batches_lib


@pytest.fixture
def source(built):
  return batches_lib.open_split(built[0], "train", 64)


def _schedule(start=0, num_steps=7, together=1):
  return batches_lib.Schedule(
    batch_size=4,
    seed=3,
    start_step=start,
    num_steps=num_steps,
    steps_per_dispatch=together,
  )


def _batches(source, *schedule, **options):
  return list(
    batches_lib.train_batches(source, _schedule(*schedule, **options))
  )


def test_batches_are_uint8_and_agree(source):
  batches = _batches(source)
  assert len(batches) == 7
  for batch in batches:
    assert batch.image.shape == batch.masked_image.shape == (4, 64, 64, 3)
    assert batch.mask.shape == batch.valid.shape == (4, 64, 64, 1)
    assert batch.landmarks.shape == (4, 468, 3)
    assert batch.landmarks.dtype == np.float32
    assert all(x.dtype == np.uint8 for x in batch[:4])
    assert batch.mask.max() <= 1


def test_starting_late_goes_on_where_it_was(source):
  """Also over the end of an epoch: the 12 examples are 3 batches."""
  whole = _batches(source)
  for start in (1, 5):
    for a, b in zip(_batches(source, start), whole[start:], strict=True):
      for x, y in zip(a, b, strict=True):
        np.testing.assert_array_equal(x, y)


def test_batches_of_several_steps_hold_what_they_held_apart(source):
  apart = _batches(source, num_steps=6)
  together = _batches(source, num_steps=6, together=3)
  assert len(together) == 2
  for i, batch in enumerate(apart):
    for x, y in zip(batch, together[i // 3], strict=True):
      np.testing.assert_array_equal(x, y[i % 3])


def test_indices_name_what_the_batches_hold(source):
  everything = batches_lib.load(source)
  assert everything.image.shape == (len(source), 64, 64, 3)
  indices = list(batches_lib.train_indices(source, _schedule()))
  for chosen, batch in zip(indices, _batches(source), strict=True):
    for x, y in zip(everything, batch, strict=True):
      np.testing.assert_array_equal(x[chosen], y)


def test_processes_take_their_part_of_each_batch(source, monkeypatch):
  whole = _batches(source)
  monkeypatch.setattr(batches_lib.jax, "process_count", lambda: 2)
  for process in range(2):
    monkeypatch.setattr(batches_lib.jax, "process_index", lambda p=process: p)
    part = slice(2 * process, 2 * process + 2)
    for a, b in zip(_batches(source), whole, strict=True):
      np.testing.assert_array_equal(a.image, b.image[part])
  monkeypatch.setattr(batches_lib.jax, "process_count", lambda: 3)
  with pytest.raises(errors.UserError, match="divide among 3 processes"):
    _batches(source)


def test_an_epoch_holds_every_example_once_and_epochs_differ(source):
  batches = _batches(source, num_steps=9)
  keys = [image.tobytes() for b in batches for image in b.masked_image]
  count = len(source)
  assert len(keys) == 2 * count
  everything = {source[i]["masked_image"].tobytes() for i in range(count)}
  assert set(keys[:count]) == set(keys[count:]) == everything
  assert keys[:count] != keys[count:]


def test_evaluation_counts_every_example_once(source):
  assert len(source) == 18
  found = list(batches_lib.eval_batches(source, 5))
  assert [len(b.ids) for b in found] == [5, 5, 5, 3]
  assert all(len(b.batch.image) == 5 for b in found)
  ids = list(itertools.chain.from_iterable(b.ids for b in found))
  assert len(set(ids)) == len(source)
  for b in found:
    for kind, params in zip(b.mask_types, b.mask_params, strict=True):
      assert params.get("mask_type", "none") == kind
  np.testing.assert_array_equal(
    found[-1].batch.image[2], found[-1].batch.image[4]
  )


def test_another_size_is_refused(built):
  with pytest.raises(
    errors.UserError, match="built at 64 px, the config has image_size 128"
  ):
    batches_lib.open_split(built[0], "train", 128)


def test_pictures_are_brought_to_the_size(built):
  source = batches_lib.open_split(built[0], "test", 48)
  for batch in (batches_lib.load(source), _batches(source)[0]):
    assert batch.image.shape[1:] == batch.masked_image.shape[1:] == (48, 48, 3)
    assert batch.mask.shape[1:] == batch.valid.shape[1:] == (48, 48, 1)
    assert 24 < np.nanmax(batch.landmarks[..., :2]) < 60


def test_faces_that_are_small_on_their_photos_are_left_out(built, source):
  widths = [example["face_width"] for example in source]
  bar = float(np.median(widths))
  found = batches_lib.open_split(built[0], "train", 64, bar)
  assert 0 < len(found) < len(source)
  assert [x["id"] for x in found] == [
    x["id"] for x in source if x["face_width"] >= bar
  ]
  with pytest.raises(
    errors.UserError, match="no face of train is 999 px wide.*min_face_width"
  ):
    batches_lib.open_split(built[0], "train", 64, 999.0)


def test_pairs_whose_faces_are_not_found_stay(built, monkeypatch):
  encoded, metadata = reader.open_split(built[0], "test")
  unknown = [{**item, "face_width": np.nan} for item in encoded]
  monkeypatch.setattr(
    batches_lib.reader, "open_split", lambda *_: (unknown, metadata)
  )
  assert len(batches_lib.open_split("x", "test", 64, 160.0)) == len(encoded)
