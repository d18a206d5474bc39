// SPDX-License-Identifier: Apache-2.0
// Where APR has shm_open(), its segments are objects of that, under a name that
// it makes of the file name (there is no such file), and their size stands in
// front of the user's bytes. apr_shm_attach() takes that size for true and does
// not look whether it got a mapping, so nothing is left to it.
#include "platform/platform.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <apr.h>
#include <apr_general.h>
#include <apr_hash.h>

#include "platform/fail.h"

#define NAME_ROOM 32
#define HEADER APR_ALIGN_DEFAULT(sizeof(apr_size_t))

// The second of two hashes in the name.
static unsigned second_hash(const char *text)
{
    unsigned factor = 63689;
    unsigned hash = 0;

    for (; *text != '\0'; text++) {
        hash = hash * factor + (unsigned) *text;
        factor *= 378551;
    }
    return hash;
}

static int name_of(char name[NAME_ROOM], const char *file)
{
    apr_ssize_t length = (apr_ssize_t) strlen(file);

    if (!APR_USE_SHMEM_MMAP_SHM) {
        return mp__fail(MP_ENOTSUP, 0,
                        "APR was built here without shm_open(), so its "
                        "segments cannot be checked");
    }
    (void) snprintf(name, NAME_ROOM, "ShM.%xH%x",
                    apr_hashfunc_default(file, &length), second_hash(file));
    return 0;
}

// The size is read once: another program may change it meanwhile.
static int skip_header(mp_plat_segment_t *segment)
{
    apr_size_t size = 0;

    if (segment->size > HEADER) {
        memcpy(&size, segment->address, sizeof(size));
    }
    if (size <= HEADER || size > segment->size) {
        return mp__fail(MP_EPROTO, 0,
                        "this is no segment of APR, or a damaged one: it says "
                        "that it has %" PRIu64 " bytes, and has %zu",
                        (uint64_t) size, segment->size);
    }
    segment->address = (char *) segment->address + HEADER;
    segment->before = HEADER;
    segment->after = segment->size - size;
    segment->size = size - HEADER;
    return 0;
}

int mp_plat_segment_open_apr(mp_plat_segment_t *out, const char *file)
{
    char name[NAME_ROOM];

    int r = name_of(name, file);
    if (r == 0) {
        r = mp_plat_segment_open(out, name, false);
    }
    if (r < 0) {
        return r;
    }
    r = skip_header(out);
    if (r < 0) {
        mp_plat_segment_close(out);
    }
    return r;
}

void mp_plat_segment_close_apr(mp_plat_segment_t *segment)
{
    mp_plat_segment_close(segment);
}

int mp_plat_segment_unlink_apr(const char *file)
{
    char name[NAME_ROOM];

    int r = name_of(name, file);
    return r < 0 ? r : mp_plat_segment_unlink(name);
}
