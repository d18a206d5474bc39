# SPDX-License-Identifier: Apache-2.0
"""image_example.py IMAGE IMAGE.PY: runs the example as its reader would."""
import subprocess
import sys


def main():
    image = subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, text=True)
    arguments = image.stdout.readline().split()[2:]
    subprocess.run([sys.executable, sys.argv[2]] + arguments, check=True,
                   timeout=60)
    said, _ = image.communicate("\n", timeout=60)
    if image.returncode != 0 or "the first pixel is now 255" not in said:
        sys.exit(f"{image.returncode}: {said!r}")
    print("ok")


main()
