// SPDX-License-Identifier: Apache-2.0
// Equality and order, as Python has them.
#include "core/any.h"

#include <string.h>

#define STEPS_MOST (UINT32_C(1) << 26)

static int step(mp__any_search_t *search, unsigned depth)
{
    if (depth > MP__ANY_DEEPEST) {
        return mp__fail(MP_EDEPTH, 0,
                        "the values are nested too deeply to be compared");
    }
    if (++search->steps > STEPS_MOST) {
        return mp__fail(MP_EMSGSIZE, 0,
                        "the values are too large to be compared");
    }
    return 0;
}

// ---- bytes of all types ----

static bool is_bytes(const mp_any_t *value)
{
    return value->type == MP_ANY_BYTES || value->type == MP_ANY_BYTEARRAY;
}

static const void *data_of(const mp_any_t *value, size_t *size)
{
    if (value->type == MP_ANY_BYTEARRAY) {
        *size = mp__any_as_bytearray(value)->size;
        return mp__any_as_bytearray(value)->bytes;
    }
    *size = mp__any_as_text(value)->size;
    return mp__any_as_text(value)->bytes;
}

static int order_data(const mp_any_t *a, const mp_any_t *b)
{
    size_t a_size = 0;
    size_t b_size = 0;
    const void *a_data = data_of(a, &a_size);
    const void *b_data = data_of(b, &b_size);

    int order = memcmp(a_data, b_data, a_size < b_size ? a_size : b_size);
    return order != 0 ? order : (a_size > b_size) - (a_size < b_size);
}

static bool same_data(const mp_any_t *a, const mp_any_t *b)
{
    size_t a_size = 0;
    size_t b_size = 0;
    const void *a_data = data_of(a, &a_size);
    const void *b_data = data_of(b, &b_size);

    return a_size == b_size && memcmp(a_data, b_data, a_size) == 0;
}

// ---- groups ----

static int same_rows(mp__any_search_t *search, const mp_any_t *a,
                     const mp_any_t *b, unsigned depth)
{
    size_t count = mp__any_children(a);

    if (count != mp__any_children(b)) {
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        int r = mp__any_same(search, mp__any_child(a, i), mp__any_child(b, i),
                             depth);
        if (r <= 0) {
            return r;
        }
    }
    return 1;
}

static int same_tables(mp__any_search_t *search, const mp_any_t *a,
                       const mp_any_t *b, unsigned depth)
{
    const mp__any_table_t *table = mp__any_as_table(a);

    if (table->used != mp__any_as_table(b)->used) {
        return 0;
    }
    for (uint32_t i = 0; i < table->filled; i++) {
        const mp__any_entry_t *entry = &table->entries[i];
        int why = 0;
        if (entry->key == NULL) {
            continue;
        }
        int r = step(search, depth);
        if (r < 0) {
            return r;
        }
        const mp__any_entry_t *other =
            mp__any_table_find(search, b, entry->key, depth, &why);
        if (other == NULL) {
            return why;
        }
        r = entry->value == NULL
                ? 1
                : mp__any_same(search, entry->value, other->value, depth);
        if (r <= 0) {
            return r;
        }
    }
    return 1;
}

static int same_objects(mp__any_search_t *search, const mp_any_t *a,
                        const mp_any_t *b, unsigned depth)
{
    const mp__any_object_t *one = mp__any_as_object(a);
    const mp__any_object_t *two = mp__any_as_object(b);

    if (a->kind != b->kind || one->step_count != two->step_count) {
        return 0;
    }
    for (size_t i = 0; i < one->step_count; i++) {
        if (one->steps[i].step != two->steps[i].step) {
            return 0;
        }
    }
    return same_rows(search, a, b, depth);
}

static int same_groups(mp__any_search_t *search, const mp_any_t *a,
                       const mp_any_t *b, unsigned depth)
{
    switch ((mp_any_type_t) a->type) {
    case MP_ANY_LIST:
    case MP_ANY_TUPLE:
        return same_rows(search, a, b, depth + 1);
    case MP_ANY_OBJECT:
        return same_objects(search, a, b, depth + 1);
    default:
        return same_tables(search, a, b, depth + 1);
    }
}

