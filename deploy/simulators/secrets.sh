#!/bin/sh
# Makes what an evaluation needs, once: passwords that both sides share, and a throw-away authority with the
# simulators' certificate. Usage: secrets.sh <directory for secrets> <directory for what services trust>
set -eu
umask 077
secrets=$1 trust=$2
here=$(cd "$(dirname "$0")" && pwd)
names='DNS:basware.test,DNS:documents.basware.test,DNS:peoplesoft.test'

quietly() { # openssl draws dots; they are shown only when something went wrong
    "$@" 2> openssl.log || { cat openssl.log >&2; exit 1; }
}

cp "$here/acme.yaml" "$secrets/acme.yaml"
[ ! -f "$trust/ca.pem" ] || exit 0

cd "$secrets"
for secret in basware webhook peoplesoft; do
    openssl rand -hex 16 | tr -d '\n' > "acme-$secret"
done
quietly openssl req -x509 -newkey rsa:2048 -nodes -sha256 -days 3650 -subj '/CN=apstream evaluation' \
    -addext 'keyUsage=critical,keyCertSign' -keyout authority.key -out authority.pem
quietly openssl req -newkey rsa:2048 -nodes -subj '/CN=simulators' -keyout tls.key -out tls.request
printf 'subjectAltName=%s\n' "$names" > tls.extensions
quietly openssl x509 -req -sha256 -days 825 -in tls.request -CA authority.pem -CAkey authority.key \
    -CAcreateserial -extfile tls.extensions -out tls.pem
# Nobody can sign another certificate with it.
rm -f authority.key authority.srl tls.request tls.extensions openssl.log
# The last step: its presence says that everything above is whole.
install -m 0444 authority.pem "$trust/ca.pem"
