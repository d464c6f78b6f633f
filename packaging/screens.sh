#!/usr/bin/env bash
# Renders the pictures of the README anew, from a closure that the real Nix builds: packaging/screens.sh
set -eu
here=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
room=$(mktemp -d)
trap 'chmod -R u+w "$room"; rm -rf "$room"' EXIT
home=/tmp/cairn # stands at the foot of the pictures
[[ ! -e $home ]] || { echo "$home is in the way" >&2; exit 1; }
trap 'chmod -R u+w "$room"; rm -rf "$room" "$home"' EXIT

top=$("$here/closure.sh" "$room/nix" | tail -n 1)
cairn=("$here/../cairn" --home "$home")
mkdir "$home"
printf 'trusted-keys = ["%s"]\n' "$(cat "$room"/nix/keys/cache*.public)" >"$home/cairn.toml"
"${cairn[@]}" copy --from "local?root=$room/nix" --all
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
