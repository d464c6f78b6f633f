#!/bin/bash
# Makes what bench.sh measures with: eight big Debian packages in two versions each, about 1.3 GB in 16 paths.
#
#   packaging/bench-corpus.sh DIR
#
# Takes the two newest versions that this machine's apt knows, unpacks them, and adds each tree to the Nix store whose root is DIR,
# as NAME-VERSION. Prints the 16 paths. What is there already is neither fetched nor added again, so the versions stay what
# they were when DIR was made; DIR/paths.txt lists them.
set -euo pipefail
[ $# = 1 ] || { sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1/debs"
root=$(cd "$1" && pwd)

# The last three stand in for one that has no second version.
packages=(openjdk-17-jre-headless libreoffice-core containerd libwebkit2gtk-4.1-0 postgresql-15 libnode108 git
    qemu-system-x86 mariadb-server-core chromium-common perl-modules-5.36)

if [ ! -e "$root/versions.txt" ]; then
    count=0
    for package in "${packages[@]}"; do
        mapfile -t versions < <(apt-cache show "$package" | sed -n 's/^Version: //p' | awk '!seen[$0]++')
        if [ ${#versions[@]} -ge 2 ] && ((count++ < 8)); then printf "$package %s\n" "${versions[@]:0:2}"; fi
    done > "$root/versions.new"
    [ "$(wc -l < "$root/versions.new")" = 16 ] || {
        echo "apt knows too few of the packages in two versions; try apt-get update" >&2
        exit 3
    }
    mv "$root/versions.new" "$root/versions.txt"
fi

touch "$root/paths.txt"
while read -r package version; do
    plain=${version#*:}
    name=$package-${plain//\~/-}
    grep -q -- "-$name\$" "$root/paths.txt" && continue
    deb=$root/debs/${package}_${version//:/%3a}_$(dpkg --print-architecture).deb
    if [ ! -e "$deb" ]; then
        (cd "$root/debs" && apt-get -q -o APT::Sandbox::User=root download "$package=$version" >&2)
    fi
    rm -rf "$root/unpacked"
    mkdir "$root/unpacked"
    dpkg-deb -x "$deb" "$root/unpacked/$name"
    "$here/nix-alone.sh" "$root" nix store add-path --store "$root" --name "$name" "$root/unpacked/$name" >> "$root/paths.txt"
    rm -rf "$root/unpacked"
done < "$root/versions.txt"
cat "$root/paths.txt"
