#!/bin/bash
# Measures what was promised: each number beside its peer from the same run, with the ratio and the target.
#
#   packaging/bench.sh [--corpus DIR] [SECTION...]
#
#   import    1.3 GB in 16 paths into an empty home, against `nix copy` into a zstd binary cache: time, disk, memory
#   again     the same once more in a cold process, from a source that has its database and not one file
#   nar       a NAR out of a warm store
#   block     one block out of the packs, as imported and repacked
#   short     commands that answer at once, from a cold process
#   frame     the first frame of the explorer, on a display without a GPU: rail, search field, and the overview of a store
#   many      a home with 300,000 paths in the explorer: first rows, filter, sort, scroll; and a command on it
#   graph     layout and panning of large graphs
#   gateway   Nix pulling from a node and pushing to it, against plain files in a folder and on a
#             server; narinfos from 64 connections; 16 clients at once through a node that draws on another
#   nats      blocks into a stream of a local NATS server and out of it, and 1.3 GB from a node to another home
#             against a plain socket; what others build, shown as it happens
#
# Without sections: all of them, some minutes. Alone, a section makes what it stands on. DIR is what packaging/bench-corpus.sh
# makes, and is kept; target/corpus if not given. Homes are temporary. The exit code is 1 if a target was missed.
set -euo pipefail
case ${1-} in -h | --help) sed -n '2,21s/^# \{0,1\}//p' "$0" && exit ;; esac
cd "$(dirname "$0")/.."
corpus=target/corpus
[ "${1-}" != --corpus ] || { corpus=$2 && shift 2; }
[ $# -gt 0 ] || set -- import again nar block short frame many graph gateway nats

work=$(mktemp -d)
nodes=()
trap 'kill "${nodes[@]}" 2> /dev/null; rm -rf "$work"' EXIT
home=$work/home
missed=0

# compare WHAT OURS UNIT PEER THEIRS LIMIT: prints a line. LIMIT is <=N or >=N for our number, <=Nx for its ratio to theirs.
compare() {
    awk -v what="$1" -v ours="$2" -v unit="$3" -v peer="$4" -v theirs="$5" -v limit="$6" 'BEGIN {
        bound = substr(limit, 3) + 0
        value = limit ~ /x$/ ? ours / theirs : ours
        met = limit ~ /^</ ? value <= bound : value >= bound
        if (peer != "") peer = sprintf("%s: %.4g %s, ratio %.2f", peer, theirs, unit, ours / theirs)
        printf "%-36s %8.4g %-5s target %-8s %-7s %s\n", what, ours, unit, limit, met ? "met" : "MISSED", peer
        exit !met
    }' || missed=1
}

# timed COMMAND...: sets $seconds it took, $resident and $anonymous, the most MiB it had of both kinds of memory.
timed() {
    local pid child key kib _
    anonymous=0
    /usr/bin/time -f '%e %M' -o "$work/time" "$@" > "$work/output" &
    pid=$!
    while kill -0 $pid; do
        child=
        read -r child _ < "/proc/$pid/task/$pid/children" || true
        while [ -n "$child" ] && read -r key kib _; do
            [ "$key" != RssAnon: ] || ((kib <= anonymous)) || anonymous=$kib
        done < "/proc/${child:-self}/status"
        sleep 0.02
    done 2> /dev/null || true
    wait $pid
    read -r seconds resident < "$work/time"
    resident=$((resident / 1024)) anonymous=$((anonymous / 1024))
}

median() { sort -n | awk '{ n[NR] = $1 } END { print n[int((NR + 1) / 2)] }'; }

# cold COMMAND...: prints the median of the milliseconds that nine processes take.
cold() {
    local n start
    for n in {1..9}; do
        start=${EPOCHREALTIME/./}
        "$@" > /dev/null
        echo $((${EPOCHREALTIME/./} - start))
    done | median | awk '{ print $1 / 1000 }'
}

mebibytes() { du -sb "$1" | awk '{ print $1 / 1048576 }'; }

