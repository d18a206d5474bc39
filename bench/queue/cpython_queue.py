# SPDX-License-Identifier: Apache-2.0
"""CPython's multiprocessing as a peer of bench-queue.

bench-queue writes one line per measurement, "WHAT MILLISECONDS"; the answer is
the picoseconds of a message, or "error" and why. The argument is the size of a
message, and behind a slash "one", "two" or "unpinned".
"""
import multiprocessing
import os
import sys
import time

TRIAL = 20  # messages that tell how many fill a time


def pin(which):
    if hasattr(os, "sched_setaffinity"):
        processors = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {processors[which % len(processors)]})


def serve(there, back, which):
    if which is not None:
        pin(which)
    while True:
        what, count = there.get()
        if what == "end":
            return
        if what == "ping":
            for _ in range(count):
                back.put(there.get())
        else:
            for _ in range(count):
                there.get()
            back.put(b"")


class Peer:
    def __init__(self, context, make, which):
        self.there, self.back = make(), make()
        self.process = context.Process(
            target=serve, args=(self.there, self.back, which), daemon=True)
        self.process.start()

    def ping(self, size, count, samples):
        put, get, now = self.there.put, self.back.get, time.perf_counter_ns
        message = bytes(size)
        put(("ping", count))
        began = then = now()
        for _ in range(count):
            put(message)
            get()
            if samples is not None:
                at = now()
                samples.append(at - then)
                then = at
        return now() - began

    def stream(self, size, count):
        put, message = self.there.put, bytes(size)
        self.there.put(("stream", count))
        began = time.perf_counter_ns()
        for _ in range(count):
            put(message)
        self.back.get()
        return time.perf_counter_ns() - began

    def end(self):
        self.there.put(("end", 0))
        self.process.join()


def fitting(elapsed, count, milliseconds):
    return max(1, int(milliseconds * 1e6 / elapsed * count))


def do_ping(peer, size, milliseconds, samples):
    trial = peer.ping(size, TRIAL, None)
    count = fitting(trial, TRIAL, milliseconds / 2)
    samples.clear()
    peer.ping(size, count, samples)
    samples.sort()
    return peer.ping(size, count, None) / count / 2


def do_stream(peer, size, milliseconds):
    trial = peer.stream(size, TRIAL)
    count = fitting(trial, TRIAL, milliseconds)
    return peer.stream(size, count) / count


def share(samples, part):
    return samples[min(int(part * len(samples)), len(samples) - 1)] / 2


def do_order(peers, what, number, size, samples):
    shares = {"p50": 0.5, "p99": 0.99, "p999": 0.999}
    if what in shares:
        return share(samples, shares[what])
    kind, _, what = what.partition("-")
    if what == "stream":
        return do_stream(peers[kind], size, number)
    return do_ping(peers[kind], int(what.partition(":")[2]), number, samples)


def main():
    size, _, placement = sys.argv[1].partition("/")
    which = None if placement == "unpinned" else 1
    context = multiprocessing.get_context("fork")
    peers = {"queue": Peer(context, context.Queue, which),
             "simple": Peer(context, context.SimpleQueue, which)}
    if which is not None:
        # After they were started, which could use no other processor then.
        pin(1 if placement == "one" else 0)
    samples = []
    print("ready", sys.version.split()[0], flush=True)
    for line in sys.stdin:
        what, number = line.split()
        try:
            took = do_order(peers, what, int(number), int(size), samples)
            print(round(took * 1000), flush=True)
        except (KeyError, OSError, ValueError) as error:
            print("error", what, error, flush=True)
    for peer in peers.values():
        peer.end()


if __name__ == "__main__":
    main()
