# SPDX-License-Identifier: Apache-2.0
"""values.py PEER: what a stock python3 pickles, C reads and writes again.

PEER is tests/programs/pickle_peer.c. Any Python from 3.6 on.
"""
import array
import collections
import datetime
import decimal
import enum
import fractions
import functools
import io
import math
import operator
import os
import pathlib
import pickle
import queue
import random
import struct
import subprocess
import sys
import types
import uuid

PEER = subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
PROTOCOLS = [p for p in (3, 4, 5) if p <= pickle.HIGHEST_PROTOCOL]


class PeerError(Exception):
    pass


def ask(command, body):
    PEER.stdin.write(command + struct.pack("<I", len(body)) + body)
    PEER.stdin.flush()
    status, size = struct.unpack("<iI", PEER.stdout.read(8))
    answer = PEER.stdout.read(size)
    if status < 0:
        raise PeerError(status, answer.decode())
    return answer


# ---- objects of all kinds ----


class Plain:
    def __init__(self, **fields):
        self.__dict__.update(fields)

    def __eq__(self, other):
        return type(self) is type(other) and self.__dict__ == other.__dict__

    __hash__ = None


class Keyed(Plain):
    def __hash__(self):
        return hash(tuple(sorted(self.__dict__.items())))


class Identical:
    """Equal to nothing but itself."""


class Slots:
    __slots__ = ("a", "b")

    def __init__(self, a, b):
        self.a, self.b = a, b

    def __eq__(self, other):
        return (self.a, self.b) == (other.a, other.b)


class SlotsAndDict(Slots):
    pass


class ListLike(list):
    pass


class DictLike(dict):
    pass


class SetLike(set):
    pass


class IntLike(int):
    pass


class StrLike(str):
    pass


class TupleLike(tuple):
    pass


class WithNew:
    def __new__(cls, a, *, b):
        self = object.__new__(cls)
        self.both = (a, b)
        return self

    def __getnewargs_ex__(self):
        return (self.both[0],), {"b": self.both[1]}

    def __eq__(self, other):
        return self.both == other.both


class Custom:
    def __init__(self, value):
        self.value = value

    def __reduce__(self):
        return Custom, (self.value,), {"extra": [1, 2]}, iter([3, 4]), iter([("k", "v")])

    def append(self, item):
        self.__dict__.setdefault("items", []).append(item)

    def extend(self, items):
        for item in items:
            self.append(item)

    def __setitem__(self, key, value):
        self.__dict__.setdefault("pairs", []).append((key, value))

    def __eq__(self, other):
        return self.__dict__ == other.__dict__


class Outer:
    class Inner(Plain):
        pass


Point = collections.namedtuple("Point", "x y")
Color = enum.Enum("Color", "RED GREEN")
Flags = enum.IntFlag("Flags", "A B")


class MyError(Exception):
    def __init__(self, code, text):
        super().__init__(code, text)
        self.code = code

    def __eq__(self, other):
        return self.args == other.args and self.__dict__ == other.__dict__


