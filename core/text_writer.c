// SPDX-License-Identifier: Apache-2.0
#include "core/text_writer.h"

#include <stdint.h>
#include <stdlib.h>

#include "platform/fail.h"

#define FIRST 256
#define LITTLE 64

int mp__writer_grow(mp__writer_t *writer, size_t more)
{
    if (more > writer->most - writer->size) {
        return mp__fail(MP_EMSGSIZE, 0, "that would be more than %zu bytes",
                        writer->most);
    }
    size_t room = writer->size + more;
    size_t easy =
        writer->room < writer->most / 2 ? 2 * writer->room : writer->most;
    if (room < easy) {
        room = easy;
    } else if (room < writer->most &&
               writer->most - room > LITTLE) { // after large bytes little comes
        room += LITTLE;
    }
    if (room < FIRST && writer->most > FIRST) {
        room = FIRST;
    }
    unsigned char *bytes = realloc(writer->bytes, room);
    if (bytes == NULL) {
        return mp__fail(MP_ENOMEM, 0, "no memory for %zu bytes", room);
    }
    writer->bytes = bytes;
    writer->room = room;
    return 0;
}
