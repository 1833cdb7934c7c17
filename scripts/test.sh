#!/usr/bin/env bash
# Sets up all that the tests need, and runs the linters and the tests.
#   scripts/test.sh [pytest arguments]
# Its last line counts what passed, failed and was skipped.
set -euo pipefail
cd "$(dirname "$0")/.."
./scripts/setup.sh --tests
.venv/bin/ruff check .
.venv/bin/ruff format --check .
.venv/bin/lint-imports
.venv/bin/python -m tests.run_all "$@"
