#!/bin/sh
# Puts libfaketime into .tools/faketime out of Debian's package, without installing it: with it a single process of a
# chaos run has a wrong clock. Needs apt; an administrator only where apt's lists were never fetched.
set -eu
cd "$(dirname "$0")/.."

fail() {
    printf 'apstream needs libfaketime (to give one process a wrong clock).\n  found: none, and %s\n  Debian: apt-get install libfaketime\n' "$1" >&2
    exit 1
}

fetch() { # the Debian archive into the working directory
    apt-get download --quiet=2 libfaketime > apt.log 2>&1 && ls libfaketime_*.deb > /dev/null 2>&1
}

rm -rf .tools/faketime
mkdir -p .tools/faketime
cd .tools/faketime
installed=$(find /usr/lib -name libfaketimeMT.so.1 2> /dev/null | head -n 1)
if [ -n "$installed" ]; then
    cp "$installed" libfaketimeMT.so.1
else
    command -v apt-get > /dev/null 2>&1 || fail 'no apt-get to fetch it with'
    fetch || { [ "$(id -u)" = 0 ] && apt-get update --quiet=2 > apt.log 2>&1 && fetch; } ||
        fail "apt-get says: $(tail -n 1 apt.log)"
    dpkg-deb --fsys-tarfile libfaketime_*.deb | tar -x || fail 'its package cannot be unpacked'
    found=$(find usr -name libfaketimeMT.so.1 | head -n 1)
    [ -n "$found" ] || fail 'its package holds no libfaketimeMT.so.1'
    mv "$found" libfaketimeMT.so.1
    rm -rf usr libfaketime_*.deb apt.log
fi
LD_PRELOAD="$PWD/libfaketimeMT.so.1" FAKETIME=-3650d date > date.log 2>&1 || fail "it does not run: $(tail -n 1 date.log)"
touch installed.stamp
