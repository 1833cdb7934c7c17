from maskgan_jax.datasets.masked_faces import engines
from maskgan_jax.datasets.masked_faces.engines import beam, processes


def _twice(word):
  return [(f"{word}{k}", {"word": word}) for k in range(2)]


def test_steps_run_in_order_and_say_how_far_they_are(values, capsys):
  with engines.start(beam.config(None, (), 1), 1, values) as engine:
    assert isinstance(engine, processes.Processes)
    assert list(engine.map("Adding", abs, range(-20, 0))) == [*range(20, 0, -1)]
    made = list(engine.examples("Saying", _twice, ["ah", "oh"]))
  assert made == _twice("ah") + _twice("oh")
  shown = capsys.readouterr().err
  assert "Adding: 100%" in shown and " 20/20 " in shown
