#!/bin/sh
# Every static check; all of them run, then the failed ones are named with what to do.
set -u
cd "$(dirname "$0")/.."
python=.venv/bin/python
failed=''

check() { # <name> <what to do when it fails> <command ...>
    name=$1 remedy=$2
    shift 2
    printf -- '-- %s\n' "$name"
    "$@" || failed="$failed
  $name: $remedy"
}

check lint 'make fmt mends most of it; the rest is named above' "$python" -m ruff check --quiet .
check format 'make fmt' "$python" -m ruff format --check --quiet .
check types 'mend what mypy names above' "$python" -m mypy schemas/apstream_schemas libs/*/src services/*/src simulators/*/src tools/*/src bench
check imports 'move the import: pyproject.toml [tool.importlinter] says who may know whom' .venv/bin/lint-imports
check dependencies 'make lock, then make setup: a member needs what requirements.lock does not have' \
    .tools/uv/bin/uv pip check --quiet --python "$python"
check schemas 'a released schema may only change compatibly; see schemas/README.md' "$python" -m chassis.schema_gate

if [ -n "$failed" ]; then
    printf '\nmake check failed:%s\n' "$failed" >&2
    exit 1
fi
echo 'all checks passed'
