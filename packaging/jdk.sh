#!/usr/bin/env bash
# To be sourced.

# Sets jdk and jdk_version to the first JDK that is new enough; starts no JVM, and mostly no process.
find_jdk() {
    local candidate key value java
    for candidate in "${JAVA_HOME:-}" PATH /usr/lib/jvm/* "${HOME:-}"/.sdkman/candidates/java/* \
        "${HOME:-}"/.jdks/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
        if [[ $candidate == PATH ]]; then
            hash java 2>/dev/null || continue
            java=${BASH_CMDS[java]}
            # To start readlink takes longer than to look where a link mostly leads.
            for candidate in /usr/lib/jvm/* ''; do
                [[ ! $java -ef $candidate/bin/java ]] || break
            done
            [[ -n $candidate ]] || candidate=$(readlink -f -- "$java")
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
