from maskgan_jax.common import progress


def test_the_bar_counts_on_from_what_was_done(capsys):
  with progress.bar(10, "photo", label="Unmasking", done=4) as bar:
    bar.update(3)
  shown = capsys.readouterr()
  assert shown.out == ""
  last = shown.err.splitlines()[-1]
  assert last.startswith("Unmasking:") and "7/10" in last and "photo" in last


def test_a_log_file_gets_few_lines(capsys):
  with progress.bar(1000, "photo") as bar:
    for _ in range(1000):
      bar.update()
  # The first and the last.
  assert capsys.readouterr().err.count("1000 [") == 2


def test_a_hidden_bar_prints_nothing(capsys):
  with progress.bar(10, "photo", shown=False) as bar:
    bar.update(10)
  assert capsys.readouterr().err == ""
