#!/bin/sh
# Writes the locks: third-party packages for every platform and Python from 3.11 on, with hashes and without the
# address of any index. requirements.lock has what all members and the development group need; deploy/locks/ has
# the parts of it that go into the images. Versions that still fit stay as they are; `tools/lock.sh --upgrade`
# takes the newest.
set -eu
cd "$(dirname "$0")/.."

for project in schemas/pyproject.toml libs/*/pyproject.toml services/*/pyproject.toml simulators/*/pyproject.toml \
    tools/*/pyproject.toml; do
    [ -f "$project" ] || continue
    own="${own:-} --no-emit-package $(sed -n 's/^name = "\(.*\)"$/\1/p' "$project" | head -n 1)"
done

lock() { # <file> <what uv pip compile is given ...>
    file=$1
    shift
    # shellcheck disable=SC2086  # names of packages: words to be split
    .tools/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command 'make lock' \
        $own --output-file "$file" "$@"
}

lock requirements.lock pyproject.toml --group dev "$@"
lock deploy/locks/services.lock --constraint requirements.lock \
    schemas/pyproject.toml libs/*/pyproject.toml services/*/pyproject.toml
lock deploy/locks/simulators.lock --constraint requirements.lock simulators/*/pyproject.toml
