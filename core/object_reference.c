// SPDX-License-Identifier: Apache-2.0
#include "core/object.h"

#include "core/cells.h"
#include "core/pages.h"
#include "platform/fail.h"

bool mp__object_is(const mp__object_t *object, mp__type_t type)
{
    return mp__arena_has(object, sizeof(*object)) &&
           mp__type_of(atomic_load(&object->state)) == type;
}

bool mp__object_is_any(const mp__object_t *object)
{
    if (!mp__arena_has(object, sizeof(*object)) ||
        (mp__offset_of(object) & 63) != 0) {
        return false;
    }
    mp__type_t type = mp__type_of(atomic_load(&object->state));
    return type >= MP__TYPE_LOCK && type < MP__TYPE_COUNT;
}

int mp__object_hold_as(void *object, mp__type_t type)
{
    return object != NULL && mp__object_is(object, type)
               ? mp__object_hold(object)
               : mp__fail(MP_EINVAL, 0, "there is no such object");
}

mp__reference_t mp__object_reference(const mp__object_t *object)
{
    return (mp__reference_t){
        mp__arena()->family, mp__offset_of(object),
        atomic_load(&object->generation),
        (uint32_t) mp__type_of(atomic_load(&object->state))};
}

// Its home is believed only if the map has it so.
bool mp__object_at_locked(const mp__object_t *object)
{
    if ((mp__offset_of(object) & 63) != 0) {
        return false;
    }
    // Whoever made it wrote its state last, perhaps in another thread that has
    // told us of it by nothing but a message.
    (void) atomic_load(&object->state);
    uint32_t home = object->home;
    if (home >= atomic_load(&mp__arena()->units)) {
        return false;
    }
    mp__span_t span = mp__span_of(home);
    if (span.kind == MP__SPAN_BLOCK) {
        return mp__object_is_block(object);
    }
    return span.kind == MP__SPAN_SLAB &&
           mp__cell_is(mp__unit_address(home), object);
}

static int examine_locked(const mp__reference_t *reference, mp__type_t type,
                          const mp__object_t *object)
{
    uint64_t state = 0;

    if (mp__object_at_locked(object)) {
        state = atomic_load(&object->state);
    }
    if (mp__type_of(state) < MP__TYPE_LOCK ||
        (uint32_t) mp__type_of(state) != reference->type ||
        atomic_load(&object->generation) != reference->generation) {
        return mp__object_gone();
    }
    if (type != MP__TYPE_NONE && mp__type_of(state) != type) {
        return mp__fail(MP_ETYPE, 0, "the shared object is of another type");
    }
    return 0;
}

int mp__object_open(const mp__reference_t *reference, mp__type_t type,
                    mp__object_t **object)
{
    mp__companion_t companion = {NULL, 0};

    int r = mp__arena_ready();
    if (r < 0) {
        return r;
    }
    if (reference->family != mp__arena()->family) {
        return mp__fail(MP_EINVAL, 0,
                        "the shared object belongs to another family of "
                        "processes");
    }
    if (reference->offset >= mp__memory.size ||
        !mp__arena_has(mp__at(reference->offset), sizeof(mp__object_t))) {
        return mp__fail(MP_ENOENT, 0, "there is no such shared object");
    }
    *object = mp__at(reference->offset);
    mp__heap_lock();
    r = examine_locked(reference, type, *object);
    if (r == 0) {
        companion = mp__companion_locked(*object);
    }
    mp__heap_unlock();
    return r < 0 ? r
                 : mp__object_hold_with(*object, reference->generation,
                                        companion);
}
