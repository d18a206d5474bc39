#!/bin/sh
# The rooms and who may use whom: include <- platform <- core, and platform <-
# posix | win32. The public headers, platform.h and core know no system and no
# APR; the backends know neither core nor each other.
set -eu
cd "$(dirname "$0")/.."
bad=0
c11='<(assert|ctype|errno|float|inttypes|limits|math|setjmp|stdalign|stdarg|stdatomic|stdbool|stddef|stdint|stdio|stdlib|stdnoreturn|string|time)\.h>'
api='[<"]multiprocessing(/[a-z_]+)?\.h[>"]'

# may_include ALLOWED FILE...
may_include()
{
    allowed=$1
    shift
    ! grep -EHn '^[[:space:]]*#[[:space:]]*include' "$@" /dev/null |
        grep -Ev "include[[:space:]]*($allowed)" || bad=1
}

# An unmatched pattern is left as it is; a room without files is no mistake.
may_include "$c11|$api" include/*.h include/multiprocessing/*.h
contracts="platform/platform.h platform/link.h platform/shared.h platform/named.h platform/bell.h platform/digest.h"
# shellcheck disable=SC2086  # several files
may_include "$c11|$api|\"platform/" $contracts
may_include "$c11|$api|\"platform/|\"core/" core/*.[ch]
may_include "<|$api|\"platform/" platform/*.c
may_include "<|$api|\"platform/|\"posix/" posix/*.[ch]
may_include "<|$api|\"platform/|\"win32/" win32/*.[ch]

# export.h has to know how Windows exports.
# shellcheck disable=SC2086
! grep -rnE '\b(_WIN32|_WIN64|__linux__|__APPLE__|__unix__|APR_[A-Z]+|apr_[a-z]+)\b' \
    include core $contracts platform/sleepers.c | grep -v '^include/multiprocessing/export\.h:' || bad=1

[ $bad = 0 ] || echo "rooms: these lines are not allowed where they stand" >&2
exit $bad