# jmh NAMES: runs the benchmarks in src/jmh whose names match.
jmh() {
    mvn -q -Pjmh test -Djmh="$1" > "$work/jmh" 2>&1 || { cat "$work/jmh" && return 1; }
    grep -E '^[A-Z][A-Za-z]*[.].* ± ' "$work/jmh" > "$work/scores"
}

# score BENCHMARK [PARAMETER]: prints its score in the last run of jmh.
score() {
    awk -v name="$1" -v parameter="${2-}" '$1 == name {
        given = $0
        sub(/^[^ ]+ */, "", given)
        sub(/ *(avgt|ss) .*/, "", given)
        if (given == parameter) print $(NF - 3)
    }' "$work/scores"
}

imported() { # a home that has the corpus, made once
    [ -e "$home" ] || ./cairn --home "$home" copy --from "local?root=$corpus" $paths > /dev/null
}

import() {
    find "$corpus/nix/store" -type f -exec cat {} + > /dev/null # both find the files in memory
    timed packaging/nix-alone.sh "$work" nix copy --store "$corpus" --to "file://$work/peer?compression=zstd" $paths 2> /dev/null
    local theirs=$seconds
    sync # what Nix left to be written later is not ours to wait for
    rm -rf "$home" "$work/repacked"
    timed ./cairn --home "$home" copy --from "local?root=$corpus" $paths
    compare 'import of the corpus' "$seconds" s 'nix copy, zstd' "$theirs" '<=0.5x'
    compare 'anonymous memory of the import' "$anonymous" MiB '' '' '<=512'
    compare 'on disk after the import' "$(mebibytes "$home")" MiB 'nix copy, zstd' "$(mebibytes "$work/peer")" '<=0.85x'
    cp -r "$home" "$work/repacked"
    timed ./cairn --home "$work/repacked" gc --repack
    compare 'on disk after repacking' "$(mebibytes "$work/repacked")" MiB 'nix copy, zstd' "$(mebibytes "$work/peer")" '<=0.75x'
    printf '%-36s %8.4g s\n' 'repacking, in the background' "$seconds"
    rm -rf "$work/peer"
}

again() {
    imported
    mkdir -p "$work/bare/nix/var/nix"
    cp -r "$corpus/nix/var/nix/db" "$work/bare/nix/var/nix/db"
    timed ./cairn --home "$home" copy --from "local?root=$work/bare" $paths
    compare 'second import of the corpus' "$seconds" s '' '' '<=0.5'
}

nar() {
    imported
    local large small bytes slow quick
    large=$(printf '%s\n' $paths | head -1)
    small=$(./cairn --home "$home" add --name small LICENSE)
    bytes=$(./cairn --home "$home" --json info "$large" | sed 's/.*"narSize":\([0-9]*\).*/\1/')
    slow=$(cold ./cairn --home "$home" nar "$large")
    quick=$(cold ./cairn --home "$home" nar "$small")
    compare 'nar, the start of the process aside' "$(awk "BEGIN { print $bytes / 1000 / ($slow - $quick) }")" MB/s '' '' '>=700'
    printf '%-36s %8.4g ms\n' 'a NAR of 11 KiB, from a cold process' "$quick"
}

block() {
    imported
    CAIRN_HOME=$home jmh BlockBenchmark
    compare 'any one block, as imported' "$(score BlockBenchmark.random)" ms '' '' '<=1'
    if [ ! -e "$work/repacked" ]; then
        cp -r "$home" "$work/repacked"
        ./cairn --home "$work/repacked" gc --repack > "$work/output"
    fi
    CAIRN_HOME=$work/repacked jmh BlockBenchmark
    compare 'any one block, repacked' "$(score BlockBenchmark.random)" ms '' '' '<=2'
}

short() {
    imported
    local one
    one=$(printf '%s\n' $paths | head -1)
    for command in paths "info $one" "ls $one" stats; do
        compare "${command%% *}" "$(cold ./cairn --home "$home" $command)" ms '' '' '<=200'
    done
}

