import os
import sys

import pytest

from maskgan_jax.common import errors
from maskgan_jax.datasets.masked_faces.engines import interface, spool


def _twice(word):
  return [(f"{word}{k}", {"word": word}) for k in range(2)]


@pytest.fixture
def values(tmp_path):
  with spool.Spool(tmp_path / "values") as kept:
    yield kept


def test_processes(values, capsys):
  config = interface.beam_config(None, (), 1)
  with interface.start(config, 1, values) as engine:
    assert isinstance(engine, interface.Processes)
    assert list(engine.map("Adding", abs, range(-20, 0))) == [*range(20, 0, -1)]
    made = list(engine.examples("Saying", _twice, ["ah", "oh"]))
  assert made == _twice("ah") + _twice("oh")
  assert capsys.readouterr().err.startswith("Adding: 20/20, ")


def test_beam_gives_the_same_from_several_workers(values, monkeypatch):
  beam = pytest.importorskip("apache_beam", reason="needs Apache Beam")
  from apache_beam.testing import util

  monkeypatch.setattr(interface, "_CHUNK", 3)
  config = interface.beam_config("DirectRunner", (), 2)
  with interface.start(config, 2, values) as engine:
    results = list(
      engine.map("Adding", lambda x: (abs(x), os.getpid()), range(-20, 0))
    )
    with beam.Pipeline() as pipeline:
      made = pipeline | engine.examples(
        "Saying", lambda w: [(f"{w}{k}", w) for k in range(2)], ["ah"] * 2
      )
      util.assert_that(made, util.equal_to([("ah0", "ah"), ("ah1", "ah")] * 2))
  assert [value for value, _ in results] == [*range(20, 0, -1)]
  assert len({process for _, process in results} - {os.getpid()}) == 2


def test_nothing_to_do(values):
  pytest.importorskip("apache_beam", reason="needs Apache Beam")
  config = interface.beam_config("DirectRunner", (), 1)
  with interface.start(config, 1, values) as engine:
    assert list(engine.map("Adding", abs, [])) == []


def test_beam_must_be_installed(monkeypatch):
  # Another test may have imported it.
  for name in ("apache_beam", "apache_beam.options"):
    monkeypatch.setitem(sys.modules, name, None)
  with pytest.raises(
    errors.UserError,
    match="--beam_runner=DirectRunner needs Apache Beam, which is not"
    ".*pip install -r requirements-beam.txt",
  ):
    interface.beam_config("DirectRunner", (), 1)


def test_options_need_a_runner():
  with pytest.raises(
    errors.UserError, match="--beam_options=a=1,b is for a Beam runner. Name it"
  ):
    interface.beam_config(None, ("a=1", "b"), 1)


def test_unknown_runner():
  pytest.importorskip("apache_beam", reason="needs Apache Beam")
  with pytest.raises(
    errors.UserError,
    match="--beam_runner=Horse is unknown; Beam's runners are .*DirectRunner",
  ):
    interface.beam_config("Horse", (), 1)


def test_unknown_option():
  pytest.importorskip("apache_beam", reason="needs Apache Beam")
  with pytest.raises(
    errors.UserError, match="--beam_options: hay is none of Beam's options"
  ):
    interface.beam_config("DirectRunner", ("hay=1", "direct_num_workers=3"), 1)


def test_direct_runner_takes_as_many_processes_as_it_is_told():
  pytest.importorskip("apache_beam", reason="needs Apache Beam")
  for given, expected in (((), 5), (("direct_num_workers=3",), 3)):
    config = interface.beam_config("DirectRunner", given, 5)
    options = config.beam_options.get_all_options()
    assert options["direct_num_workers"] == expected
    assert options["direct_running_mode"] == "multi_processing"