def kinds():
    shared = ["shared"]
    big = "x" * 300
    counter = collections.Counter("hello")
    yield "none", None
    yield "bools", [True, False]
    yield "small ints", list(range(-300, 300))
    yield "ints", [s * (2 ** n + d) for n in range(0, 140) for d in (-1, 0, 1) for s in (1, -1)]
    yield "a large int", 2 ** 5000 + 1
    yield "a negative large int", -3 ** 3000
    yield "floats", [0.0, -0.0, 1.5, 1e300, 5e-324, math.pi, float("inf"), -float("inf")]
    yield "texts", ["", "a", "äöü", "\u20ac", "\U0001f600", "\0nul\0", big, "y" * 70000]
    yield "halves of pairs", ["\ud800", "a\udfffb", "\ud83d\ude00", "\udc80"]
    yield "bytes", [b"", b"a", bytes(range(256)), b"x" * 300, b"y" * 70000]
    yield "bytearrays", [bytearray(), bytearray(b"abc"), bytearray(300)]
    yield "empty ones", [[], (), {}, set(), frozenset()]
    yield "tuples", [(1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), ((), ((),))]
    yield "a long list", list(range(3000))
    yield "a long dict", {str(i): i for i in range(3000)}
    yield "a dict of all keys", {None: 0, 1: 1, "a": 2, b"a": 3, 2.5: 4, (1, "x"): 5, frozenset([1]): 6, 2 ** 70: 7}
    yield "a dict in order", {"z": 1, "a": 2, "m": 3}
    yield "sets", [{1, 2, 3}, {"a"}, frozenset([1, 2]), frozenset([frozenset([1])])]
    yield "a long set", set(range(3000))
    yield "nested ones", {"a": [1, {"b": (2, [3, {4}])}]}
    yield "shared lists", [shared, shared, {"again": shared}]
    yield "a shared text", [big, big]
    yield "shared bytes", [b"q" * 300] * 3
    yield "a shared tuple", [(1, [2])] * 3
    yield "a shared frozenset", [frozenset([1, 2])] * 3
    yield "a shared bytearray", [bytearray(b"a")] * 2
    yield "a shared large int", [2 ** 200] * 2
    yield "more shared ones than a byte counts", [[i] for i in range(300)] * 2
    yield "an instance", Plain(a=1, b=[2])
    yield "an empty instance", Plain()
    yield "shared instances", [Plain(a=1)] * 2
    yield "instances that share", [Plain(a=shared), Plain(a=shared)]
    yield "a class", Plain
    yield "a class in a class", Outer.Inner
    yield "its instance", Outer.Inner(a=1)
    yield "a function", kinds
    yield "builtins", [len, int, str.join, object, Plain.__eq__]
    yield "slots", Slots(1, [2])
    yield "slots and dict", SlotsAndDict(1, 2)
    yield "a kind of list", ListLike([1, 2, 3])
    yield "a kind of dict", DictLike(a=1)
    yield "a kind of set", SetLike([1, 2])
    yield "a kind of int", IntLike(5)
    yield "a kind of str", StrLike("text")
    yield "a kind of tuple", TupleLike((1, 2))
    yield "new with keywords", WithNew(1, b=2)
    yield "a named tuple", Point(1, 2)
    yield "enums", [Color.RED, Color.GREEN, Color.RED]
    yield "flags", Flags.A | Flags.B
    yield "a date and time", datetime.datetime(2020, 2, 29, 12, 30, 15, 999)
    yield "a time zone", datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)
    yield "other times", [datetime.date(2020, 1, 1), datetime.time(1, 2), datetime.timedelta(1, 2, 3)]
    yield "decimals", [decimal.Decimal("1.10"), decimal.Decimal("NaN").is_nan(), decimal.Decimal("-Infinity")]
    yield "a fraction", fractions.Fraction(1, 3)
    yield "complex numbers", [1 + 2j, complex(0.0, -0.0)]
    yield "a uuid", uuid.UUID(int=5)
    yield "a path", pathlib.PurePosixPath("/a/b")
    yield "ranges and slices", [range(1, 10, 2), slice(1, None, 2)] if sys.version_info >= (3, 6) else []
    yield "an ordered dict", collections.OrderedDict([("b", 1), ("a", 2)])
    yield "a default dict", collections.defaultdict(list, {"a": [1]})
    yield "a counter", counter
    yield "a deque", collections.deque([1, 2, 3], 5)
    yield "arrays", [array.array("d", [1.5, 2]), array.array("i", range(10))]
    yield "a partial", functools.partial(int, base=2).keywords
    yield "an item getter", operator.itemgetter(1)([5, 6])
    yield "a namespace", types.SimpleNamespace(a=1, b=[2])
    yield "an iterator", list(iter([1, 2]))
    yield "a stream", io.BytesIO(b"abc").getvalue()
    yield "not implemented", [NotImplemented, Ellipsis]
    yield "objects as keys", {Keyed(a=1): 1, Keyed(a=2): 2}
    yield "objects in a set", {Keyed(a=1), Keyed(a=2), decimal.Decimal(1)}
    yield "tuples of objects as keys", {(Keyed(a=1), 1): 1, (Keyed(a=1), 2): 2}
    yield "a random state", random.Random(5).getstate()
    yield "environment", dict(os.environ)


def errors():
    chained = ValueError("a", 1)
    yield from (KeyError("key"), chained, MyError(5, "text"), OSError(2, "no", "file"), StopIteration(3))
    yield from (queue.Empty(), queue.Full(), UnicodeDecodeError("utf-8", b"\xff", 0, 1, "why"))


