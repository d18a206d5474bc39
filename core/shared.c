// SPDX-License-Identifier: Apache-2.0
#include <multiprocessing/shared.h>

#include <string.h>

#include "core/cells.h"
#include "core/object.h"
#include "core/pages.h"
#include "platform/fail.h"

#define HEAD 64 // before a block, so that it is aligned to as much

_Static_assert(sizeof(mp__object_t) <= HEAD, "the head has room");

// ---- blocks ----

static mp__object_t *object_of(void *memory)
{
    return (mp__object_t *) (void *) ((unsigned char *) memory - HEAD);
}

static void *memory_of(mp__object_t *object)
{
    return (unsigned char *) object + HEAD;
}

static int allocate(void **out, size_t size, bool clear)
{
    mp__object_t *object = NULL;

    if (out == NULL) {
        return mp__fail(MP_EINVAL, 0, "no place for the address");
    }
    *out = NULL;
    if (size > SIZE_MAX - HEAD) {
        return mp__fail(MP_ENOSPC, 0, "no memory is that large");
    }
    int r = mp__object_new(&object, HEAD + size);
    if (r < 0) {
        return r;
    }
    if (clear && HEAD + size > MP__CELL_MOST) { // cells come cleared
        memset(memory_of(object), 0, size);
    }
    mp__object_made(object, MP__TYPE_BLOCK);
    *out = memory_of(object);
    return 0;
}

int mp_shared_alloc(void **out, size_t size)
{
    return allocate(out, size, true);
}

int mp_shared_alloc_uncleared(void **out, size_t size)
{
    return allocate(out, size, false);
}

// Blocks begin where cells do, so other addresses are known.
static int check_block(void *memory)
{
    if (mp__arena_has(memory, 0) && (mp__offset_of(memory) & 63) == 0 &&
        mp__object_is(object_of(memory), MP__TYPE_BLOCK)) {
        return 0;
    }
    return mp__fail(MP_EINVAL, 0, "no block of shared memory begins there");
}

int mp_shared_hold(void *memory)
{
    int r = check_block(memory);

    return r < 0 ? r : mp__object_hold(object_of(memory));
}

int mp_shared_free(void *memory)
{
    int r = memory == NULL ? 0 : check_block(memory);

    if (r == 0 && memory != NULL) {
        mp__object_drop(object_of(memory));
    }
    return r;
}

// ---- offsets ----

mp_offset_t mp_shared_offset(const void *address)
{
    return address == NULL ? 0 : mp__offset_of(address);
}

void *mp_shared_pointer(mp_offset_t offset)
{
    return offset == 0 ? NULL : mp__at(offset);
}

static int not_in_it(void)
{
    return mp__fail(MP_ERANGE, 0,
                    "this does not lie in the memory of the family");
}

int mp_shared_get_offset(const void *address, size_t size, mp_offset_t *out)
{
    if (out == NULL) {
        return mp__fail(MP_EINVAL, 0, "no place for the offset");
    }
    if (!mp__arena_has(address, size)) {
        return not_in_it();
    }
    *out = mp__offset_of(address);
    return 0;
}

int mp_shared_get_pointer(mp_offset_t offset, size_t size, void **out)
{
    if (out == NULL) {
        return mp__fail(MP_EINVAL, 0, "no place for the address");
    }
    int r = mp__arena_ready();
    if (r < 0) {
        return r;
    }
    if (offset >= mp__memory.size || !mp__arena_has(mp__at(offset), size)) {
        return not_in_it();
    }
    *out = mp__at(offset);
    return 0;
}

// ---- how much there is ----

int mp_shared_usage(mp_shared_figures_t *out)
{
    mp__span_t span;

    if (out == NULL) {
        return mp__fail(MP_EINVAL, 0, "no place for the result");
    }
    int r = mp__arena_ready();
    if (r < 0) {
        return r;
    }
    *out = (mp_shared_figures_t){mp__memory.size, 0, 0};
    mp__members_recover(0); // what the dead had is not in use
    mp__heap_lock();
    for (uint32_t unit = 0; mp__span_at_locked(unit, &span);
         unit += span.units) {
        out->in_use += span.kind == MP__SPAN_FREE ? 0 : span.units * MP__UNIT;
    }
    out->taken = atomic_load(&mp__arena()->units) * MP__UNIT;
    mp__heap_unlock();
    return 0;
}
