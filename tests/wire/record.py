# SPDX-License-Identifier: Apache-2.0
"""record.py LISTENER_PYTHON CLIENT_PYTHON [CLIENT_KEY]: writes down a handshake.

What two Pythons say to each other goes to standard output: their keys, then
each message, in hex. Their random bytes are always the same. With a key of
its own the client is turned away.
"""
import socket
import struct
import subprocess
import sys
import threading

SIDE = """
import multiprocessing.connection as c, sys
fd, key, first, calls = sys.argv[1:]
c.os.urandom = lambda size: bytes(range(int(first), int(first) + size))
connection = c.Connection(int(fd))
try:
    for call in calls.split():
        getattr(c, call)(connection, key.encode())
except c.AuthenticationError as refusal:
    print(refusal, file=sys.stderr)
"""


def read_exactly(stream, size):
    data = b""
    while len(data) < size:
        more = stream.recv(size - len(data))
        if not more:
            return None
        data += more
    return data


def pass_on(name, source, target):
    while True:
        header = read_exactly(source, 4)
        if header is None:
            break
        body = read_exactly(source, struct.unpack("!i", header)[0])
        print(name, body.hex())
        target.sendall(header + body)
    target.shutdown(socket.SHUT_WR)


def start(python, key, first, calls):
    ours, theirs = socket.socketpair()
    process = subprocess.Popen(
        [python, "-c", SIDE, str(theirs.fileno()), key, str(first), calls],
        pass_fds=[theirs.fileno()])
    theirs.close()
    return process, ours


def version(python):
    return subprocess.check_output([python, "-V"]).decode().strip()


def main():
    key = "the key"
    client_key = sys.argv[3] if len(sys.argv) > 3 else key
    print("#", version(sys.argv[1]), "listens,", version(sys.argv[2]), "connects")
    print("listener-key", key.encode().hex())
    print("client-key", client_key.encode().hex(), flush=True)
    listener, one = start(sys.argv[1], key, 100,
                          "deliver_challenge answer_challenge")
    client, other = start(sys.argv[2], client_key, 180,
                          "answer_challenge deliver_challenge")
    threads = [threading.Thread(target=pass_on, args=args)
               for args in (("listener", one, other), ("client", other, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    listener.wait()
    client.wait()


main()
