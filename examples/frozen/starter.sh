#!/bin/sh
# Starts the app. Its children are lib/app again, and have this environment.
home=$(cd "$(dirname "$0")" && pwd)
[ -z "${APP_LOG-}" ] || echo started >>"$APP_LOG"
APP_HOME=$home exec "$home/lib/app" "$@"
