# SPDX-License-Identifier: Apache-2.0
"""record_pickles.py PYTHON...: writes tests/wire/pickles.h, what these Pythons pickle
under protocols 3 to 5 (`python3 tests/wire/record_pickles.py python3.8 python3.11`)."""
import pathlib
import subprocess
import sys

CODE = """
import pickle, datetime, decimal, collections
own = [1]; own.append(own)
two = ["shared"]
values = [
    ("numbers", "[0, 255, 256, 65536, -1, 2147483648, 1267650600228229401496703205376, 1.5, True, False, None]",
     [0, 255, 256, 65536, -1, 2**31, 2**100, 1.5, True, False, None]),
    ("texts", "['', 'a', 'ä', '\\\\\\\\ud800', b'', b'a', bytearray(b'x')]", ["", "a", "\\xe4", "\\ud800", b"", b"a", bytearray(b"x")]),
    ("groups", "[(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), [], {}, {'k': 'v'}, set(), {5}, frozenset({6})]",
     [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), [], {}, {"k": "v"}, set(), {5}, frozenset([6])]),
    ("shared", "[['shared'], ['shared']]", [two, two]),
    ("loop", "[1, [...]]", own),
    ("ordered", "<collections.OrderedDict() ['a', 1]>", collections.OrderedDict(a=1)),
    ("decimal", "<decimal.Decimal('1.10')>", decimal.Decimal("1.10")),
    ("error", "<builtins.KeyError('k')>", KeyError("k")),
]
for name, text, value in values:
    for protocol in (3, 4, 5):
        if protocol <= pickle.HIGHEST_PROTOCOL:
            data = ", ".join("0x%02x" % byte for byte in pickle.dumps(value, protocol))
            print('{"%s", "%s", %d, {%s}},' % (name, text, len(pickle.dumps(value, protocol)), data))
"""
with open(pathlib.Path(__file__).with_name("pickles.h"), "w", encoding="utf-8") as out:
    out.write("// SPDX-License-Identifier: Apache-2.0\n// Written by record_pickles.py. clang-format off\n")
    for python in sys.argv[1:]:
        version = subprocess.run([python, "--version"], check=True, stdout=subprocess.PIPE).stdout.decode().strip()
        rows = subprocess.run([python, "-X", "utf8", "-c", CODE], check=True, stdout=subprocess.PIPE).stdout.decode()
        out.write("// %s\n%s" % (version, rows))
