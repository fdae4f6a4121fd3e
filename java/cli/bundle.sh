#!/usr/bin/env bash
# Packs kaiaku-train with a Java runtime of its own, for machines of this kind that have no Java:
#   java/cli/bundle.sh [kaiaku-train.tar.gz]      (after a build; needs a JDK with jlink)
# There: tar xzf kaiaku-train.tar.gz && kaiaku-train/kaiaku-train doctor
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
jar=$here/target/kaiaku-train.jar
bundle=$here/target/bundle/kaiaku-train
archive=${1:-$here/target/kaiaku-train.tar.gz}

[ -f "$jar" ] || {
  echo "bundle.sh: no $jar; \`./kaiaku-train --version\` builds it" >&2
  exit 1
}
jlink=${JAVA_HOME:+$JAVA_HOME/bin/}jlink
command -v "$jlink" >/dev/null || {
  echo "bundle.sh: jlink is missing; it comes with a JDK" >&2
  exit 1
}

# What the classes use, and what they find by name: elliptic curves for https, charsets of exports, sun.misc.
modules=java.base,java.compiler,java.desktop,java.logging,java.management,java.naming,java.net.http,java.sql
modules=$modules,java.xml,jdk.charsets,jdk.crypto.ec,jdk.httpserver,jdk.localedata,jdk.management,jdk.unsupported,jdk.zipfs

rm -rf "$here/target/bundle"
mkdir -p "$bundle"
"$jlink" --add-modules "$modules" --include-locales en,de,es,fr,it,nl,pl,pt,ru,tr \
  --strip-java-debug-attributes --no-header-files --no-man-pages --compress=2 --output "$bundle/runtime"
cp "$jar" "$bundle"
cat >"$bundle/kaiaku-train" <<'LAUNCHER'
#!/bin/sh
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd -P)
# KAIAKU_JAVA_OPTS holds several options.
# shellcheck disable=SC2086
exec "$here/runtime/bin/java" -XX:+UseSerialGC -Xms32m ${KAIAKU_JAVA_OPTS:-} -jar "$here/kaiaku-train.jar" "$@"
LAUNCHER
chmod +x "$bundle/kaiaku-train"
tar -C "$here/target/bundle" -czf "$archive" kaiaku-train
echo "$archive, $(du -h "$archive" | cut -f 1)"
