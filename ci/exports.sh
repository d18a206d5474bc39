#!/bin/sh
# exports.sh BUILD-FOLDER: a shared library exports mp_ names only, and of the
# internal mp__ ones only those that a public header needs; APR's stay inside.
# A static library has no other global names than mp_ ones.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
bad=0
seen=0

names()
{
    case $1 in
    *.dll)
        objdump -p "$1" | awk '
            /Ordinal\/Name Pointer. Table/ { on = 1; next }
            on && NF == 0 { exit }
            on { print $NF }' ;;
    *.dylib) nm -gU "$1" | awk '{ sub(/^_/, "", $NF); print $NF }' ;;
    *.so) nm -D --defined-only "$1" | awk '{ sub(/@.*/, "", $NF); print $NF }' ;;
    # The compiler's own sections for Windows begin with a dot, and macOS puts
    # an underscore before every name.
    *.a) nm -g "$1" | awk 'NF == 3 && $2 != "U" && $3 !~ /^\./ { sub(/^_mp_/, "mp_", $3); print $3 }' ;;
    esac
}

complain()
{
    echo "exports: $*" >&2
    bad=1
}

for library in "${1:?}"/libmultiprocessing.so "$1"/libmultiprocessing.dylib \
    "$1"/libmultiprocessing.dll "$1"/libmultiprocessing.a; do
    [ -e "$library" ] || continue
    seen=1
    found=$(names "$library")
    echo "$found" | grep -qx mp_version || complain "no mp_version in $library"
    for name in $found; do
        case $library:$name in
        *.a:mp_*) ;;
        *:mp__*) grep -rqw "$name" "$root/include" || complain "$name leaves $library" ;;
        *:mp_*) ;;
        *) complain "$name leaves $library" ;;
        esac
    done
done
[ $seen = 1 ] || complain "no library in $1"
exit $bad
