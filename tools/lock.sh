#!/bin/sh
# Writes requirements.lock: every third-party package of every member and of the development group, for every
# platform and Python from 3.11 on, with hashes and without the address of any index. Versions that still
# fit stay as they are; `tools/lock.sh --upgrade` takes the newest.
set -eu
cd "$(dirname "$0")/.."

for project in schemas/pyproject.toml libs/*/pyproject.toml services/*/pyproject.toml simulators/*/pyproject.toml \
    tools/*/pyproject.toml; do
    [ -f "$project" ] || continue
    set -- "$@" --no-emit-package "$(sed -n 's/^name = "\(.*\)"$/\1/p' "$project" | head -n 1)"
done

exec .tools/uv/bin/uv pip compile pyproject.toml --group dev --quiet \
    --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command 'make lock' \
    --output-file requirements.lock "$@"
