# SPDX-License-Identifier: Apache-2.0
"""CPython's multiprocessing as a peer of bench-process.

bench-process starts it with the size of the parent in MB and then writes one
line per measurement, "METHOD COUNT"; the answer is the nanoseconds that COUNT
starts and joins of an empty function took, or "error" and why.
"""
import mmap
import multiprocessing
import sys
import time


def nothing():
    pass


def grow(size_mb):
    """Resident memory in pages of the usual size, as parent_grow() has it."""
    size = size_mb << 20
    if not hasattr(mmap, "MAP_PRIVATE"):
        return bytearray(size)
    memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if hasattr(mmap, "MADV_NOHUGEPAGE"):
        memory.madvise(mmap.MADV_NOHUGEPAGE)
    for offset in range(0, size, 4096):
        memory[offset] = 1
    return memory


def measure(method, count):
    context = multiprocessing.get_context(method)
    began = time.perf_counter_ns()
    for _ in range(count):
        process = context.Process(target=nothing)
        process.start()
        process.join()
        if process.exitcode != 0:
            raise RuntimeError(f"exit code {process.exitcode}")
        process.close()
    return time.perf_counter_ns() - began


def main():
    memory = grow(int(sys.argv[1]))
    print("ready", sys.version.split()[0], flush=True)
    for line in sys.stdin:
        method, count = line.split()
        try:
            print(measure(method, int(count)), flush=True)
        except (OSError, RuntimeError, ValueError) as error:
            print("error", method, error, flush=True)
    del memory


if __name__ == "__main__":
    main()
