#!/bin/sh
# fuzz.sh [SECONDS]: feeds the parsers of foreign bytes with libFuzzer, each for
# so long (60), starting from the corpus beside its target. Needs clang.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-60}
out=build/fuzz
mkdir -p $out
sources="$(echo core/*.c) posix/posix_cond_portable.c posix/posix_quiet_portable.c"
for file in platform/*.c posix/*.c; do
    case $file in
    *_darwin.c | *_portable.c | *_none.c | *_view.c | */sleepers.c | */posix_semaphore_clock.c | */posix_born_open.c) ;;
    *) sources="$sources $file" ;;
    esac
done
for target in tests/fuzz/fuzz_*.c; do
    name=$(basename "$target" .c)
    corpus=tests/fuzz/${name#fuzz_}
    # shellcheck disable=SC2046,SC2086 # words are meant
    clang -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
        -D_GNU_SOURCE -DMP_STATIC -DMP_BUILDING -Iinclude -I. \
        '-DMP_WORKER_NAME="mp-worker"' '-DMP_WORKER_FROM_LIBRARY="../bin"' '-DMP_WORKER_INSTALLED="/usr/bin/mp-worker"' \
        $(pkg-config --cflags apr-1 libcrypto) -o "$out/$name" "$target" \
        $sources $(pkg-config --libs apr-1 libcrypto) -lpthread
    mkdir -p "$out/$name.found"
    "$out/$name" -max_total_time="$seconds" -max_len=4096 \
        -artifact_prefix="$out/" "$out/$name.found" "$corpus"
done
