#!/bin/sh
# The program follows this script in one file: cat selfextract.sh payload >app
set -e
APP_UNPACKED=$(mktemp -d)
export APP_UNPACKED
tail -n +9 "$0" >"$APP_UNPACKED/payload"
chmod +x "$APP_UNPACKED/payload"
exec "$APP_UNPACKED/payload" "$@"
