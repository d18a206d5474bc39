// SPDX-License-Identifier: Apache-2.0
// References to what the family shares, as values.
#include "core/any.h"

#include <stdlib.h>

mp_any_t *mp__any_new_shared(mp__object_t *object)
{
    mp_any_t *node = mp__any_leaf(MP_ANY_SHARED, sizeof(mp__any_shared_t));

    if (node != NULL) {
        mp__any_as_shared(node)->object = object;
        mp__any_as_shared(node)->next = NULL;
    }
    return node;
}

int mp_any_shared(mp_any_t **out, const void *object)
{
    mp__object_t *given = (mp__object_t *) (uintptr_t) object;

    if (out == NULL) {
        return mp__any_no_place();
    }
    *out = NULL;
    if (given == NULL || !mp__object_is_any(given) ||
        mp__object_is(given, MP__TYPE_BLOCK)) {
        return mp__fail(MP_EINVAL, 0, "that is no shared object");
    }
    int r = mp__object_hold(given);
    if (r < 0) {
        return r;
    }
    *out = mp__any_new_shared(given);
    if (*out == NULL) {
        mp__object_drop(given);
        return mp__any_out_of_memory();
    }
    return 0;
}

// *out is set only if there is such an object.
static int get_object(const mp_any_t *value, mp__type_t type, void **out)
{
    if (!mp__any_is(value, MP_ANY_SHARED)) {
        return mp__any_wrong_type(value, "a shared object");
    }
    mp__object_t *object = mp__any_as_shared(value)->object;
    if (!mp__object_is(object, type)) {
        return mp__fail(MP_ETYPE, 0, "the value is another shared object");
    }
    *out = object;
    return 0;
}

#define SHARED(name, type)                                                     \
    int mp_any_get_##name(const mp_any_t *value, mp_##name##_t **out)          \
    {                                                                          \
        void *object = NULL;                                                   \
        if (out == NULL) {                                                     \
            return mp__any_no_place();                                         \
        }                                                                      \
        int r = get_object(value, type, &object);                              \
        if (r == 0) {                                                          \
            *out = object;                                                     \
        }                                                                      \
        return r;                                                              \
    }
MP__OBJECTS(SHARED)
