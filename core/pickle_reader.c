// SPDX-License-Identifier: Apache-2.0
#include "core/pickle_reader.h"

#include <stdlib.h>
#include <string.h>

int mp__reader_damaged(const mp__reader_t *reader, const char *what)
{
    return mp__fail(MP_EPROTO, 0, "the pickle is damaged before byte %zu: %s",
                    (size_t) (reader->at - reader->start), what);
}

void *mp__reader_move(void *old, bool *allocated, size_t count, size_t size)
{
    void *place = realloc(*allocated ? old : NULL, 2 * count * size);

    if (place == NULL) {
        (void) mp__any_out_of_memory();
        return NULL;
    }
    if (!*allocated) {
        memcpy(place, old, count * size);
    }
    *allocated = true;
    return place;
}

int mp__row_grow(mp__row_t *row)
{
    mp_any_t **items = mp__reader_move((void *) row->items, &row->allocated,
                                       row->room, sizeof(void *));
    if (items == NULL) {
        return MP_ENOMEM;
    }
    row->items = items;
    row->room *= 2;
    return 0;
}

int mp__reader_push_slowly(mp__reader_t *reader, mp_any_t *value)
{
    mp__row_t *stack = &reader->stack;
    int r = value == NULL ? mp__any_out_of_memory() : 0;

    if (++reader->items > reader->limits.max_items) {
        r = mp__fail(MP_EMSGSIZE, 0, "the pickle has more than %zu items",
                     reader->limits.max_items);
    }
    if (r == 0 && stack->count == stack->room) {
        r = mp__row_grow(stack);
    }
    if (r < 0) {
        mp__reader_throw(reader, value);
        return r;
    }
    stack->items[stack->count++] = value;
    return 0;
}

int mp__reader_mark(mp__reader_t *reader)
{
    if (++reader->items > reader->limits.max_items) {
        return mp__fail(MP_EMSGSIZE, 0, "the pickle has more than %zu items",
                        reader->limits.max_items);
    }
    if (reader->mark_count == reader->mark_room) {
        size_t *marks = mp__reader_move(reader->marks, &reader->marks_allocated,
                                        reader->mark_room, sizeof(*marks));
        if (marks == NULL) {
            return MP_ENOMEM;
        }
        reader->marks = marks;
        reader->mark_room *= 2;
    }
    reader->marks[reader->mark_count++] = reader->base;
    reader->base = reader->stack.count;
    return 0;
}

int mp__reader_unmark(mp__reader_t *reader, size_t *first)
{
    if (reader->mark_count == 0) {
        return mp__reader_damaged(reader, "there is no mark");
    }
    *first = reader->base;
    reader->base = reader->marks[--reader->mark_count];
    return 0;
}

mp_any_t *mp__reader_pop(mp__reader_t *reader)
{
    return reader->stack.count > reader->base
               ? reader->stack.items[--reader->stack.count]
               : NULL;
}

void mp__reader_drop(mp__reader_t *reader, size_t first)
{
    while (reader->stack.count > first) {
        mp__reader_throw(reader, reader->stack.items[--reader->stack.count]);
    }
}

void mp__reader_throw(mp__reader_t *reader, mp_any_t *value)
{
    if (value == NULL || !mp__any_is_group(value) ||
        atomic_load_explicit(&value->count, memory_order_relaxed) >=
            MP__ANY_FOREVER) {
        mp_any_destroy(value);
    } else if (value->mark == MP__ANY_SUSPECT) { // it is there already
        (void) mp__any_unref(value);
    } else {
        value->mark = MP__ANY_SUSPECT;
        mp__any_as_group(value)->next = reader->trash;
        reader->trash = value;
    }
}

// Those that are always there are part of many at once, and contain nothing.
int mp__reader_nest_group(mp__reader_t *reader, mp_any_t *whole, mp_any_t *part)
{
    if (atomic_load_explicit(&part->count, memory_order_relaxed) >=
        MP__ANY_FOREVER) {
        return 0;
    }
    uint8_t flags = atomic_load_explicit(&part->flags, memory_order_relaxed);
    atomic_store_explicit(&part->flags, (uint8_t) (flags | MP__ANY_PLACED),
                          memory_order_relaxed);
    uint32_t depth = mp__any_as_group(part)->inside + 1;
    if (depth >= reader->limits.max_depth) {
        return mp__fail(MP_EDEPTH, 0, "the pickle is nested deeper than %zu",
                        reader->limits.max_depth);
    }
    if (depth > mp__any_as_group(whole)->inside) {
        mp__any_as_group(whole)->inside = depth;
    }
    return 0;
}
