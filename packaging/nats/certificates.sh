#!/usr/bin/env bash
# Makes an authority and a certificate for the servers of these names, for a year:
#
#   ./certificates.sh FOLDER NAME...      # a host's name or an IP address
#
# FOLDER/ca.pem goes to all clients (nats.tls-ca in cairn.toml), server.pem and server-key.pem to the
# servers. The authority's key is thrown away: make all anew when a server comes.
set -euo pipefail
[ $# -ge 2 ] || { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }
folder=$1
shift
umask 077
mkdir -p "$folder"
names=
for name; do
    [[ $name =~ ^[0-9.]+$|: ]] && kind=IP || kind=DNS
    names+=${names:+,}$kind:$name
done
key=(-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes)
authority=$(mktemp)
trap 'rm -f "$authority" "$folder/server.csr"' EXIT
openssl req -x509 "${key[@]}" -keyout "$authority" -out "$folder/ca.pem" -days 365 \
    -subj "/CN=Cairn NATS" -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign 2> /dev/null
openssl req "${key[@]}" -keyout "$folder/server-key.pem" -out "$folder/server.csr" -subj "/CN=$1" 2> /dev/null
openssl x509 -req -in "$folder/server.csr" -CA "$folder/ca.pem" -CAkey "$authority" -days 365 \
    -out "$folder/server.pem" -extfile <(printf '%s\n' "subjectAltName=$names" extendedKeyUsage=serverAuth,clientAuth) 2> /dev/null