// ---- equality ----

static bool same_leaves(const mp_any_t *a, const mp_any_t *b)
{
    const mp__any_global_t *one = mp__any_as_global(a);
    const mp__any_global_t *two = mp__any_as_global(b);

    switch ((mp_any_type_t) a->type) {
    case MP_ANY_NONE:
        return true;
    case MP_ANY_GLOBAL:
        return one->module_size == two->module_size &&
               one->name_size == two->name_size &&
               memcmp(one->texts, two->texts,
                      one->module_size + one->name_size + 2) == 0;
    case MP_ANY_SHARED:
        return mp__any_as_shared(a)->object == mp__any_as_shared(b)->object;
    default:
        return same_data(a, b);
    }
}

static int same(mp__any_search_t *search, const mp_any_t *a, const mp_any_t *b,
                unsigned depth)
{
    int r = step(search, depth);
    if (r < 0) {
        return r;
    }
    if (mp__any_is_number(a) && mp__any_is_number(b)) {
        return mp__any_number_compare(a, b) == 0;
    }
    if (a->type != b->type) {
        if (mp__any_is_set(a) && mp__any_is_set(b)) {
            return same_tables(search, a, b, depth + 1);
        }
        return is_bytes(a) && is_bytes(b) && same_data(a, b);
    }
    return mp__any_is_group(a) ? same_groups(search, a, b, depth)
                               : same_leaves(a, b);
}

// An item that is not there is the same as none.
int mp__any_same(mp__any_search_t *search, const mp_any_t *a, const mp_any_t *b,
                 unsigned depth)
{
    if (a == b) {
        return 1;
    }
    return a == NULL || b == NULL ? 0 : same(search, a, b, depth);
}

int mp_any_equal(const mp_any_t *a, const mp_any_t *b)
{
    mp__any_search_t search = {0};

    if (a == NULL || b == NULL) {
        return mp__any_no_value();
    }
    return same(&search, a, b, 0);
}

// ---- order ----

static int no_order(const mp_any_t *a, const mp_any_t *b)
{
    return mp__fail(MP_ETYPE, 0, "%s and %s have no order",
                    mp__any_type_name(a->type), mp__any_type_name(b->type));
}

// The first items that differ decide, then the lengths.
static int order_rows(mp__any_search_t *search, const mp_any_t *a,
                      const mp_any_t *b, unsigned depth, int *order)
{
    size_t a_count = mp__any_children(a);
    size_t b_count = mp__any_children(b);

    for (size_t i = 0; i < a_count && i < b_count; i++) {
        const mp_any_t *one = mp__any_child(a, i);
        const mp_any_t *two = mp__any_child(b, i);
        int r = mp__any_same(search, one, two, depth);
        if (r == 0) {
            return mp__any_order(search, one, two, depth, order);
        }
        if (r < 0) {
            return r;
        }
    }
    *order = (a_count > b_count) - (a_count < b_count);
    return 0;
}

int mp__any_order(mp__any_search_t *search, const mp_any_t *a,
                  const mp_any_t *b, unsigned depth, int *order)
{
    int r = step(search, depth);
    if (r < 0) {
        return r;
    }
    if (mp__any_is_number(a) && mp__any_is_number(b)) {
        *order = mp__any_number_compare(a, b);
        return *order == 2 ? no_order(a, b) : 0;
    }
    if ((a->type == MP_ANY_TEXT && b->type == MP_ANY_TEXT) ||
        (is_bytes(a) && is_bytes(b))) {
        *order = order_data(a, b);
        return 0;
    }
    if (a->type == b->type &&
        (a->type == MP_ANY_LIST || a->type == MP_ANY_TUPLE)) {
        return order_rows(search, a, b, depth + 1, order);
    }
    return no_order(a, b);
}

int mp_any_compare(const mp_any_t *a, const mp_any_t *b, int *order)
{
    mp__any_search_t search = {0};
    int found = 0;

    if (a == NULL || b == NULL) {
        return mp__any_no_value();
    }
    if (order == NULL) {
        return mp__any_no_place();
    }
    int r = mp__any_order(&search, a, b, 0, &found);
    if (r == 0) {
        *order = found;
    }
    return r;
}
