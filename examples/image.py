# SPDX-License-Identifier: Apache-2.0
"""image.py NAME WIDTH HEIGHT: inverts the image that image.c has made, in place.
"""
import sys
from multiprocessing import resource_tracker
from multiprocessing.shared_memory import SharedMemory

name, width, height = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

# Before Python 3.13 who only opens memory is taken for its owner: the name
# would be removed when this program ends.
if sys.version_info >= (3, 13):
    memory = SharedMemory(name, track=False)
else:
    memory = SharedMemory(name)
    if sys.platform != "win32":
        resource_tracker.unregister(memory._name, "shared_memory")

try:
    import numpy
except ImportError:
    for i in range(width * height):
        memory.buf[i] = 255 - memory.buf[i]
else:
    image = numpy.ndarray((height, width), numpy.uint8, memory.buf)
    numpy.subtract(255, image, out=image)
    del image

print("the first pixel was 0 and is", memory.buf[0])
memory.close()
