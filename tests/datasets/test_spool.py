from maskgan_jax.datasets.masked_faces import spool


def test_values_come_back_in_any_order(tmp_path):
  with spool.Spool(tmp_path / "new") as values:
    for i in range(10):
      values.append(("x" * i, i))
    assert values[7] == ("xxxxxxx", 7)
    assert values[0] == ("", 0)
    values.append("last")
    assert values[10] == "last"
    assert len(values) == 11


def test_leaves_no_file(tmp_path):
  with spool.Spool(tmp_path) as values:
    values.append(b"0" * 100_000)
    assert not list(tmp_path.iterdir())
