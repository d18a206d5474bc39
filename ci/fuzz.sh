#!/bin/sh
# fuzz.sh [SECONDS]: feeds the parsers of foreign bytes with libFuzzer, each for
# so long (60), starting from the corpus beside its target. Needs clang.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/ci/lib.sh"
cd "$root"
seconds=${1:-60}
out=build/fuzz
mkdir -p $out/objects
find $out/objects -name '*.o' -delete
for file in core/*.c platform/*.c posix/*.c; do
    case $file in
    core/*) echo "$file" ;;
    */posix_cond_portable.c | */posix_quiet_portable.c) echo "$file" ;;
    *_darwin.c | *_portable.c | *_none.c | *_view.c | *_loaded.c | */sleepers.c | */posix_semaphore_clock.c | */posix_born_open.c) ;;
    *) echo "$file" ;;
    esac
done >$out/sources

# The library once, for all targets.
clang="clang -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all"
# shellcheck disable=SC2089 # C is to see these quotes
flags="-D_GNU_SOURCE -DMP_STATIC -DMP_BUILDING -DMP_REMOTE=1 -Iinclude -I.
    -DMP_WORKER_NAME=\"mp-worker\" -DMP_WORKER_FROM_LIBRARY=\"../bin\" -DMP_WORKER_INSTALLED=\"/usr/bin/mp-worker\"
    $(pkg-config --cflags apr-1 libcrypto)"
! have ccache || clang="ccache $clang"
# shellcheck disable=SC2090
export clang flags out
# shellcheck disable=SC2016 # the inner shell expands it
xargs -n 1 -P "$(processors)" sh -c '
    exec $clang -fsanitize=fuzzer-no-link $flags -c -o "$out/objects/$(basename "$1" .c).o" "$1"' _ <$out/sources

for target in tests/fuzz/fuzz_*.c; do
    name=$(basename "$target" .c)
    corpus=tests/fuzz/${name#fuzz_}
    # shellcheck disable=SC2046,SC2086,SC2090 # words are meant
    ${clang#ccache } -fsanitize=fuzzer $flags -o "$out/$name" "$target" $out/objects/*.o \
        $(pkg-config --libs apr-1 libcrypto) -lpthread
    mkdir -p "$out/$name.found"
    quiet "$out/$name" -max_total_time="$seconds" -max_len=4096 \
        -artifact_prefix="$out/" "$out/$name.found" "$corpus"
    say "$name: nothing found in $seconds s"
done