# Prints the milliseconds until the middle of an empty screen is painted by COMMAND..., which then ends. The window of the
# explorer opens with its whole shell; while a store does not open at once, it would say so instead.
painted() {
    local start=${EPOCHREALTIME/./} window
    "$@" > "$work/window" 2>&1 &
    window=$!
    # In one process, because to start two for each look would take a tenth of the machine from what is measured.
    perl -e 'do { select undef, undef, undef, 0.005; sysseek STDIN, 2050000, 0; sysread STDIN, $_, 512 } until /[^\0]/ || !kill 0, @ARGV' \
        $window < "$work/Xvfb_screen0"
    echo $(((${EPOCHREALTIME/./} - start) / 1000))
    kill $window
    wait $window || true
    until cmp -s -i 2050000:0 -n 512 "$work/Xvfb_screen0" /dev/zero; do sleep 0.01; done
}

frame() {
    local screen n
    Xvfb -displayfd 5 -screen 0 1280x800x24 -fbdir "$work" -nolisten tcp 5> "$work/display" 2> "$work/xvfb" &
    screen=$!
    until [ -s "$work/display" ]; do sleep 0.01; done
    export DISPLAY=:$(cat "$work/display")
    painted ./cairn --home "$work/first" explore > "$work/frames" # the cache of classes is made by the first start
    for n in {1..5}; do painted ./cairn --home "$work/first" explore; done > "$work/frames"
    compare 'first frame of the explorer' "$(median < "$work/frames")" ms '' '' '<=1000'
    kill $screen
    wait $screen || true
}

compiled() { # what measures with classes of the tests
    [ -e "$work/measures" ] || "$jdk/bin/javac" -nowarn -proc:none -d "$work/measures" \
        -cp 'target/cairn.jar:target/lib/*' src/jmh/java/cairn/{store/ManyPaths,nats/NatsRates}.java \
        src/test/java/cairn/ui/{ManyRows,GraphPanning,BuildStorm}.java
}

# measured CLASS ARGUMENTS...: runs one of them without a display.
measured() {
    "$jdk/bin/java" -Xmx2g --enable-native-access=ALL-UNNAMED \
        -cp "$work/measures:target/cairn.jar:target/lib/*" "$@" 2> "$work/measured" ||
        { cat "$work/measured" >&2 && return 1; }
}

many() {
    compiled
    if [ ! -e target/many/index.db ]; then
        rm -rf target/many.new
        measured cairn.store.ManyPaths target/many.new 300000
        rm -rf target/many
        mv target/many.new target/many
    fi
    measured cairn.ui.ManyRows target/many > "$work/rows"
    local number what limit
    while read -r number what; do
        case $what in
            'until the first rows') limit='<=1000' ;;
            filter*) limit='<=50' ;;
            frames*) limit='>=50' ;;
            *) printf '%-36s %8.4g ms\n' "$what" "$number" && continue ;;
        esac
        compare "$what" "$number" "$([[ $what = frames* ]] && echo 1/s || echo ms)" '' '' "$limit"
    done < "$work/rows"
    compare 'paths, 300,000 of them' "$(cold ./cairn --home target/many paths zlib-1.1)" ms '' '' '<=200'
}

graph() {
    compiled
    jmh LayoutBenchmark
    compare 'layout, 20,000 nodes 60,000 edges' "$(score LayoutBenchmark.layout 20000)" ms '' '' '<=500'
    measured cairn.ui.GraphPanning 20000 100000 > "$work/panning"
    local nodes detail frames
    while read -r nodes detail frames; do
        compare "panning, $nodes nodes, $detail" "$frames" 1/s '' '' ">=$((nodes > 20000 ? 25 : 58))"
    done < "$work/panning"
}

# serve HOME [OPTION...]: starts a node; sets $url and $node.
serve() {
    rm -f "$work/node"
    ./cairn --home "$1" node --port 0 "${@:2}" > "$work/node" &
    node=$!
    nodes+=($node)
    until url=$(sed -n 's/.*extra-substituters = //p' "$work/node") && [ -n "$url" ]; do
        kill -0 $node && sleep 0.1
    done
}

