// SPDX-License-Identifier: Apache-2.0
// The end of reading a pickle: what can be told only when all is there, and
// letting go of the rest.
#include "core/pickle_reader.h"

#include <stdlib.h>

typedef struct place {
    mp_any_t *group;
    size_t next;
} place_t;

// How deep a walk goes that enters each group once: where groups were changed
// after they were put into others, the depth that was counted is too small.
static int walk_down(const mp__reader_t *reader, mp_any_t *root,
                     place_t *places, mp_any_t **seen)
{
    size_t depth = 1;

    places[0] = (place_t){root, 0};
    root->mark = MP__ANY_SEEN;
    mp__any_as_group(root)->link = NULL;
    *seen = root;
    while (depth > 0) {
        place_t *place = &places[depth - 1];
        if (place->next == mp__any_children(place->group)) {
            depth--;
            continue;
        }
        mp_any_t *child = mp__any_child(place->group, place->next++);
        if (child == NULL || !mp__any_is_group(child) ||
            mp_any_size(child) + mp_any_object_steps(child) == 0 ||
            child->mark == MP__ANY_SEEN) {
            continue;
        }
        if (depth == reader->limits.max_depth) {
            return mp__fail(MP_EDEPTH, 0,
                            "the pickle is nested deeper than "
                            "%zu",
                            reader->limits.max_depth);
        }
        child->mark = MP__ANY_SEEN;
        mp__any_as_group(child)->link = *seen;
        *seen = child;
        places[depth++] = (place_t){child, 0};
    }
    return 0;
}

static int check_depth(const mp__reader_t *reader)
{
    mp_any_t *root = reader->stack.items[0];
    mp_any_t *seen = NULL;
    size_t most = reader->limits.max_depth;

    if (!mp__any_is_group(root) || mp_any_size(root) == 0) {
        return 0;
    }
    if (most > reader->items) { // no walk is longer
        most = reader->items;
    }
    place_t *places = malloc((most + 2) * sizeof(*places));
    if (places == NULL) {
        return mp__any_out_of_memory();
    }
    int r = walk_down(reader, root, places, &seen);
    for (; seen != NULL; seen = mp__any_as_group(seen)->link) {
        seen->mark = MP__ANY_UNSEEN;
    }
    free(places);
    return r;
}

int mp__reader_finish(mp__reader_t *reader, int r)
{
    for (size_t i = 0; r == 0 && i < reader->odd.count; i++) {
        r = mp__any_table_chain(reader->odd.items[i]);
    }
    for (mp_any_t *at = reader->trash; at != NULL;
         at = mp__any_as_group(at)->next) {
        at->mark = MP__ANY_UNSEEN;
    }
    if (reader->looped) { // also of what is thrown away
        mp__any_flag_cyclic_list(reader->trash);
        mp__any_flag_cyclic(reader->stack.items, reader->stack.count);
        mp__any_flag_cyclic(reader->memo.items, reader->memo.count);
        mp__any_flag_cyclic(reader->odd.items, reader->odd.count);
    }
    return r == 0 && reader->looped ? check_depth(reader) : r;
}

// Nobody else knows the value yet.
static void release_remembered(mp_any_t *value)
{
    if (value != NULL &&
        atomic_load_explicit(&value->count, memory_order_relaxed) > 1 &&
        !mp__any_is_flagged(value, MP__ANY_CYCLIC)) {
        mp__any_unref_own(value);
    } else {
        mp_any_destroy(value);
    }
}

static void free_row(mp__row_t *row)
{
    if (row->allocated) {
        free((void *) row->items);
    }
}

void mp__reader_end(mp__reader_t *reader)
{
    mp__any_slab_end(&reader->slabs);
    // First, because to release what may contain itself changes these links.
    mp__any_destroy_list(reader->trash);
    for (size_t i = 0; i < reader->memo.count; i++) {
        release_remembered(reader->memo.items[i]);
    }
    for (size_t i = 0; i < reader->odd.count; i++) {
        mp_any_destroy(reader->odd.items[i]);
    }
    for (size_t i = 0; i < reader->stack.count; i++) {
        mp_any_destroy(reader->stack.items[i]);
    }
    free_row(&reader->stack);
    free_row(&reader->memo);
    free_row(&reader->odd);
    if (reader->marks_allocated) {
        free(reader->marks);
    }
}
