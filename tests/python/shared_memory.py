# SPDX-License-Identifier: Apache-2.0
"""shared_memory.py PEER: a stock python3 and C have the same memory.

PEER is tests/programs/python_peer.c. Python 3.9 or later; numpy if it is there.
"""
import multiprocessing.resource_tracker as resource_tracker
import os
import subprocess
import sys
from multiprocessing.shared_memory import ShareableList, SharedMemory

try:
    import _posixshmem
except ImportError:
    _posixshmem = None
try:
    import numpy
except ImportError:
    numpy = None

PEER = sys.argv[1]
WIDTH, HEIGHT = 640, 480
POSIX = os.name == "posix"
UMLAUTS = "äöüß€"


def peer(command, name):
    subprocess.run([PEER, command, name], check=True, timeout=60)


def name_of(what):
    return f"mp-py-{os.getpid()}-{what}"


def untrack(memory):
    """What keeps Python from removing, at its end, the name of memory that it
    only opened."""
    if POSIX:
        resource_tracker.unregister(memory._name, "shared_memory")


def attach(name):
    if sys.version_info >= (3, 13):
        return SharedMemory(name, track=False)
    memory = SharedMemory(name)
    untrack(memory)
    return memory


def exists(name):
    """Without SharedMemory, whose tracker knows each name once only."""
    try:
        os.close(_posixshmem.shm_open("/" + name, os.O_RDONLY, mode=0))
    except FileNotFoundError:
        return False
    return True


def expect(got, wanted):
    if got != wanted:
        sys.exit(f"{got!r} instead of {wanted!r}")


def c_fills_an_image():
    name = name_of("image")
    peer("create-image", name)
    memory = attach(name)
    size = WIDTH * HEIGHT
    expect(memory.size, size)
    row = bytes((x + 7) % 256 for x in range(WIDTH))
    expect(bytes(memory.buf[7 * WIDTH:8 * WIDTH]), row)
    if numpy is not None:
        image = numpy.ndarray((HEIGHT, WIDTH), numpy.uint8, memory.buf)
        grid = numpy.indices((HEIGHT, WIDTH)).sum(axis=0).astype(numpy.uint8)
        expect(bool((image == grid).all()), True)
        numpy.invert(image, out=image)  # in the memory itself
        del image
    else:
        table = bytes(255 - i for i in range(256))
        memory.buf[:size] = bytes(memory.buf[:size]).translate(table)
    peer("check-image", name)
    memory.close()
    peer("remove", name)
    expect(exists(name), False)


def python_creates():
    memory = SharedMemory(create=True, size=10000)
    memory.buf[:10000] = bytes(range(250)) * 40
    peer("invert", memory.name)
    expect(bytes(memory.buf[:10000]),
           bytes(255 - i for i in range(250)) * 40)
    if POSIX:
        expect(exists(memory.name), True)  # C has only opened it
    memory.close()
    memory.unlink()


def python_that_attached_leaves_the_name():
    name = name_of("left")
    peer("create-image", name)
    code = ("import multiprocessing.resource_tracker as t, sys\n"
            "from multiprocessing.shared_memory import SharedMemory\n"
            "if sys.version_info < (3, 13):\n"
            "    m = SharedMemory(sys.argv[1])\n"
            "    t.unregister(m._name, 'shared_memory')\n"
            "else:\n"
            "    m = SharedMemory(sys.argv[1], track=False)\n"
            "m.close()\n")
    subprocess.run([sys.executable, "-c", code, name], check=True, timeout=60)
    expect(exists(name), True)
    peer("remove", name)


def c_makes_a_list():
    name = name_of("list")
    peer("create-list", name)
    items = ShareableList(name=name)
    untrack(items.shm)
    expect(list(items), [-5, 2.5, True, False, "text", UMLAUTS, "",
                         b"\0\1\xff", b"", None, -2**63])
    expect([type(item) for item in items],
           [int, float, bool, bool, str, str, str, bytes, bytes, type(None),
            int])
    # C has measured the text in bytes, so all of its slot can be used.
    items[5] = UMLAUTS + "xyz"
    expect(items[5], UMLAUTS + "xyz")
    items[0], items[1], items[2] = 1234567890123, -0.125, None
    expect([items[0], items[1], items[2]],
           [1234567890123, -0.125, None])
    expect(items.count(None), 2)
    items.shm.close()
    peer("remove", name)


def python_makes_a_list():
    items = ShareableList([1234567890123, -0.125, True, "from Python", "ä",
                           b"\0bytes", None])
    peer("check-list", items.shm.name)
    peer("change-list", items.shm.name)
    expect(list(items), [None, "8 bytes!", -1, UMLAUTS, False, 1e300, b"b"])
    items[1] = "again"  # in what C has said of the slot
    expect(items[1], "again")
    items.shm.close()
    items.shm.unlink()


def main():
    python_creates()
    python_makes_a_list()
    if POSIX:  # a name of Windows ends with the C program that made it
        c_fills_an_image()
        c_makes_a_list()
        python_that_attached_leaves_the_name()
    print("ok, numpy", numpy and numpy.__version__)


main()