def recursive():
    yield "reduce with all its parts", [Custom("value"), Custom([1])]
    yield "a method of an instance", Custom(5).append
    own = [1]
    own.append(own)
    yield "a list in itself", own
    dictionary = {"a": 1}
    dictionary["self"] = dictionary
    yield "a dict in itself", dictionary
    inner = []
    pair = (1, inner)
    inner.append(pair)
    yield "a tuple in its list", pair
    deep = []
    five = (1, 2, 3, 4, deep)
    deep.append(five)
    yield "a long tuple in its list", five
    instance = Plain()
    instance.me = instance
    yield "an instance in itself", instance
    instance = Identical()
    instance.key = {instance: 1, "peer": Identical()}
    instance.key["peer"].back = instance
    yield "an instance as a key within itself", instance
    instance = Identical()
    instance.within = {instance}
    instance.frozen = frozenset([instance, 1])
    yield "an instance in its set", instance
    left, right = Plain(), Plain()
    left.other, right.other = right, left
    yield "two instances", [left, right]
    likes = ListLike()
    likes.append(likes)
    likes.name = likes
    yield "a kind of list in itself", likes
    likes = DictLike()
    likes["a"] = [likes]
    yield "a kind of dict in itself", likes
    graph = [Identical() for _ in range(50)]
    chosen = random.Random(1)
    for node in graph:
        node.edges = [chosen.choice(graph) for _ in range(4)]
        node.bag = {"all": graph, "pair": (node, chosen.choice(graph))}
    yield "a graph", graph


# ---- what is compared ----


def shape(value):
    """All of a value with the sharing in it, as a list."""
    seen, out, todo = {}, [], [value]
    while todo:
        value = todo.pop()
        if value is None or isinstance(value, (bool, float, type, types.BuiltinFunctionType)) or type(value) is int:
            out.append(repr(value))
            continue
        if id(value) in seen and not isinstance(value, (str, bytes)) and value != ():
            out.append(("again", seen[id(value)]))
            continue
        seen[id(value)] = len(seen)
        out.append(type(value).__name__)
        keep.append(value)
        if isinstance(value, (str, bytes, bytearray, int)):
            out.append(bytes(value) if isinstance(value, bytearray) else value)
        elif isinstance(value, (set, frozenset)):
            out.append(len(value))
            todo.extend(sorted((x for x in value if isinstance(x, (int, str))), key=repr))
            todo.extend(x for x in value if not isinstance(x, (int, str)) and len(value) < 3)
        elif isinstance(value, (list, tuple, collections.deque)):
            todo.extend(reversed(value))
        elif isinstance(value, dict):
            for key, item in value.items():
                todo.extend((item, key))
        if hasattr(value, "__dict__") and not isinstance(value, (type, types.FunctionType)):
            todo.append(value.__dict__)
    return out


keep = []
failures = []


def check(name, ok, *details):
    if not ok:
        failures.append(name)
        print("FAILED:", name, *details)


def passes(name, value, compares):
    for protocol in PROTOCOLS:
        label = "%s, protocol %d" % (name, protocol)
        sent = pickle.dumps(value, protocol)
        try:
            back = ask(b"p", sent)
            again = pickle.loads(back)
        except Exception as error:
            check(label, False, repr(error))
            continue
        expected = pickle.loads(sent)
        check(label + ": header", back[:2] == b"\x80\x04")
        if compares:
            check(label + ": equal", again == value, repr(again)[:200])
        check(label + ": shape", shape(again) == shape(expected), str(shape(again))[:300], str(shape(expected))[:300])
        check(label + ": stable", ask(b"p", back) == back)


def same_error(a, b):
    return type(a) is type(b) and a.args == b.args and a.__dict__ == b.__dict__


