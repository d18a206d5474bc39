#!/bin/sh
# A sysroot for Linux on aarch64 from Debian's own packages of APR, libcrypto
# and CMocka. They are unpacked and not installed: apt would have to remove this
# machine's own libapr1-dev for the other architecture's.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/ci/lib.sh"
deps_begin arm64 build sources arm64
cd "$work"
quiet apt_private "$work/apt" deb arm64 update
quiet apt_private "$work/apt" deb arm64 -y --download-only install \
    libc6-dev libapr1-dev libssl-dev libcmocka-dev libcmocka0
mkdir -p "$stage/sysroot/usr/lib"
ln -s usr/lib "$stage/sysroot/lib"
for package in "$work"/apt/archives/*.deb; do
    dpkg-deb --fsys-tarfile "$package" |
        tar -x -C "$stage/sysroot" --keep-directory-symlink
done
deps_end
