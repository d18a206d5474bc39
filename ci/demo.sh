#!/bin/sh
# demo.sh [ARGUMENT...]: installs what is missing, builds, and runs PEP 371's
# benchmark here: processes against threads against one thread.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/ci/lib.sh"
need build
cd "$root"
say "Building"
quiet cmake --preset release -DMP_WERROR=OFF
quiet cmake --build --preset release --target pep371
exec build/release/bench/pep371 "$@"
