#!/bin/sh
# Installs the library, static and shared, and builds and runs a program with
# each installation, found by CMake and found by pkg-config.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/ci/lib.sh"
cd "$root"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
pkg_config=$(command -v pkg-config || command -v pkgconf)

for preset in release shared; do
    prefix=$work/$preset
    quiet cmake --preset $preset
    quiet cmake --build --preset $preset --target multiprocessing mp_worker
    quiet cmake --install build/$preset --prefix "$prefix"
    lib=$(dirname "$(dirname "$(find "$prefix" -name multiprocessing.pc)")")
    # Where a program looks for a shared library, on each of the three.
    export LD_LIBRARY_PATH="$lib" DYLD_LIBRARY_PATH="$lib" PATH="$prefix/bin:$PATH"

    quiet cmake -G Ninja -S tests/consumer -B "$work/cmake-$preset" -DCMAKE_PREFIX_PATH="$prefix"
    quiet cmake --build "$work/cmake-$preset"
    "$work/cmake-$preset/consumer"

    # A shared library finds the worker of its own installation, moved or not.
    worker=
    [ $preset = shared ] || worker=$(find "$prefix" -type f -name 'mp-worker*')
    MULTIPROCESSING_WORKER="$worker" "$work/cmake-$preset/worker"

    static=
    [ $preset = shared ] || static=--static
    flags=$(PKG_CONFIG_PATH=$lib/pkgconfig:${PKG_CONFIG_PATH-} \
        "$pkg_config" --cflags --libs $static multiprocessing)
    # shellcheck disable=SC2086  # the flags are words
    "${CC:-cc}" -std=c11 -o "$work/pc-$preset" tests/consumer/main.c $flags
    "$work/pc-$preset"
done

# As a part of another project it brings neither its tests nor its warnings.
quiet cmake -G Ninja -S tests/consumer -B "$work/inside" -DCONSUMER_SOURCE="$root"
quiet cmake --build "$work/inside"
"$work/inside/consumer"
