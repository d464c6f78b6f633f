#!/usr/bin/env bash
# Renders the pictures of the README anew, from a closure that the real Nix builds: packaging/screens.sh
set -eu
here=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
room=$(mktemp -d)
trap 'chmod -R u+w "$room"; rm -rf "$room"' EXIT
home=/tmp/cairn # stands at the foot of the pictures
cache=/tmp/cache # stands in that of the migration
for folder in "$home" "$cache"; do
    [[ ! -e $folder ]] || { echo "$folder is in the way" >&2; exit 1; }
done
trap 'chmod -R u+w "$room"; rm -rf "$room" "$home" "$cache"' EXIT

top=$("$here/closure.sh" "$room/nix" | tail -n 1)
cairn=("$here/../cairn" --home "$home")
mkdir "$home"
printf 'trusted-keys = ["%s"]\n' "$(cat "$room"/nix/keys/cache*.public)" >"$home/cairn.toml"
# Not --all: the store holds what the packages are built from, too.
"${cairn[@]}" copy --from "local?root=$room/nix" "$top"
hash() {
    local base=${1##*/}
    printf '%s' "${base:0:32}"
}
git=$("${cairn[@]}" --json info git-2.43.1 | sed 's/.*"path":"\([^"]*\)","cid".*/\1/')
cid=$("${cairn[@]}" --json info hello-2.12.1 | sed 's/.*"cid":"\([^"]*\)".*/\1/')

out=$here/screens
mkdir -p "$out"
"${cairn[@]}" shot cairn:paths -o "$out/paths.png"
"${cairn[@]}" shot "cairn:path/$(hash "$git")?tab=references" -o "$out/path.png"
"${cairn[@]}" shot "cairn:dag/$cid" -o "$out/dag.png"
"${cairn[@]}" shot "cairn:graph/$(hash "$top")" -o "$out/graph.png" --size 1600x1000 --dark
"${cairn[@]}" shot cairn:node -o "$out/node.png"

# A cache of the same packages, of which some are here under the same names and some under others.
old=$("$here/closure.sh" "$room/old" --arg contentAddressed true | tail -n 1)
"$here/nix-alone.sh" "$room/old" nix copy --store "$room/old" --to "file://$cache" "$old"
"${cairn[@]}" shot "cairn:migration?from=file://$cache" -o "$out/migration.png"

# Two builds, of which the second changes a comment.
build() {
    "$here/nix-alone.sh" "$room/nix" "${cairn[@]}" --json build --project workstation -- "$here/closure.nix" --no-out-link \
        --store "$room/nix" --arg busybox "$room/nix/busybox" --arg contentAddressed true --argstr comment "$1"
}
build "as it was" >"$room/first.json"
build "in other words" >"$room/second.json"
stopped=$(grep -o '"name":"glibc-2.39","outcome":"cut-off","asked":false,"record":"[^"]*"' "$room/second.json" | cut -d '"' -f 14)
"${cairn[@]}" shot "cairn:build/$stopped" -o "$out/build.png"
