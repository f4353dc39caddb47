#!/bin/sh
# Puts Prometheus' promtool into .tools/promtool out of Debian's package, without installing the package: its
# installation would start a server. Needs apt; an administrator only where apt's lists were never fetched.
set -eu
cd "$(dirname "$0")/.."

fail() {
    printf 'apstream needs promtool (to check alert rules).\n  found: none, and %s\n  Debian: apt-get install prometheus\n' "$1" >&2
    exit 1
}

fetch() { # the Debian archive into the working directory
    apt-get download --quiet=2 prometheus > apt.log 2>&1 && ls prometheus_*.deb > /dev/null 2>&1
}

rm -rf .tools/promtool
mkdir -p .tools/promtool
if ! command -v promtool > /dev/null 2>&1; then
    cd .tools/promtool
    command -v apt-get > /dev/null 2>&1 || fail 'no apt-get to fetch it with'
    fetch || { [ "$(id -u)" = 0 ] && apt-get update --quiet=2 > apt.log 2>&1 && fetch; } ||
        fail "apt-get says: $(tail -n 1 apt.log)"
    dpkg-deb --fsys-tarfile prometheus_*.deb | tar -x ./usr/bin/promtool || fail 'its package cannot be unpacked'
    rm -f prometheus_*.deb apt.log
    usr/bin/promtool --version > version 2>&1 || fail "it does not run: $(tail -n 1 version)"
    cd ../..
fi
touch .tools/promtool/installed.stamp
