import pickle

from maskgan_jax.datasets.masked_faces.engines import spool


def test_values_come_back_in_any_order_and_process(tmp_path):
  with spool.Spool(tmp_path / "new" / "values") as values:
    for i in range(10):
      values.put(f"a/{i}", ("x" * i, i))
    elsewhere = pickle.loads(pickle.dumps(values))
    assert elsewhere.get("a/7") == ("xxxxxxx", 7)
    assert elsewhere.get("a/0") == ("", 0)
    elsewhere.put("a/7", "another")
    assert values.get("a/7") == "another"


def test_leaves_no_file(tmp_path):
  with spool.Spool(tmp_path / "values") as values:
    values.put("key", b"0" * 100_000)
  assert not list(tmp_path.iterdir())


def test_removes_what_a_killed_build_left(tmp_path):
  killed = spool.Spool(tmp_path / "values").__enter__()
  killed.put("key", 1)
  with spool.Spool(tmp_path / "values"):
    assert not list((tmp_path / "values").iterdir())
