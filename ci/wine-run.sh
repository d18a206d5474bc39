#!/bin/sh
# wine-run.sh PROGRAM [ARGUMENT...]: CMake's emulator for the Windows build.
# wine-run.sh --session COMMAND...: runs a command, ctest say, with a Wine of
# its own, a copy that no other run disturbs and that ends with the command.
set -u
unset DISPLAY WAYLAND_DISPLAY
cache=${MP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/multiprocessing-ci}
export WINEPREFIX="${WINEPREFIX:-$cache/wine}" WINEARCH=win64
# Wine writes names of files in this character set, or not at all.
export LC_ALL=C.UTF-8
export WINEDEBUG="${WINEDEBUG:--all}"
# No offers to install Mono, no menus, and no debugger when a program crashes.
export WINEDLLOVERRIDES="${WINEDLLOVERRIDES:-mscoree,mshtml,winemenubuilder.exe,winedbg.exe=}"
if [ ! -f "$WINEPREFIX/system.reg" ]; then
    mkdir -p "$WINEPREFIX"
    # shellcheck disable=SC2016  # the inner shell expands it
    flock "$WINEPREFIX/.lock" sh -c '
        [ -f "$WINEPREFIX/system.reg" ] || { wineboot -i && wineserver -w; }
    ' >/dev/null 2>&1 </dev/null
fi

if [ "${1-}" = --session ]; then
    shift
    own=$(mktemp -d "$WINEPREFIX.XXXXXX") || exit 125
    trap 'rm -rf "$own"' EXIT
    cp -a "$WINEPREFIX/." "$own/"
    WINEPREFIX=$own
    # One server for all of it, or every program would start another.
    wineserver -p60 >/dev/null 2>&1 </dev/null
    rc=0
    "$@" || rc=$?
    wineserver -k >/dev/null 2>&1
    timeout 20 wineserver -w >/dev/null 2>&1
    exit $rc
fi

# The output goes through a file and not through ctest's pipe: Wine's own
# daemons, and any Windows process that a test leaves behind, inherit the pipe
# of whoever started them, and ctest would wait for it until the timeout.
out=$(mktemp) || exit 125
trap 'rm -f "$out"' EXIT
wine "$@" >"$out" 2>&1 </dev/null &
pid=$!
tail -n +1 -s 0.02 -f --pid=$pid "$out"
wait $pid
