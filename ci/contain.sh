#!/bin/sh
# contain.sh COMMAND...: runs it where it can have only so many processes. A
# mistake in starting processes can start them without end, and it must not
# take the machine along. Where no limit can be had, the command runs as it is.
set -u
limit=3000
memory_limit=8G

# The same for memory: what processes share can grow until the system ends
# others for it.
memory=
path=$(sed -n 's/^[0-9]*:memory://p' /proc/self/cgroup 2>/dev/null)
for parent in "/sys/fs/cgroup/memory$path" /sys/fs/cgroup/memory; do
    try=$parent/multiprocessing-ci-$$
    mkdir "$try" 2>/dev/null || continue
    if echo $memory_limit 2>/dev/null >"$try/memory.limit_in_bytes"; then
        memory=$try
        break
    fi
    rmdir "$try"
done

# A pids cgroup counts this command alone; only root can make one.
group=
path=$(sed -n 's/^[0-9]*:pids://p' /proc/self/cgroup 2>/dev/null)
for parent in "/sys/fs/cgroup/pids$path" /sys/fs/cgroup/pids /sys/fs/cgroup; do
    try=$parent/multiprocessing-ci-$$
    mkdir "$try" 2>/dev/null || continue
    if echo $limit 2>/dev/null >"$try/pids.max" &&
        sh -c 'echo $$ >"$1/cgroup.procs" && echo $$ >"$2/cgroup.procs"' sh "$try" "$parent" 2>/dev/null; then
        group=$try
        break
    fi
    rmdir "$try"
done

if [ -n "$group" ]; then
    sh -c '[ -z "$2" ] || echo $$ 2>/dev/null >"$2/cgroup.procs"
        echo $$ >"$1/cgroup.procs" && shift 2 && exec "$@"' sh "$group" "$memory" "$@"
    rc=$?
    # Whatever is still there was started by the command and left behind.
    left=$(cat "$group/cgroup.procs")
    for pid in $left; do
        printf 'contain.sh: left behind: %s %s\n' "$pid" \
            "$(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null)" >&2
        kill -9 "$pid" 2>/dev/null
    done
    for folder in "$group" ${memory:+"$memory"}; do
        for _ in 1 2 3 4 5 6 7 8 9 10; do
            rmdir "$folder" 2>/dev/null && break
            sleep 0.2
        done
    done
    exit $rc
fi

[ -z "$memory" ] || rmdir "$memory"

# This limit counts all processes of the user, and does not bind root.
if command -v prlimit >/dev/null 2>&1 && [ "$(id -u)" != 0 ]; then
    hard=$(prlimit --nproc --noheadings --output HARD)
    if [ "$hard" = unlimited ] || [ "$hard" -gt $limit ]; then
        exec prlimit --nproc=$limit: "$@"
    fi
fi
exec "$@"
