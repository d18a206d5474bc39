# SPDX-License-Identifier: Apache-2.0
"""host.py PLUG-IN PLUG-IN: a stock python3 whose plug-ins start processes.

Each argument is the file of a plug-in made of plugin.c; their numbers are 1, 2.
"""
import ctypes
import os
import sys


def load(path):
    plugin = ctypes.CDLL(path)
    plugin.plugin_text.restype = ctypes.c_char_p
    return plugin


def expect(got, wanted, plugin):
    if got != wanted:
        sys.exit(f"{got!r} instead of {wanted!r}: {plugin.plugin_text()!r}")


def main():
    # One is loaded by a relative path, and the folder is left.
    os.chdir(os.path.dirname(sys.argv[1]))
    plugins = [load("./" + os.path.basename(sys.argv[1])), load(sys.argv[2])]
    os.chdir("/")
    for plugin in plugins:
        expect(plugin.plugin_use_worker(), 0, plugin)
    for number, plugin in enumerate(plugins * 2):
        base = (number % 2 + 1) * 100
        expect(plugin.plugin_call(7), base + 7, plugin)
        expect(plugin.plugin_call(60), 60, plugin)
        said = f"plug-in {number % 2 + 1}: 60".encode()
        expect(plugin.plugin_text(), said, plugin)
        expect(plugin.plugin_letter(ord("x")), ord("x"), plugin)
        expect(plugin.plugin_children(), 0, plugin)
    print("ok")


main()
