#!/usr/bin/env bash
# To be sourced.

# Sets jdk and jdk_version to the first JDK that is new enough; starts no JVM.
find_jdk() {
    local candidate key value
    for candidate in "${JAVA_HOME:-}" PATH /usr/lib/jvm/* "${HOME:-}"/.sdkman/candidates/java/* \
        "${HOME:-}"/.jdks/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
        if [[ $candidate == PATH ]]; then
            candidate=$(type -P java) && candidate=$(readlink -f -- "$candidate")
            candidate=${candidate%/bin/java}
        fi
        [[ -x $candidate/bin/javac && -r $candidate/release ]] || continue
        jdk_version=0
        while IFS='=' read -r key value; do
            [[ $key == JAVA_VERSION ]] && jdk_version=${value//\"/}
        done <"$candidate/release"
        if ((${jdk_version%%[!0-9]*} >= 25)); then
            jdk=$candidate
            return
        fi
    done
    jdk=
    return 1
}

no_jdk="needs a JDK 25 or newer: install openjdk-25-jdk or one from https://adoptium.net, or name it by JAVA_HOME"
