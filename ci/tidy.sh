#!/bin/sh
# tidy.sh BUILD-FOLDER [WORD [ARGUMENT...]]: clang-tidy over every file that is
# compiled there and has WORD in its path, with these arguments. A file that was
# found clean is not looked at again until something in what the compiler sees
# of it changes, comments included.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/ci/lib.sh"
build=$(cd "${1:?}" && pwd)
word=${2-}
[ $# -lt 2 ] || shift
shift
tool=clang-tidy-14
have $tool || tool=clang-tidy
mkdir -p "$cache/tidy"
find "$cache/tidy" -type f -mtime +30 -delete
settings=$(cat "$root/.clang-tidy" "$root"/*/.clang-tidy "$0" | sha256sum)
# Another compiler's warnings are none of the analyser's business.
extra="--extra-arg=-Wno-unknown-warning-option $*"
export build word tool cache settings extra

# One file a process, as many at once as there are processors. CMake writes
# each key of compile_commands.json on a line of its own.
# shellcheck disable=SC2016  # the inner shell expands it
sed -n 's/^  "command": "\(.*\)",$/\1/p; s/^  "file": "\(.*\)",\{0,1\}$/\1/p' "$build/compile_commands.json" |
    sed 's/\\"/"/g; s/\\\\/\\/g' | tr '\n' '\0' |
    xargs -0 -n 2 -P "$(processors)" sh -c '
        case $2 in
        *"$word"*) ;;
        *) exit 0 ;;
        esac
        cd "$build"
        key=$({
            echo "$settings $extra"
            # What does not even preprocess is known by nothing but this run.
            eval "${1%% -o *} -E -CC \"\$2\"" 2>/dev/null || echo $$
        } | sha256sum | cut -c1-40)
        [ ! -e "$cache/tidy/$key" ] || exit 0
        out=$("$tool" -p "$build" --quiet $extra "$2" 2>&1) || { printf "%s\n" "$out"; exit 1; }
        : >"$cache/tidy/$key"
    ' sh
