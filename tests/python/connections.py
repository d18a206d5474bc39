# SPDX-License-Identifier: Apache-2.0
"""connections.py PEER: this Python's connections with the library's.

PEER is tests/programs/connection_peer.c. Either side listens, at each kind of
address; or an end of a Pipe() is handed on. Python 3.6 and newer.
"""
import collections
import contextlib
import datetime
import decimal
import fractions
import multiprocessing
import os
import subprocess
import sys
import tempfile
import uuid
from multiprocessing.connection import AuthenticationError, Client, Listener, wait

PEER = sys.argv[1]
DEFAULT, MD5 = 0, 1
OLD = sys.version_info < (3, 12)
ALLOWED = MD5 if OLD else DEFAULT  # what this Python's handshake needs
KEY, OTHER_KEY = b"the key", b"another key"
MP_ESTATE = -3
SIZES = (0, 1, 4, 100, 16383, 16384, 16385, 65536, 1 << 20, 100 << 20)
FAMILIES = ("AF_INET", "AF_UNIX")


def expect(what, good):
    if not good:
        sys.exit("%s: %r" % (sys.version.split()[0], what))


# ---- meeting ----


def start(*arguments, **options):
    return subprocess.Popen([PEER] + [str(argument) for argument in arguments],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            universal_newlines=True, **options)


def end(peer, code=0, text=""):
    _, said = peer.communicate(timeout=60)
    expect((peer.args, peer.returncode, said), peer.returncode == code and text in said)


def new_path():
    return os.path.join(tempfile.mkdtemp(prefix="mp-py-"), "listener")


def forget_path(path):
    with contextlib.suppress(OSError):
        os.unlink(path)
    with contextlib.suppress(OSError):
        os.rmdir(os.path.dirname(path))


def for_python(address, family):
    if family == "AF_UNIX":
        return address
    host, _, port = address.rpartition(":")
    return host, int(port)


def for_peer(address):
    return address if isinstance(address, str) else "%s:%d" % address


def c_listens(how, family, key=KEY, min_digest=ALLOWED, place=None):
    """The peer and a call that connects to it."""
    place = place or ("127.0.0.1:0" if family == "AF_INET" else new_path())
    peer = start("listen", how, place, KEY.decode(), min_digest)
    address = for_python(peer.stdout.readline().strip(), family)
    return peer, lambda: Client(address, family, authkey=key), place


def python_listens(how, family, key=KEY, min_digest=ALLOWED):
    place = ("127.0.0.1", 0) if family == "AF_INET" else new_path()
    listener = Listener(place, family, authkey=key)
    peer = start("connect", how, for_peer(listener.address), KEY.decode(), min_digest)

    def accept():
        with listener:
            return listener.accept()
    return peer, accept, place


MEETINGS = [(meet, family) for meet in (c_listens, python_listens) for family in FAMILIES]


@contextlib.contextmanager
def met(meet, how, family, **options):
    peer, call, place = meet(how, family, **options)
    with call() as connection:
        yield connection
    end(peer)
    forget_path(str(place))


# ---- what goes back and forth ----


Point = collections.namedtuple("Point", "x y")


def kinds():
    yield from (None, True, False, 0, -1, 255, 256, 65535, 65536, -2 ** 31, 2 ** 31, 2 ** 63 - 1, -2 ** 63, 2 ** 63, 2 ** 64, -10 ** 300)
    yield from (0.0, 1.5, -1e300, 5e-324, float("inf"), -float("inf"))
    yield from ("", "text", "ä€\U0001f600", "\0", "x" * 300, b"", b"\0\xff" * 200, bytearray(), bytearray(b"array"))
    yield from ([], [1, [2, [3]]], list(range(3000)), (), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), {}, {"a": 1, 2: (3,), None: {}})
    yield from (set(), {1, "a"}, frozenset(), frozenset([1, (2, 3)]), {str(i): float(i) for i in range(2000)})
    yield from (1 + 2j, decimal.Decimal("1.10"), fractions.Fraction(1, 3), datetime.datetime(2020, 1, 2, 3, 4, 5), uuid.UUID(int=5))
    yield from (Point(1, "y"), collections.OrderedDict(a=1), collections.deque([1, 2]), range(3), len, ValueError)
    yield b"\xaa" * (20 << 20)


def try_values(connection):
    for value in kinds():
        connection.send(value)
        back = connection.recv()
        expect((type(value), str(back)[:200]), type(back) is type(value) and back == value)
    loop = []
    loop.append(loop)
    shared = ["one"]
    connection.send((loop, [shared, shared]))
    loop, (one, two) = connection.recv()
    expect("a list in itself, and one that is there twice", loop[0] is loop and one is two)
    connection.send(KeyError("gone", 5))
    error = connection.recv()
    expect(error, type(error) is KeyError and error.args == ("gone", 5))


def try_bytes(connection):
    for size in SIZES:
        sent = os.urandom(1000) * (size // 1000) + b"x" * (size % 1000)
        connection.send_bytes(sent)
        expect(size, connection.recv_bytes() == sent)


def meetings():
    for meet, family in MEETINGS:
        with met(meet, "values", family) as connection:
            try_values(connection)
        with met(meet, "bytes", family) as connection:
            try_bytes(connection)
    with met(c_listens, "values", "AF_UNIX", place="-") as connection:
        connection.send("at an address of its own")
        expect("own", connection.recv() == "at an address of its own")


# ---- keys ----


def refused(meet, family, text, **options):
    peer, call, place = meet("values", family, **options)
    try:
        call().close()
        raised = None
    except (AuthenticationError, EOFError, OSError) as error:
        raised = error
    expect((meet.__name__, family, options), raised is not None)
    end(peer, 1, text)
    forget_path(str(place))


def keys():
    for meet, family in MEETINGS:
        refused(meet, family, "", key=OTHER_KEY)
        if OLD:
            refused(meet, family, "MP_DIGEST_MD5", min_digest=DEFAULT)


# ---- other ways ----


def strangers():
    """What only a family shares stays in it, by the sender's own refusal."""
    for meet, family in MEETINGS:
        with met(meet, "lock", family) as connection:
            expect("a lock is refused", connection.recv() == MP_ESTATE)


def waiting():
    """wait() tells which of several has something, and which has ended."""
    with contextlib.ExitStack() as stack:
        ends = [stack.enter_context(met(meet, "values", family)) for meet, family in MEETINGS]
        expect("nothing came", wait(ends, 0) == [])
        for number, connection in enumerate(ends):
            connection.send(number)
            ready = wait(ends, 30)
            expect((number, ready), ready == [connection] and connection.recv() == number)
            expect("nothing is left", not connection.poll(0))


def pipes():
    ours, theirs = multiprocessing.Pipe()
    peer = start("inherit", "values", theirs.fileno(), theirs.fileno(), pass_fds=[theirs.fileno()])
    theirs.close()
    with ours:
        try_values(ours)
    end(peer)
    their_in, our_out = multiprocessing.Pipe(False)
    our_in, their_out = multiprocessing.Pipe(False)
    peer = start("inherit", "bytes", their_in.fileno(), their_out.fileno(),
                 pass_fds=[their_in.fileno(), their_out.fileno()])
    their_in.close()
    their_out.close()
    for size in SIZES:
        our_out.send_bytes(b"p" * size)
        expect(size, our_in.recv_bytes() == b"p" * size)
    our_out.close()
    end(peer)
    try:
        our_in.recv_bytes()
        expect("the peer's end is closed", False)
    except EOFError:
        our_in.close()


meetings()
keys()
strangers()
waiting()
pipes()
print("ok")
