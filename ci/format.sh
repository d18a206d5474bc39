#!/bin/sh
# format.sh [--fix]: every C file is laid out as .clang-format says.
set -eu
cd "$(dirname "$0")/.."
tool=clang-format-14
command -v $tool >/dev/null 2>&1 || tool=clang-format
mode="--dry-run -Werror"
[ "${1-}" != --fix ] || mode=-i
# shellcheck disable=SC2086  # the mode is words
for room in include core platform posix win32 tools tests bench examples; do
    [ ! -d $room ] || find $room -name '*.[ch]'
done | sort | tr '\n' '\0' | xargs -0 $tool --style=file $mode