def printing():
    rng = random.Random(7)
    floats = [struct.unpack("<d", struct.pack("<Q", rng.getrandbits(64)))[0] for _ in range(4000)]
    floats += [rng.uniform(-1000, 1000) for _ in range(2000)] + [round(rng.random(), k) for k in range(17) for _ in range(50)]
    floats += [s * 2.0 ** k for k in range(-1074, 1024) for s in (1, -1)]
    floats += [10.0 ** k for k in range(-320, 309)] + [0.1, 1e16, 1e15, 123456789012345680.0, 1e-4, 1e-5, 0.0, -0.0, float("inf"), 9007199254740993.0]
    floats += [math.ldexp(1, k) * (1 + 2 ** -52) for k in range(-1021, 1023, 3)] + [5e-324 * k for k in range(1, 400)]
    texts = ["", "'", '"', "'\"", "\n\r\t\\", "\x00\x1f\x7f\x80\xa0\xad", "äöü€", "\U0001f600", "\ud800", "\u200b\u2028", "\U000e0001"]
    values = [floats, texts, [1, -5, 2 ** 63, -2 ** 63, 2 ** 64, -10 ** 40, 10 ** 4299, 7 ** 1000], [True, False, None],
              [b"", b"'", b"a\"'\n\x00\xff"], [(), (1,), (1, 2), [], [[]], {}, {"a": (1, [2])}, {1: {2: 3}}],
              [set(), {1}, frozenset(), frozenset([5])], [bytearray(b"ab'")]]
    loop = [1]
    loop.append(loop)
    table = {}
    table["t"] = (table, loop)
    values += [loop, table]
    for value in values:
        got = ask(b"r", pickle.dumps(value, 4)).decode("utf-8", "surrogatepass")
        if got != repr(value):
            parts = list(zip(got.split(", "), repr(value).split(", ")))
            check("repr", False, [p for p in parts if p[0] != p[1]][:5], got[:100])
    for value in (10 ** 4300, -10 ** 4300, 2 ** 20000):
        try:
            ask(b"r", pickle.dumps(value, 4))
            check("repr of a large int", False)
        except PeerError as error:
            check("repr of a large int", error.args[0] == -15, error)


def comparing():
    numbers = [0, 1, -1, True, False, 0.0, -0.0, 1.0, 1.5, -1.5, 2 ** 53, 2 ** 53 + 1, float(2 ** 53), 2 ** 63, -2 ** 63, 2.0 ** 63,
               -2.0 ** 63, 2 ** 63 - 1, 2 ** 64, 2 ** 64 + 1, 2.0 ** 64, -2 ** 64, 10 ** 300, 1e300, int(1e300), -int(1e300), 10 ** 400,
               float("inf"), -float("inf"), 2 ** 1023, 2.0 ** 1023, 2 ** 1024, 5e-324, 0.1, 255, 256, 65536, 9.3e18, -9.3e18, 128, -128]
    others = [float("nan"), "", "a", "b", "ab", "\ud800", "\uffff", "\U00010000", b"", b"a", b"b", bytearray(b"a"), None, (), (1,),
              (1, 2), (1.0, 2), (2,), [], [1], [1, 2], [True, 2], [[1], 2], [[1], 3], {}, {1: 2}, {1.0: 2}, {1: 3}, {1, 2}, frozenset([1, 2]),
              frozenset([2, 1.0]), (1, (2, (3,))), (1, (2, (4,))), ("a", frozenset([1])), {"a": 1, "b": 2}, {"b": 2, "a": 1}]
    rows = numbers + others
    for a in rows:
        for b in rows:
            equal, order, hashes = map(int, ask(b"c", pickle.dumps((a, b), 4)).split())
            check("equal", equal == (a == b), a, b, equal)
            try:
                wanted = 2 if isinstance(a, (set, frozenset)) else -1 if a < b else 1 if a > b else 0 if a == b else 2
            except TypeError:
                wanted = 2
            check("order", order == wanted, a, b, order, wanted)
            if a == b and hashes != 2:
                check("hash", hashes == 1, a, b)
            try:
                hash(a), hash(b)
                check("hashable", hashes != 2, a, b)
            except TypeError:
                check("not hashable", hashes == 2, a, b)


for name, value in kinds():
    passes(name, value, True)
for value in errors():
    passes(repr(value), value, False)
    check(repr(value), same_error(pickle.loads(ask(b"p", pickle.dumps(value, 4))), value))
for name, value in recursive():
    passes(name, value, False)
printing()
comparing()
PEER.stdin.close()
check("the peer's end", PEER.wait(60) == 0)
sys.exit(1 if failures else 0)
