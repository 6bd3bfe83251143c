# shellcheck shell=sh
# Sourced by the launchers in bin, which have set program, module and home (the distribution's root).
# Finds Java 17 or newer and sets java, jar, jvm_options, archive and archive_option.

if [ -n "${JAVA_HOME:-}" ]; then
    java=$JAVA_HOME/bin/java
    if [ ! -x "$java" ]; then
        echo "$program: JAVA_HOME is $JAVA_HOME, which has no bin/java. Set it to a Java 17 or newer, or unset it." >&2
        exit 1
    fi
elif ! java=$(command -v java); then
    echo "$program: no Java found. Install Java 17 or newer, or set JAVA_HOME." >&2
    exit 1
fi

# The release file answers without starting a JVM; not every runtime has one.
java_version=
java_file=$(readlink -f "$java")
java_release=${java_file%/*/*}/release
if [ -r "$java_release" ]; then
    while IFS='="' read -r key _ value _; do
        if [ "$key" = JAVA_VERSION ]; then
            java_version=$value
        fi
    done <"$java_release"
fi
if [ -z "$java_version" ]; then
    java_version=$("$java" -version 2>&1 | sed -n 's/.* version "\([^"]*\)".*/\1/p')
fi
java_major=${java_version%%[!0-9]*}
if [ "${java_major:-0}" -lt 17 ]; then
    echo "$program: $java is Java ${java_version:-of an unknown version}; Java 17 or newer is needed. Set JAVA_HOME." >&2
    exit 1
fi

# The start-up archive holds classes parsed ahead. A JVM that it does not fit ignores it, here without a word.
jvm_options="-Xshare:auto -Xlog:cds*=off:stderr"
if [ "$java_major" -ge 24 ]; then
    # gRPC's Netty and protobuf still use Unsafe, and newer JDKs would say so at every start.
    jvm_options="$jvm_options -Xlog:aot*=off:stderr --sun-misc-unsafe-memory-access=allow"
fi
archive=$home/lib/$program.jsa
archive_option=-XX:SharedArchiveFile
if [ -n "${UNANIMOUS_MAKE_ARCHIVE:-}" ]; then
    archive_option=-XX:ArchiveClassesAtExit
fi

jar=$home/lib/unanimous-$module-@project.version@.jar
if [ ! -r "$jar" ]; then
    echo "$program: $jar is missing: the installation under $home is not complete." >&2
    exit 1
fi
