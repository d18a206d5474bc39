# SPDX-License-Identifier: Apache-2.0
"""CPython's multiprocessing as a peer of bench-sync.

bench-sync writes one line per measurement, "WHAT COUNT"; the answer is the
nanoseconds that COUNT of them took, or "error" and why.
"""
import multiprocessing
import sys
import time


def repeat(lock, count):
    acquire, release = lock.acquire, lock.release
    began = time.perf_counter_ns()
    for _ in range(count):
        acquire()
        release()
    return time.perf_counter_ns() - began


def add(value, count):
    began = time.perf_counter_ns()
    for _ in range(count):
        with value.get_lock():
            value.value += 1
    return time.perf_counter_ns() - began


def create(make, count):
    began = time.perf_counter_ns()
    for _ in range(count):
        make()
    return time.perf_counter_ns() - began


def main():
    measures = {
        "lock": (repeat, multiprocessing.Lock()),
        "rlock": (repeat, multiprocessing.RLock()),
        "semaphore": (repeat, multiprocessing.Semaphore(1)),
        "value": (add, multiprocessing.Value("q", 0)),
        "create": (create, multiprocessing.Lock),
    }
    print("ready", sys.version.split()[0], flush=True)
    for line in sys.stdin:
        what, count = line.split()
        try:
            function, subject = measures[what]
            print(function(subject, int(count)), flush=True)
        except (KeyError, OSError, ValueError) as error:
            print("error", what, error, flush=True)


if __name__ == "__main__":
    main()
