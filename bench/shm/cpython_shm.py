# SPDX-License-Identifier: Apache-2.0
"""CPython's SharedMemory as a peer of bench-shm.

bench-shm writes one line per measurement, "touched COUNT" or "untouched COUNT";
the answer is the nanoseconds that COUNT segments took, or "error" and why.
"""
import sys
import time
from multiprocessing import resource_tracker
from multiprocessing.shared_memory import SharedMemory

SIZE = 1 << 20
STEP = 4096


def once(touched):
    mine = SharedMemory(create=True, size=SIZE)
    theirs = SharedMemory(mine.name)
    if touched:
        # One slice assignment writes a byte to each page.
        theirs.buf[0:SIZE:STEP] = b"\1" * (SIZE // STEP)
    theirs.close()
    mine.close()
    mine.unlink()


def main():
    resource_tracker.ensure_running()
    print("ready", sys.version.split()[0], flush=True)
    for line in sys.stdin:
        what, count = line.split()
        try:
            began = time.perf_counter_ns()
            for _ in range(int(count)):
                once(what == "touched")
            print(time.perf_counter_ns() - began, flush=True)
        except (OSError, ValueError) as error:
            print("error", what, error, flush=True)


if __name__ == "__main__":
    main()
