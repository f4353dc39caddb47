#!/bin/sh
# Names what this machine lacks and how to get it. Usage: prerequisites.sh python|java|maven ...
# `prerequisites.sh python --print` prints the interpreter that was found.
set -u

fail() {
    printf 'apstream needs %s.\n  found: %s\n  Debian: apt-get install %s\n' "$1" "$2" "$3" >&2
    missing=1
}

find_python() {
    for candidate in ${PYTHON:+"$PYTHON"} python3 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            # The interpreter itself, not a launcher that chooses by directory.
            "$candidate" -c 'import sys; print(sys.executable)'
            return 0
        fi
    done
    return 1
}

check_python() {
    if ! python=$(find_python); then
        fail 'Python 3.11 or later' "$(python3 --version 2>&1 || echo none)" 'python3 python3-pip (Debian 12 or later)'
    elif ! "$python" -m pip --version >/dev/null 2>&1; then
        fail 'pip for Python (once, to fetch uv)' "$python without the module pip" python3-pip
    fi
}

check_java() {
    java=${JAVA_HOME:+"$JAVA_HOME/bin/"}java
    version=$("$java" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1)
    [ "${version:-0}" -ge 17 ] || fail 'Java 17 or later (to run Apache Kafka)' \
        "${version:+Java $version at }$(command -v "$java" || echo none)" openjdk-17-jre-headless
}

check_maven() {
    command -v mvn >/dev/null 2>&1 || fail 'Maven (once, to fetch Kafka)' none maven
}

missing=0
if [ "${2:-}" = --print ]; then
    find_python
    exit
fi
for prerequisite in "$@"; do
    case $prerequisite in
        python|java|maven) "check_$prerequisite" ;;
        *) echo "unknown prerequisite '$prerequisite': python, java or maven" >&2; exit 2 ;;
    esac
done
exit "$missing"
