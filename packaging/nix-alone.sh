#!/bin/bash
# Runs a Nix command with no network, no daemon and no configuration but this one, and keeps what it writes in ROOM.
#
#   packaging/nix-alone.sh ROOM nix path-info --store ROOT --json --closure-size PATH
set -euo pipefail
[ $# -ge 2 ] || { sed -n '2,4s/^# \{0,1\}//p' "$0"; exit 2; }
mkdir -p "$1/room/config"
room=$(cd "$1/room" && pwd)
shift
export HOME=$room XDG_CACHE_HOME=$room/cache XDG_CONFIG_HOME=$room/config NIX_CONF_DIR=$room/config
export NIX_STATE_DIR=$room/state NIX_LOG_DIR=$room/log NIX_REMOTE= NIX_PATH=
export NIX_CONFIG='experimental-features = nix-command flakes ca-derivations
sandbox = false
build-users-group =
substituters =
max-jobs = auto
warn-dirty = false'
exec "$@"
