"""How a command starts and ends, tried on one made up for it."""

import os
import subprocess
import sys

import pytest

from tests import command_line

COMMAND = '''
"""Writes a word.

  maskgan made_up --word=yes
"""
{imports}
from absl import flags
from maskgan_jax.common import errors

_WORD = flags.DEFINE_string("word", None, "The word to write.")
_TIMES = flags.DEFINE_integer("times", 2, "How often to write it.")
GROUPS = {{"What": (_WORD, _TIMES)}}
REQUIRED = (_WORD,)


def main():
  import os
  print(_TIMES.value * _WORD.value, os.environ["JAX_COMPILATION_CACHE_DIR"])
  if _WORD.value == "bad":
    raise errors.UserError("bad is no word. Give another.")
  if _WORD.value == "defect":
    raise ValueError("a defect")
  if _WORD.value == "warn":
    import logging
    logging.warning("a warning of ours")
    logging.getLogger("absl").warning("a warning of a library")
    logging.getLogger("library").info("what a library does")
  if _WORD.value == "import":
    import no_such_package.inside
'''


@pytest.fixture
def run(tmp_path):
  """Runs the made-up command; returns its exit code, stdout and stderr."""

  def run(*arguments, imports="", **environment):
    (tmp_path / "made_up.py").write_text(
      COMMAND.format(imports=imports).lstrip()
    )
    (tmp_path / "broken_package.py").write_text("import maskgan_jax.nowhere\n")
    found = subprocess.run(
      [
        *(sys.executable, "-c"),
        "from maskgan_jax.commands import command; command.run('made_up')",
        *arguments,
      ],
      cwd=command_line.ROOT,
      env=os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}."} | environment,
      capture_output=True,
      text=True,
      check=False,
    )
    return found.returncode, found.stdout, found.stderr

  return run


def test_it_runs(run):
  code, shown, errors = run("--word=ja", JAX_COMPILATION_CACHE_DIR="/cache")
  assert (code, shown, errors) == (0, "jaja /cache\n", "")


def test_compilations_are_kept_in_the_users_cache(run, monkeypatch):
  monkeypatch.delenv("JAX_COMPILATION_CACHE_DIR", raising=False)
  _, shown, _ = run("--word=ja", HOME="/someone")
  assert shown == "jaja /someone/.cache/maskgan_jax\n"


@pytest.mark.parametrize("flag", ["--help", "-h", "--helpshort"])
def test_help_comes_first(flag, run):
  code, shown, errors = run("--times=many", flag)
  assert (code, errors) == (0, "")
  assert shown.startswith("Writes a word.\n\n  python -c --word=yes\n")
  assert "--times=N" in shown and "Default: 2." in shown


def test_what_the_user_can_mend_is_a_message_alone(run):
  code, _, shown = run("--word=bad")
  assert (code, shown) == (1, "error: bad is no word. Give another.\n")


def test_a_defect_shows_where_it_arose(run):
  code, _, shown = run("--word=defect")
  assert code == 1
  assert "Traceback" in shown and "ValueError: a defect" in shown


@pytest.mark.parametrize(
  ("arguments", "message"),
  [
    ((), "error: --word must be given.\npython -c --help lists the flags.\n"),
    (("--wird=ja",), "error: Unknown command line flag 'wird'. Did you mean: "),
    (("--word=ja", "photo.jpg"), "error: unexpected photo.jpg: every argument"),
    (("--word=ja", "--times=many"), "error: flag --times=many: "),
  ],
)
def test_wrong_flags(arguments, message, run):
  code, shown, errors = run(*arguments)
  assert (code, shown) == (2, "")
  assert errors.startswith(message) and errors.endswith("lists the flags.\n")


def test_a_missing_package_is_named_with_its_remedy(run):
  message = (
    "error: no_such_package is not installed: pip install"
    ' "maskgan_jax[train]" (in a checkout: pip install ".[train]").\n'
  )
  code, _, shown = run("--word=import")
  assert (code, shown) == (1, message)
  code, _, shown = run("--help", imports="import no_such_package")
  assert (code, shown) == (1, message)


def test_a_failing_import_of_what_is_installed_is_a_defect(run):
  code, _, shown = run("--word=ja", imports="import broken_package")
  assert code == 1 and "is not installed" not in shown
  assert "ModuleNotFoundError: No module named 'maskgan_jax.nowhere'" in shown


def test_warnings_of_ours_are_shown_and_those_of_libraries_are_not(run):
  code, _, shown = run("--word=warn")
  assert code == 0 and "a warning of ours" in shown
  assert "library" not in shown
