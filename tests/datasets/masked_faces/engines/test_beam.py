import os
import sys

import pytest

from maskgan_jax.common import errors
from maskgan_jax.datasets.masked_faces import engines
from maskgan_jax.datasets.masked_faces.engines import beam as beam_lib


def test_beam_gives_the_same_from_several_workers(values, monkeypatch):
  beam = pytest.importorskip("apache_beam", reason="needs Apache Beam")
  from apache_beam.testing import util

  monkeypatch.setattr(beam_lib, "_CHUNK", 3)
  config = beam_lib.config("DirectRunner", (), 2)
  with engines.start(config, 2, values) as engine:
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
  config = beam_lib.config("DirectRunner", (), 1)
  with engines.start(config, 1, values) as engine:
    assert list(engine.map("Adding", abs, [])) == []


def test_beam_must_be_installed(monkeypatch):
  # Another test may have imported it.
  for name in ("", ".options", ".options.pipeline_options"):
    monkeypatch.setitem(sys.modules, f"apache_beam{name}", None)
  with pytest.raises(
    errors.UserError,
    match="apache_beam is not installed: --beam_runner=DirectRunner needs it."
    r" pip install .*\[beam\]",
  ):
    beam_lib.config("DirectRunner", (), 1)


def test_options_need_a_runner():
  with pytest.raises(
    errors.UserError, match="--beam_options=a=1,b is for a Beam runner. Name it"
  ):
    beam_lib.config(None, ("a=1", "b"), 1)


def test_unknown_runner():
  pytest.importorskip("apache_beam", reason="needs Apache Beam")
  with pytest.raises(
    errors.UserError,
    match="--beam_runner=Horse is unknown; Beam's runners are .*DirectRunner",
  ):
    beam_lib.config("Horse", (), 1)


def test_unknown_option():
  pytest.importorskip("apache_beam", reason="needs Apache Beam")
  with pytest.raises(
    errors.UserError, match="--beam_options: hay is none of Beam's options"
  ):
    beam_lib.config("DirectRunner", ("hay=1", "direct_num_workers=3"), 1)


def test_direct_runner_takes_as_many_processes_as_it_is_told():
  pytest.importorskip("apache_beam", reason="needs Apache Beam")
  for given, expected in (((), 5), (("direct_num_workers=3",), 3)):
    config = beam_lib.config("DirectRunner", given, 5)
    options = config.beam_options.get_all_options()
    assert options["direct_num_workers"] == expected
    assert options["direct_running_mode"] == "multi_processing"