# nix ROOM COMMAND...: a Nix that remembers nothing.
nix() { rm -rf "$1" && packaging/nix-alone.sh "$@"; }

# pull URL: pulls the paths into an empty store, which stays: while files are freshly deleted, ext4 takes long to make new ones.
# Sets $seconds.
pull() {
    local root
    root=$(mktemp -d -p "$work")
    timed packaging/nix-alone.sh "$root/room" nix copy --no-check-sigs --from "$1" --store "$root" $paths 2> "$work/log"
    sync # what Nix left to be written later is not the next one's to wait for
}

# push URL: pushes the paths there; sets $seconds.
push() {
    sync
    rm -rf "$work/room"
    timed packaging/nix-alone.sh "$work/room" nix copy --to "$1?compression=none" --store "$corpus" $paths 2> "$work/log"
}

gateway() {
    local pulled pushed url node hash files
    [ -d "$home" ] || ./cairn --home "$home" copy --from "local?root=$corpus" --all
    nix "$work/room" nix copy --to "file://$work/plain?compression=none" --store "$corpus" $paths 2> "$work/output"
    sync
    pull "file://$work/plain"
    pulled=$seconds
    serve "$home"
    pull "$url"
    compare 'pull 1.3 GB, node just started' "$seconds" s 'plain files' "$pulled" '<=1.1x'
    pull "$url"
    compare 'pull 1.3 GB' "$seconds" s 'plain files' "$pulled" '<=1.1x'
    hash=$(basename -a $paths | cut -c1-32 | head -n 1)
    wrk -t1 -c64 -d10s "$url/$hash.narinfo" > "$work/output"
    wrk -t1 -c64 -d10s --latency "$url/$hash.narinfo" > "$work/wrk"
    compare 'narinfos, 64 connections' "$(awk '/^Requests\/sec/ { print $2 }' "$work/wrk")" 1/s '' '' '>=60000'
    compare 'narinfo p50' "$(latency 50%)" ms '' '' '<=1'
    compare 'narinfo p99' "$(latency 99%)" ms '' '' '<=5'
    compare 'memory of the node' "$(anonymous)" MiB '' '' '<=512'
    crowd
    kill $node
    wait $node || true
    "$jdk/bin/java" src/jmh/java/cairn/gateway/PlainFiles.java "$work/put" > "$work/files" &
    files=$!
    nodes+=($files)
    until [ -s "$work/files" ]; do kill -0 $files && sleep 0.1; done
    push "$(cat "$work/files")"
    pushed=$seconds
    kill $files
    serve "$work/pushed" --writable
    push "$url"
    compare 'push 1.3 GB' "$seconds" s 'plain file server' "$pushed" '<=1.3x'
    compare 'memory of the node' "$(anonymous)" MiB '' '' '<=512'
    kill $node
    wait $node || true
}

