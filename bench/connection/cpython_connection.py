# SPDX-License-Identifier: Apache-2.0
"""CPython's connections and pickle as peers of bench-connection.

bench-connection starts it with the size of a message and then writes one line
per measurement, "WHAT COUNT"; the answer is the nanoseconds that COUNT of them
took, or "error" and why.
"""
import multiprocessing
import pickle
import sys
import time
from multiprocessing.connection import Client, Listener, Pipe, wait

KEY = b"a key for the bench"
fork = multiprocessing.get_context("fork")

SAMPLES = {
    "dict": {
        "name": "worker-17", "pid": 40961, "load": 0.375, "alive": True,
        "host": "build.example.org", "port": 6000, "done": 123456789,
        "ratio": 1.0625, "queue": None, "command": "compile",
    },
    "ints": list(range(1000)),
    "floats": [i / 7 for i in range(1000)],
    "text": "".join(chr(ord("a") + i % 26) for i in range(4096)),
    "nested": [
        {"id": i, "tags": ["first", "second", i], "point": (i, i / 2)}
        for i in range(100)
    ],
    "16M": bytes([7]) * (16 << 20),
}


class Peer:
    """A child that does its part so many times as it is told."""

    def __init__(self, target, *args):
        self.control, its = Pipe()
        self.process = fork.Process(target=self.serve, args=(its, target, args),
                                    daemon=True)
        self.process.start()
        its.close()

    def serve(self, control, target, args):
        self.control.close()
        while True:
            try:
                what, count = control.recv()
            except EOFError:
                return
            target(what, count, *args)
            if what == "stream":
                control.send(None)


def echo(what, count, receive, send):
    for _ in range(count):
        message = receive()
        if what == "ping":
            send(message)


def ends(kind):
    """What sends and receives here, and what does at the other end."""
    if kind == "oneway":
        our_in, their_out = Pipe(False)
        their_in, our_out = Pipe(False)
    else:
        our_in, their_in = Pipe()
        our_out, their_out = our_in, their_in
    if kind == "values":
        return our_in.recv, our_out.send, their_in.recv, their_out.send
    return (our_in.recv_bytes, our_out.send_bytes,
            their_in.recv_bytes, their_out.send_bytes)


class Echo:
    def __init__(self, kind, message):
        self.receive, self.send, receive, send = ends(kind)
        self.message = message
        self.peer = Peer(echo, receive, send)

    def run(self, what, count):
        message, send, receive = self.message, self.send, self.receive
        self.peer.control.send((what, count))
        began = time.perf_counter_ns()
        if what == "ping":
            for _ in range(count):
                send(message)
                receive()
        else:
            for _ in range(count):
                send(message)
            self.peer.control.recv()
        return time.perf_counter_ns() - began


def enter(what, count, address, key):
    for _ in range(count):
        Client(address, authkey=key).close()


class Clients:
    def __init__(self, key):
        self.listener = Listener(backlog=128, authkey=key)
        self.peer = Peer(enter, self.listener.address, key)

    def run(self, what, count):
        self.peer.control.send(("enter", count))
        began = time.perf_counter_ns()
        for _ in range(count):
            self.listener.accept().close()
        return time.perf_counter_ns() - began


class Wait:
    def __init__(self, count):
        self.pairs = [Pipe() for _ in range(count)]
        self.pairs[-1][1].send_bytes(b"1")

    def run(self, what, count):
        ends = [pair[0] for pair in self.pairs]
        began = time.perf_counter_ns()
        for _ in range(count):
            wait(ends)
        return time.perf_counter_ns() - began


class Dumps:
    def __init__(self, value):
        self.value = value

    def run(self, what, count):
        value, dumps = self.value, pickle.dumps
        began = time.perf_counter_ns()
        for _ in range(count):
            dumps(value, 4)
        return time.perf_counter_ns() - began


class Loads:
    def __init__(self, value):
        self.data = pickle.dumps(value, 4)

    def run(self, what, count):
        data, loads = self.data, pickle.loads
        began = time.perf_counter_ns()
        for _ in range(count):
            loads(data)
        return time.perf_counter_ns() - began


def make(kind, rest, size):
    if kind == "dumps":
        return Dumps(SAMPLES[rest])
    if kind == "loads":
        return Loads(SAMPLES[rest])
    if kind == "wait":
        return Wait(int(rest))
    if kind == "clients":
        return Clients(None)
    if kind == "clients-key":
        return Clients(KEY)
    return Echo(kind, SAMPLES["dict"] if kind == "values" else bytes(size))


def main():
    size = int(sys.argv[1])
    measured = {}
    print("ready", sys.version.split()[0], flush=True)
    for line in sys.stdin:
        name, count = line.split()
        kind, _, rest = name.partition("/")
        key = kind if rest in ("ping", "stream") else name
        try:
            if key not in measured:
                measured[key] = make(kind, rest, size)
            print(measured[key].run(rest, int(count)), flush=True)
        except (OSError, EOFError, ValueError) as error:
            print("error", name, error, flush=True)


if __name__ == "__main__":
    main()
