import pickle

import pytest

from maskgan_jax.common import errors, files
from maskgan_jax.datasets.masked_faces.engines import spool


def test_values_come_back_in_any_order_and_process(tmp_path):
  with spool.Spool(tmp_path / "new" / "values") as values:
    for i in range(10):
      values.put(f"a/{i}", ("x" * i, i))
    elsewhere = pickle.loads(pickle.dumps(values))
    assert elsewhere.get("a/7") == ("xxxxxxx", 7)
    assert elsewhere.get("a/0") == ("", 0)
    assert elsewhere.holds("a/7") and not elsewhere.holds("a/70")
    elsewhere.put("a/7", "another")
    assert values.get("a/7") == "another"


def test_leaves_no_file(tmp_path):
  with spool.Spool(tmp_path / "values") as values:
    assert not values.resume("state")
    values.put("key", b"0" * 100_000)
  assert not list(tmp_path.iterdir())


def test_bad_input_leaves_no_file(tmp_path):
  with pytest.raises(errors.UserError), spool.Spool(tmp_path / "x") as values:
    values.put("key", 1)
    raise errors.UserError("too few people")
  assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
  "error", [files.WriteError("full"), OSError(28, "full"), KeyboardInterrupt()]
)
def test_an_interrupted_build_goes_on(tmp_path, error):
  with pytest.raises(type(error)), spool.Spool(tmp_path / "x") as values:
    values.resume("state")
    values.put("key", 1)
    raise error
  with spool.Spool(tmp_path / "x") as values:
    assert values.resume("state")
    assert values.get("key") == 1
  assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("state", ["other", None])
def test_what_another_build_left_is_removed(tmp_path, state):
  killed = spool.Spool(tmp_path / "values").__enter__()
  if state:
    killed.resume(state)
  killed.put("key", 1)
  with spool.Spool(tmp_path / "values") as values:
    assert not values.resume("state")
    assert not values.holds("key")
