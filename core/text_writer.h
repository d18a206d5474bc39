// SPDX-License-Identifier: Apache-2.0
// Bytes that become more, up to a limit.
#ifndef MP_CORE_TEXT_WRITER_H
#define MP_CORE_TEXT_WRITER_H

#include <stddef.h>
#include <string.h>

typedef struct mp__writer {
    unsigned char *bytes;
    size_t size;
    size_t room;
    size_t most;
} mp__writer_t;

// Makes room for so many more. MP_EMSGSIZE, MP_ENOMEM.
int mp__writer_grow(mp__writer_t *writer, size_t more);

static inline int mp__writer_reserve(mp__writer_t *writer, size_t more)
{
    return more <= writer->room - writer->size ? 0
                                               : mp__writer_grow(writer, more);
}

static inline int mp__write(mp__writer_t *writer, const void *bytes,
                            size_t size)
{
    int r = mp__writer_reserve(writer, size);
    if (r == 0 && size > 0) {
        memcpy(writer->bytes + writer->size, bytes, size);
        writer->size += size;
    }
    return r;
}

static inline int mp__write_byte(mp__writer_t *writer, unsigned char byte)
{
    int r = mp__writer_reserve(writer, 1);
    if (r == 0) {
        writer->bytes[writer->size++] = byte;
    }
    return r;
}

#endif
