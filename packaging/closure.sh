#!/bin/bash
# Builds, with this machine's Nix and no network, the closure of 49 paths that closure.nix describes.
#
#   packaging/closure.sh DIR [--arg contentAddressed true] [--argstr comment TEXT]
#
# DIR becomes the root of a Nix store of its own, as `nix --store DIR` takes it: files in DIR/nix/store, the database in
# DIR/nix/var/nix/db, logical paths in /nix/store. Half of the closure is signed by a new key in DIR/keys, some of it by a
# second one. Prints the top path. What is there already is not built again.
set -euo pipefail
[ $# -ge 1 ] || { sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1/busybox/bin" "$1/keys"
root=$(cd "$1" && pwd)
shift
alone() { "$here/nix-alone.sh" "$root" "$@" --store "$root"; }

if [ ! -e "$root/busybox/bin/busybox" ]; then
    busybox=$(command -v busybox)
    "$busybox" --list | grep -v '^busybox$' | while read -r applet; do ln -sf busybox "$root/busybox/bin/$applet"; done
    cp "$busybox" "$root/busybox/bin/busybox"
fi
top=$(alone nix-build "$here/closure.nix" --no-out-link --arg busybox "$root/busybox" "$@" 2> "$root/build.log") || {
    cat "$root/build.log" >&2
    exit 1
}

sign() { # KEY, then paths on standard input
    if [ ! -e "$root/keys/$1.secret" ]; then
        alone nix-store --generate-binary-cache-key "$1" "$root/keys/$1.secret" "$root/keys/$1.public"
    fi
    xargs "$here/nix-alone.sh" "$root" nix store sign --store "$root" --key-file "$root/keys/$1.secret"
}
alone nix-store --query --requisites "$top" > "$root/closure.txt"
sed -n 'n;p' "$root/closure.txt" | sign cache.example.org-1
sed -n 'n;n;n;p' "$root/closure.txt" | sign audit.example.org-1
[ "$(id -u)" = 0 ] || find "$root/nix/store" -type d -exec chmod u+w {} + # or only root could remove DIR
echo "$top"
