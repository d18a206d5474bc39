#!/bin/sh
# test.sh SHAPE FOLDER: makes a frozen app of the programs in the folder, runs
# it, and looks at what it says and at what it leaves.
set -eu
shape=$1
programs=$2
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail()
{
    echo "$shape: $*" >&2
    exit 1
}

# expect TEXT COMMAND...: what it prints begins with the text.
expect()
{
    expected=$1
    shift
    said=$(cd / && "$@") || [ "$expected" != '1 + 4 + 9 = 14' ] || fail "it failed: $said"
    case $said in
    "$expected"*) ;;
    *) fail "it said: $said" ;;
    esac
}

# An app folder, in a place whose name a shell has to quote.
folder="$work/an app's folder"
make_folder()
{
    mkdir -p "$folder/lib"
    cp "$programs/app" "$folder/lib/app"
    cp "$here/$shape.sh" "$folder/"
}

# count_starts NUMBER: how often the script ran.
count_starts()
{
    expect '1 + 4 + 9 = 14' env APP_LOG="$work/log" "$folder/$shape.sh" "a b"
    [ "$(grep -c started "$work/log")" = "$1" ] || fail "it ran $(cat "$work/log")"
}

case $shape in
launcher)
    make_folder
    count_starts 4 ;; # for the app and for three children
starter)
    make_folder
    count_starts 1 ;;
bundle)
    sh "$here/bundle.sh" "$programs/app" "$folder"
    expect '1 + 4 + 9 = 14' "$folder/run" ;;
selfextract)
    mkdir "$work/temporary"
    cat "$here/selfextract.sh" "$programs/payload" >"$work/all in one"
    chmod +x "$work/all in one"
    expected='1 + 4 + 9 = 14'
    [ "${RUNS_DELETED-yes}" = yes ] || expected='MP_ENOENT: '
    expect "$expected" env TMPDIR="$work/temporary" "$work/all in one"
    [ -z "$(ls -A "$work/temporary")" ] || fail "something is left" ;;
esac
