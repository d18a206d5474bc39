// SPDX-License-Identifier: Apache-2.0
#include <multiprocessing/shared_memory.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/options.h"
#include "core/process.h"
#include "core/self.h"
#include "platform/fail.h"
#include "platform/platform.h"

#define MADE_UP_ROOM 16 // as short as Python's, for the systems' sake
#define TRIES 100

struct mp_shared_memory {
    mp_plat_segment_t segment;
    char *name;
    bool apr;
};

// ---- names ----

static int check_name(const char *name)
{
    const char *inner = name == NULL ? "" : name + strspn(name, "/");

    if (*inner == '\0') {
        return mp__fail(MP_EINVAL, 0, "shared memory without a name");
    }
    if (strchr(inner, '/') != NULL) {
        return mp__fail(MP_EINVAL, 0,
                        "a name of shared memory has a slash inside: %s", name);
    }
    return 0;
}

static int check_file(const char *file)
{
    if (file == NULL || *file == '\0') {
        return mp__fail(MP_EINVAL, 0, "shared memory of APR without a name");
    }
    return 0;
}

static int make_up(char name[MADE_UP_ROOM])
{
    unsigned number = 0;

    int r = mp_plat_random(&number, sizeof(number));
    if (r == 0) {
        (void) snprintf(name, MADE_UP_ROOM, "%s%08x", mp_plat_segment_prefix,
                        number);
    }
    return r;
}

// ---- birth ----

// NULL: MP_ENOMEM is recorded.
static mp_shared_memory_t *new_memory(const char *name)
{
    mp_shared_memory_t *memory = calloc(1, sizeof(*memory));
    if (memory == NULL) {
        (void) mp__fail(MP_ENOMEM, 0, "shared memory");
        return NULL;
    }
    memory->name = mp__copy_text(name);
    if (memory->name == NULL) {
        free(memory);
        return NULL;
    }
    return memory;
}

static int create_named(mp_shared_memory_t **out, const char *name, size_t size,
                        bool sparse)
{
    mp_shared_memory_t *memory = new_memory(name);
    if (memory == NULL) {
        return MP_ENOMEM;
    }
    int r = mp_plat_segment_create(&memory->segment, name, size, sparse);
    if (r < 0) {
        mp_shared_memory_destroy(memory);
        return r;
    }
    *out = memory;
    return 0;
}

static int create_unnamed(mp_shared_memory_t **out, size_t size, bool sparse)
{
    char name[MADE_UP_ROOM];
    int r = MP_EEXIST;

    for (int i = 0; r == MP_EEXIST && i < TRIES; i++) {
        r = make_up(name);
        if (r == 0) {
            r = create_named(out, name, size, sparse);
        }
    }
    return r;
}

static int check_create(const char *name, size_t size,
                        const mp_shared_memory_options_t *options)
{
    if (options->read_only || options->apr || options->least_size != 0) {
        return mp__fail(MP_EINVAL, 0,
                        "an option that is for opening shared memory only");
    }
    if (size == 0) {
        return mp__fail(MP_EINVAL, 0, "shared memory of no size");
    }
    if (size > PTRDIFF_MAX) {
        return mp__fail(MP_ENOSPC, 0, "shared memory of %zu bytes", size);
    }
    return name == NULL ? 0 : check_name(name);
}

int mp_shared_memory_create_sized(mp_shared_memory_t **out, const char *name,
                                  size_t size,
                                  const mp_shared_memory_options_t *options,
                                  size_t options_size)
{
    mp_shared_memory_options_t given = {0};

    if (out == NULL) {
        return mp__fail(MP_EINVAL, 0, "no place for the shared memory");
    }
    *out = NULL;
    int r = mp__options_copy(&given, sizeof(given), options, options_size);
    if (r == 0) {
        r = check_create(name, size, &given);
    }
    if (r == 0) {
        r = mp__ready();
    }
    if (r < 0) {
        return r;
    }
    return name == NULL ? create_unnamed(out, size, given.sparse)
                        : create_named(out, name, size, given.sparse);
}

// ---- opening ----

static int check_open(const char *name,
                      const mp_shared_memory_options_t *options)
{
    if (options->sparse) {
        return mp__fail(MP_EINVAL, 0,
                        "an option that is for creating shared memory only");
    }
    if (options->apr && options->read_only) {
        return mp__fail(MP_ENOTSUP, 0,
                        "shared memory of APR is opened for writing only");
    }
    return options->apr ? check_file(name) : check_name(name);
}

static int open_segment(mp_shared_memory_t *memory,
                        const mp_shared_memory_options_t *options)
{
    memory->apr = options->apr;
    int r = options->apr
                ? mp_plat_segment_open_apr(&memory->segment, memory->name)
                : mp_plat_segment_open(&memory->segment, memory->name,
                                       options->read_only);
    if (r == 0 && memory->segment.size < options->least_size) {
        r = mp__fail(MP_ESTATE, 0,
                     "the shared memory has %zu bytes, and %zu are needed: %s",
                     memory->segment.size, options->least_size, memory->name);
    }
    return r;
}

int mp_shared_memory_open_sized(mp_shared_memory_t **out, const char *name,
                                const mp_shared_memory_options_t *options,
                                size_t options_size)
{
    mp_shared_memory_options_t given = {0};

    if (out == NULL) {
        return mp__fail(MP_EINVAL, 0, "no place for the shared memory");
    }
    *out = NULL;
    int r = mp__options_copy(&given, sizeof(given), options, options_size);
    if (r == 0) {
        r = check_open(name, &given);
    }
    if (r == 0) {
        r = mp__ready();
    }
    if (r < 0) {
        return r;
    }
    mp_shared_memory_t *memory = new_memory(name);
    if (memory == NULL) {
        return MP_ENOMEM;
    }
    r = open_segment(memory, &given);
    if (r < 0) {
        mp_shared_memory_destroy(memory);
        return r;
    }
    *out = memory;
    return 0;
}

// ---- life ----

void *mp_shared_memory_address(const mp_shared_memory_t *memory)
{
    return memory == NULL ? NULL : memory->segment.address;
}

size_t mp_shared_memory_size(const mp_shared_memory_t *memory)
{
    return mp_shared_memory_address(memory) == NULL ? 0 : memory->segment.size;
}

const char *mp_shared_memory_name(const mp_shared_memory_t *memory)
{
    return memory == NULL ? NULL : memory->name;
}

void mp_shared_memory_close(mp_shared_memory_t *memory)
{
    if (memory == NULL) {
        return;
    }
    if (memory->apr) {
        mp_plat_segment_close_apr(&memory->segment);
    } else {
        mp_plat_segment_close(&memory->segment);
    }
}

int mp_shared_memory_unlink(mp_shared_memory_t *memory)
{
    if (memory == NULL) {
        return mp__fail(MP_EINVAL, 0, "the shared memory is NULL");
    }
    return memory->apr ? mp_plat_segment_unlink_apr(memory->name)
                       : mp_plat_segment_unlink(memory->name);
}

int mp_shared_memory_remove(const char *name)
{
    int r = check_name(name);
    return r < 0 ? r : mp_plat_segment_unlink(name);
}

void mp_shared_memory_destroy(mp_shared_memory_t *memory)
{
    if (memory != NULL) {
        mp_shared_memory_close(memory);
        free(memory->name);
        free(memory);
    }
}
