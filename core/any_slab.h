// SPDX-License-Identifier: Apache-2.0
// Values by the row: where many are made at once, as from a pickle, their nodes
// lie side by side in slabs, each of which is freed with the last node in it.
// A slab is not larger than what is still to be read may need, nor than 4 KiB,
// so that a value that is kept keeps little more than came with it.
#ifndef MP_CORE_ANY_SLAB_H
#define MP_CORE_ANY_SLAB_H

#include <string.h>

#include "core/any.h"

#define MP__ANY_SLAB_UNIT 16U
#define MP__ANY_SLAB_FILLING (UINT32_C(1) << 16)

// It fills the first unit; a node knows the number of its own.
struct mp__any_slab {
    _Atomic uint32_t live; // while it is filled, FILLING more
    uint32_t padding[3];
};

typedef struct mp__any_slabs {
    mp__any_slab_t *slab;           // the one that is being filled
    uint32_t used;                  // units
    uint32_t capacity;              // units
    uint32_t made;                  // nodes in it
    const unsigned char *const *at; // where reading is, and its end
    const unsigned char *end;
} mp__any_slabs_t;

// No more are made.
void mp__any_slab_end(mp__any_slabs_t *slabs);
// Begins another one for a node of this size and some more. False: the node is
// to lie alone.
bool mp__any_slab_begin(mp__any_slabs_t *slabs, size_t size);
// So many nodes of a slab are no more.
void mp__any_slab_drop(mp__any_slab_t *slab, uint32_t count);

static inline mp__any_slab_t *mp__any_slab_of(void *node, uint32_t place)
{
    return (mp__any_slab_t *) (void *) ((char *) node -
                                        (size_t) place * MP__ANY_SLAB_UNIT);
}

// Room for a node, and its place; NULL: none in a slab.
static inline mp_any_t *mp__any_slab_take(mp__any_slabs_t *slabs, size_t size,
                                          uint32_t *place)
{
    if ((size + MP__ANY_SLAB_UNIT - 1) / MP__ANY_SLAB_UNIT >
            slabs->capacity - slabs->used &&
        !mp__any_slab_begin(slabs, size)) {
        return NULL;
    }
    *place = slabs->used;
    mp_any_t *node =
        (mp_any_t *) (void *) ((char *) slabs->slab +
                               (size_t) slabs->used * MP__ANY_SLAB_UNIT);
    slabs->used +=
        (uint32_t) ((size + MP__ANY_SLAB_UNIT - 1) / MP__ANY_SLAB_UNIT);
    slabs->made++;
    return node;
}

// As mp__any_leaf() and mp__any_group_new().
static inline mp_any_t *mp__any_slab_leaf(mp__any_slabs_t *slabs,
                                          mp_any_type_t type, size_t size)
{
    uint32_t place = 0;
    mp_any_t *node = mp__any_slab_take(slabs, size, &place);

    if (node == NULL) {
        return mp__any_leaf(type, size);
    }
    mp__any_begin(node, type, MP__ANY_SLAB);
    node->mark = (uint8_t) place;
    return node;
}

static inline mp_any_t *mp__any_slab_group(mp__any_slabs_t *slabs,
                                           mp_any_type_t type, size_t size)
{
    uint32_t place = 0;
    mp_any_t *node = mp__any_slab_take(slabs, size, &place);

    if (node == NULL) {
        return mp__any_group_new(type, size);
    }
    memset((void *) node, 0, size);
    mp__any_begin(node, type, MP__ANY_SLAB);
    mp__any_as_group(node)->place = place;
    return node;
}

// Of few items, which are not NULL, but nothing yet.
static inline mp_any_t *mp__any_slab_tuple(mp__any_slabs_t *slabs, size_t size)
{
    uint32_t place = 0;
    mp_any_t *node = mp__any_slab_take(
        slabs, sizeof(mp__any_tuple_t) + size * sizeof(mp_any_t *), &place);

    if (node == NULL) {
        return mp__any_new_tuple(size);
    }
    memset((void *) node, 0, sizeof(mp__any_tuple_t));
    mp__any_begin(node, MP_ANY_TUPLE, MP__ANY_SLAB);
    mp__any_as_group(node)->place = place;
    mp__any_as_tuple(node)->size = size;
    return node;
}

static inline mp_any_t *mp__any_slab_int(mp__any_slabs_t *slabs,
                                         int64_t integer)
{
    if (mp__any_is_ready(integer)) {
        return mp__any_new_int(integer);
    }
    mp_any_t *node =
        mp__any_slab_leaf(slabs, MP_ANY_INT, sizeof(mp__any_int_t));
    if (node != NULL) {
        mp__any_as_int(node)->value = integer;
    }
    return node;
}

static inline mp_any_t *mp__any_slab_float(mp__any_slabs_t *slabs, double value)
{
    mp_any_t *node =
        mp__any_slab_leaf(slabs, MP_ANY_FLOAT, sizeof(mp__any_float_t));
    if (node != NULL) {
        mp__any_as_float(node)->value = value;
    }
    return node;
}

// Of text or bytes whose size is one of what is there.
static inline mp_any_t *mp__any_slab_text(mp__any_slabs_t *slabs,
                                          mp_any_type_t type, const void *bytes,
                                          size_t size)
{
    mp_any_t *node =
        mp__any_slab_leaf(slabs, type, sizeof(mp__any_text_t) + size + 1);
    if (node != NULL) {
        mp__any_fill_text(node, bytes, size);
    }
    return node;
}

#endif
