from tests import run_all

REPORT = """
<testsuites><testsuite>
<testcase file="tests/a.py" name="test_one" />
<testcase file="tests/a.py" name="test_two[x]"><failure message="no" />
</testcase>
<testcase file="tests/a.py" name="test_two[x]"><error message="no" /></testcase>
<testcase file="tests/b.py" name="test_three">
<skipped message="needs Apache Beam" /></testcase>
<testcase file="tests/b.py" name="test_four"><skipped message="no ../shared" />
</testcase>
</testsuite></testsuites>
"""


def test_what_became_of_each_test():
  outcomes = run_all.outcomes_of(REPORT)
  assert outcomes == {
    "tests/a.py::test_one": "passed",
    "tests/a.py::test_two[x]": "failed",
    "tests/b.py::test_three": "needs Apache Beam",
    "tests/b.py::test_four": "no ../shared",
  }
  assert run_all.summary(outcomes) == "1 passed, 1 failed, 2 skipped"


def test_what_beam_was_missing_for_runs_in_its_environment(
  monkeypatch, tmp_path, capsys
):
  beam = tmp_path / "python"
  monkeypatch.setattr(run_all, "_BEAM_PYTHON", beam)
  calls = []

  def run(python, arguments):
    calls.append((python, list(arguments)))
    if python == str(beam):
      return {"tests/b.py::test_three": "passed"}, 0
    return run_all.outcomes_of(REPORT), 1

  monkeypatch.setattr(run_all, "run", run)
  assert run_all.main(["-k", "any"]) == 1
  assert len(calls) == 1  # Without that environment it is skipped.
  beam.write_text("")
  assert run_all.main(["-k", "any"]) == 1
  assert calls[-1] == (str(beam), ["tests/b.py::test_three"])
  assert capsys.readouterr().out.endswith("2 passed, 1 failed, 1 skipped\n")
