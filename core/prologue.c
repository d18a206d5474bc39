// SPDX-License-Identifier: Apache-2.0
#include "core/prologue.h"

#include <string.h>

#include <multiprocessing/version.h>

#include "core/bytes.h"
#include "platform/fail.h"

void mp__prologue_write(const mp__prologue_t *prologue,
                        unsigned char header[MP__PROLOGUE_HEADER_SIZE])
{
    mp__put64(header, MP__PROLOGUE_MAGIC);
    mp__put32(header + 8, MP__PROLOGUE_FORMAT);
    mp__put32(header + 12, MP_VERSION);
    mp__put32(header + 16, prologue->count);
    mp__put32(header + 20, prologue->maker);
    mp__put64(header + 24, prologue->size);
}

static int malformed(const char *what)
{
    return mp__fail(MP_EPROTO, 0, "malformed list of modules: %s", what);
}

int mp__prologue_read(const unsigned char header[MP__PROLOGUE_HEADER_SIZE],
                      mp__prologue_t *prologue)
{
    if (mp__get64(header) != MP__PROLOGUE_MAGIC) {
        return malformed("magic");
    }
    if (mp__get32(header + 8) != MP__PROLOGUE_FORMAT) {
        return mp__fail(MP_EVERSION, 0,
                        "the plug-in (library %#x) speaks format %u with "
                        "mp-worker, this worker (library %#x) format %u",
                        (unsigned) mp__get32(header + 12),
                        (unsigned) mp__get32(header + 8), (unsigned) MP_VERSION,
                        (unsigned) MP__PROLOGUE_FORMAT);
    }
    uint64_t size = mp__get64(header + 24);
    prologue->count = mp__get32(header + 16);
    prologue->maker = mp__get32(header + 20);
    if (prologue->maker >= prologue->count || size > MP__PROLOGUE_MOST) {
        return malformed("its numbers");
    }
    prologue->size = (size_t) size;
    return 0;
}

int mp__prologue_check(const mp__prologue_t *prologue, const char *paths)
{
    const char *end = paths + prologue->size;

    for (uint32_t i = 0; i < prologue->count; i++) {
        const char *nul = memchr(paths, '\0', (size_t) (end - paths));
        if (nul == NULL || nul == paths) {
            return malformed("a path is missing");
        }
        paths = nul + 1;
    }
    return paths == end ? 0 : malformed("bytes behind the last path");
}
