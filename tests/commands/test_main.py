import json
import subprocess
import sys

import pytest

from maskgan_jax.commands import main
from maskgan_jax.photos import provenance
from tests import command_line

# Seconds of imports that the answers below must not wait for.
_HEAVY = ("jax", "cv2", "tensorflow_datasets", "flax", "matplotlib", "av")


def test_version(capsys):
  main.main(["--version"])
  assert capsys.readouterr().out == f"maskgan_jax {provenance.VERSION}\n"


@pytest.mark.parametrize("argument", ["--help", "-h", "help"])
def test_help_names_every_command_in_one_line(argument, capsys):
  main.main([argument])
  shown = capsys.readouterr().out
  lines = shown.splitlines()
  assert len(lines) <= 20 and max(map(len, lines)) <= 80
  assert sum(line.startswith("  maskgan ") for line in lines) == 2
  listed = lines[lines.index("Commands:") + 1 : -2]
  assert [line.split()[0] for line in listed] == list(main.COMMANDS)
  assert all(line.endswith(".") for line in listed)


def test_no_command(capsys):
  with pytest.raises(SystemExit) as ended:
    main.main([])
  assert ended.value.code == 2
  assert "Commands:\n  unmask" in capsys.readouterr().err


@pytest.mark.parametrize(
  ("arguments", "message"),
  [
    (["unmsk", "--input=a"], "unknown command unmsk. Did you mean unmask?"),
    (["mask_faces"], "unknown command mask_faces. Did you mean mask?"),
    (["build_dataset"], "unknown command build_dataset. Did you mean build?"),
    (["zzz"], "unknown command zzz.\n"),
    (
      ["--input=a.jpg"],
      "--input=a.jpg stands where a command must: maskgan COMMAND --input=a",
    ),
  ],
)
def test_unknown_command(arguments, message, capsys):
  with pytest.raises(SystemExit) as ended:
    main.main(arguments)
  assert ended.value.code == 2
  shown = capsys.readouterr().err
  assert f"error: {message}" in shown
  assert "Commands: unmask, mask, serve, build, train, evaluate, exp" in shown


@pytest.mark.parametrize("argument", ["--version", "--help", "unmsk"])
def test_answers_that_do_not_wait_for_imports(argument):
  start = (
    "import json, sys\n"
    "from maskgan_jax.commands import main\n"
    "try:\n"
    "  main.main([sys.argv[1]])\n"
    "except SystemExit:\n"
    "  pass\n"
    f"print(json.dumps([m for m in {_HEAVY} if m in sys.modules]))\n"
  )
  found = subprocess.run(
    [sys.executable, "-c", start, argument],
    cwd=command_line.ROOT,
    capture_output=True,
    text=True,
    check=True,
  )
  assert json.loads(found.stdout.splitlines()[-1]) == []


def test_a_command_is_started_with_what_follows_its_name(monkeypatch):
  calls = []
  monkeypatch.setattr(main.command, "run", lambda *a: calls.append(a))
  main.main(["mask", "--input=a", "--seed=1"])
  assert calls == [
    ("maskgan_jax.commands.mask", ["--input=a", "--seed=1"], "maskgan mask")
  ]
