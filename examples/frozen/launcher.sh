#!/bin/sh
# Starts the app, and each of its children. It must exec: the child that is
# waited for is the process that was started.
home=$(cd "$(dirname "$0")" && pwd)
export APP_LAUNCHER="$home/launcher.sh"
[ -z "${APP_LOG-}" ] || echo started >>"$APP_LOG"
exec "$home/lib/app" --home "$home" "$@" --launched
