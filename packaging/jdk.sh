#!/usr/bin/env bash
# To be sourced.

# Sets jdk and jdk_version to the first JDK that is new enough; starts no JVM.
find_jdk() {
    local java candidate key value
    java=$(command -v java) && java=$(readlink -f -- "$java")
    for candidate in "${JAVA_HOME:-}" "${java%/bin/java}" /usr/lib/jvm/* "${HOME:-}"/.sdkman/candidates/java/* \
        "${HOME:-}"/.jdks/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
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
