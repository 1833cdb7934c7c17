import types

import pytest

from maskgan_jax.common import errors
from maskgan_jax.datasets.masked_faces import reader
from maskgan_jax.evaluation import subject

SUBJECT = {"weights_sha256": "a" * 64, "step": 4, "split": "test"}


def _networks(weights="a" * 64):
  return types.SimpleNamespace(weights_sha256=weights, step=4)


def test_a_subject_is_told_by_hashes_not_by_paths(built, monkeypatch):
  found = subject.of(_networks(), built[0], "test")
  assert found["weights_sha256"] == "a" * 64 and found["split"] == "test"
  assert built[0] not in str(found)
  before = reader.metadata(built[0])
  # The same dataset elsewhere is the same, another one in its place is not.
  monkeypatch.setattr(reader, "metadata", lambda data_dir: dict(before))
  assert subject.of(_networks(), "moved", "test") == found
  monkeypatch.setattr(reader, "metadata", lambda data_dir: {**before, "x": 1})
  other = subject.of(_networks(), built[0], "test")
  assert other["dataset_sha256"] != found["dataset_sha256"]


def test_scores_are_used_again_for_what_they_are_of(tmp_path):
  subject.write(tmp_path, SUBJECT)
  subject.check(tmp_path, dict(SUBJECT))


@pytest.mark.parametrize(
  ("key", "value", "shown"),
  [
    ("weights_sha256", "b" * 64, "weights_sha256 aaaaaaaaaaaa, not bbbbbbbbbb"),
    ("step", 8, "step 4, not 8"),
    ("split", "train", "split test, not train"),
  ],
)
def test_scores_of_something_else_are_refused(tmp_path, key, value, shown):
  subject.write(tmp_path, SUBJECT)
  with pytest.raises(errors.UserError, match=shown) as caught:
    subject.check(tmp_path, SUBJECT | {key: value})
  assert "--output_dir" in str(caught.value)


def test_scores_of_unknown_origin_are_refused(tmp_path):
  with pytest.raises(errors.UserError, match="step unknown, not 4"):
    subject.check(tmp_path, SUBJECT)