nats() {
    local server url rates
    compiled
    [ -d "$home" ] || ./cairn --home "$home" copy --from "local?root=$corpus" --all
    mkdir -p "$work/nats"
    printf 'listen: "127.0.0.1:-1"\nports_file_dir: "%s"\njetstream { store_dir: "%s" }\n' "$work/nats" "$work/nats/streams" \
        > "$work/nats.conf"
    nats-server --config "$work/nats.conf" > "$work/nats.log" 2>&1 &
    server=$!
    nodes+=($server)
    until url=$(grep -hoE 'nats://[^"]+' "$work"/nats/*.ports 2> /dev/null) && [ -n "$url" ]; do kill -0 $server && sleep 0.1; done
    measured cairn.nats.NatsRates "$url" "$home" "$work/rates" $paths > "$work/output"
    rates=$work/output
    compare 'blocks of 64 KiB published' "$(awk '$2 == "published" { print $1 }' "$rates")" MB/s '' '' '>=300'
    compare 'blocks of 64 KiB fetched' "$(awk '$2 == "fetched" { print $1 }' "$rates")" MB/s '' '' '>=400'
    compare 'copy of 1.3 GB from another node' "$(awk '$2 == "nats" { print $1 }' "$rates")" s \
        'plain socket' "$(awk '$2 == "plain" { print $1 }' "$rates")" '<=1.5x'
    measured cairn.ui.BuildStorm "$url" "$work/storm" > "$rates"
    compare 'frames, 10,000 builds a second' "$(awk '$2 == "frames" && $3 == "builds" { print $1 }' "$rates")" 1/s \
        'nothing to do' "$(awk '$2 == "frames" && $3 == "idle" { print $1 }' "$rates")" '>=0.98x'
    measured cairn.nats.NatsRates "$url" "$work/million" > "$work/output"
    timed ./cairn --home "$work/million" stats --store "${url/nats:/nats+ipld:}/many" --missing
    [ "$(wc -l < "$work/output")" = 1 ] || { echo 'a list of 1,000,000 blocks is wrong' >&2 && return 1; }
    compare 'what is missing of 1,000,000 blocks' "$seconds" s '' '' '<=60'
    compare 'anonymous memory of that' "$anonymous" MiB '' '' '<=512'
    kill $server
    wait $server || true
}

# crowd: some clients pull at once through a second node, which draws on the node at $url.
crowd() {
    local upstream=$url first=$node one=0 clients before n few
    # The smaller ones, because each client has a store of its own.
    few=$(grep -h -e '^StorePath' -e '^NarSize' "$work"/plain/*.narinfo | paste - - | sort -n -k 4 | awk 'NR < 4 { print $2 }')
    for clients in 1 16; do
        serve "$work/through$clients" --substituter "$upstream"
        before=$(sent "$upstream")
        for ((n = 0; n < clients; n++)); do
            nix "$work/room$n" nix copy --no-check-sigs --from "$url" --store "$work/root$n" $few 2> "$work/log$n" &
        done
        for n in $(jobs -p); do [ $n = $node ] || [ $n = $first ] || wait $n; done
        ((clients > 1)) || one=$(($(sent "$upstream") - before))
        ((clients == 1)) || compare '16 clients at once, MB read for them' "$((($(sent "$upstream") - before) / 1000000))" MB \
            'for one' "$((one / 1000000))" '<=1.3x'
        ((clients == 1)) || compare 'memory of the node between' "$(anonymous)" MiB '' '' '<=512'
        kill $node
        wait $node || true
        rm -rf "$work"/root[0-9]* "$work"/room[0-9]* "$work/through$clients"
    done
    url=$upstream node=$first
}

# sent URL: prints how many bytes a node has given so far.
sent() { curl -s "$1/metrics" | awk '$1 == "cairn_http_sent_bytes_total" { print $2 }'; }

# latency PERCENT: prints the milliseconds within which so many answers of the last wrk came.
latency() {
    awk -v percent="$1" '$1 == percent { print $2 ~ /us$/ ? $2 / 1000 : $2 ~ /ms$/ ? $2 + 0 : $2 * 1000 }' "$work/wrk"
}

# anonymous: prints the MiB of memory that the node has now.
anonymous() { awk '$1 == "RssAnon:" { print $2 / 1024 }' "/proc/$node/status"; }

[ -x /usr/bin/time ] || { echo 'needs GNU time: apt-get install time' >&2 && exit 3; }
paths=$(packaging/bench-corpus.sh "$corpus")
corpus=$(cd "$corpus" && pwd)
./cairn --version
./cairn --home "$work/rehearsal" add LICENSE > "$work/output" # builds, and makes the caches of classes
./cairn --home "$work/rehearsal" paths > "$work/output"
. packaging/jdk.sh
find_jdk
export JAVA_HOME=$jdk MAVEN_OPTS="--sun-misc-unsafe-memory-access=allow ${MAVEN_OPTS-}"
for section in "$@"; do
    echo "== $section"
    "$section"
done
exit $missed
