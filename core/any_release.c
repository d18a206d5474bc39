// SPDX-License-Identifier: Apache-2.0
// How values are released by their counts. What may be part of a circle is left
// to core/any_cycle.c.
#include "core/any.h"

#include <stdlib.h>

#include "core/any_slab.h"
#include "platform/platform.h"

// Of a slab the nodes are counted first: most come from the same one.
static void forget_slab(mp__any_release_t *release)
{
    if (release->dropped > 0) {
        mp__any_slab_drop(release->slab, release->dropped);
        release->dropped = 0;
    }
}

static inline void free_placed(mp__any_release_t *release, void *memory,
                               uint32_t place)
{
    mp__any_slab_t *slab = mp__any_slab_of(memory, place);

    if (slab != release->slab) {
        forget_slab(release);
        release->slab = slab;
    }
    release->dropped++;
}

static inline void free_node(mp__any_release_t *release, mp_any_t *node,
                             uint32_t place)
{
    if (mp__any_is_flagged(node, MP__ANY_SLAB)) {
        free_placed(release, node, place);
    } else {
        free(node);
    }
}

static void free_table(mp__any_release_t *release, mp__any_table_t *table)
{
    if (table->place != 0) {
        free_placed(release, table->entries, table->place);
    } else {
        free(table->entries); // and the heads
    }
}

void mp__any_free_storage(mp__any_release_t *release, mp_any_t *group)
{
    switch ((mp_any_type_t) group->type) {
    case MP_ANY_LIST:
        free((void *) mp__any_as_list(group)->items);
        break;
    case MP_ANY_TUPLE:
        break;
    case MP_ANY_OBJECT:
        free(mp__any_as_object(group)->steps);
        break;
    default:
        free_table(release, mp__any_as_table(group));
        break;
    }
}

void mp__any_free_group(mp__any_release_t *release, mp_any_t *group)
{
    free_node(release, group, mp__any_as_group(group)->place);
}

static inline void free_leaf(mp__any_release_t *release, mp_any_t *leaf)
{
    if (leaf->type == MP_ANY_SHARED) { // not under our lock
        mp__any_as_shared(leaf)->next = release->shared;
        release->shared = leaf;
        return;
    }
    if (leaf->type == MP_ANY_BYTEARRAY) {
        free(mp__any_as_bytearray(leaf)->bytes);
    }
    free_node(release, leaf, leaf->mark);
}

static void suspect(mp__any_release_t *release, mp_any_t *group)
{
    if (group->mark == MP__ANY_UNSEEN) {
        group->mark = MP__ANY_SUSPECT;
        mp__any_as_group(group)->link = release->suspects;
        release->suspects = group;
    }
}

static void release_group(mp__any_release_t *release, mp_any_t *value)
{
    bool cyclic = mp__any_is_flagged(value, MP__ANY_CYCLIC);
    if (cyclic && !release->locked) {
        mp__any_cycle_lock();
        release->locked = true;
    }
    if (mp__any_unref(value)) {
        mp__any_as_group(value)->next = release->dead;
        release->dead = value;
    } else if (cyclic) {
        suspect(release, value);
    }
}

static inline void release_any(mp__any_release_t *release, mp_any_t *value)
{
    if (mp__any_is_group(value)) {
        release_group(release, value);
    } else if (mp__any_unref(value)) {
        free_leaf(release, value);
    }
}

void mp__any_release_one(mp__any_release_t *release, mp_any_t *value)
{
    release_any(release, value);
}

static void release_row(mp__any_release_t *release, mp_any_t *const *items,
                        size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (items[i] != NULL) { // a tuple may be half made
            release_any(release, items[i]);
        }
    }
}

static void release_entries(mp__any_release_t *release,
                            const mp__any_table_t *table)
{
    for (uint32_t i = 0; i < table->filled; i++) {
        const mp__any_entry_t *entry = &table->entries[i];
        if (entry->key != NULL) {
            release_any(release, entry->key);
        }
        if (entry->value != NULL) {
            release_any(release, entry->value);
        }
    }
}

static void release_object(mp__any_release_t *release, const mp_any_t *object)
{
    size_t count = mp__any_children(object);

    for (size_t i = 0; i < count; i++) {
        mp_any_t *child = mp__any_child(object, i);
        if (child != NULL) {
            release_any(release, child);
        }
    }
}

static void release_children(mp__any_release_t *release, mp_any_t *group)
{
    switch ((mp_any_type_t) group->type) {
    case MP_ANY_LIST:
        release_row(release, mp__any_as_list(group)->items,
                    mp__any_as_list(group)->size);
        break;
    case MP_ANY_TUPLE:
        release_row(release, mp__any_as_tuple(group)->items,
                    mp__any_as_tuple(group)->size);
        break;
    case MP_ANY_OBJECT:
        release_object(release, group);
        break;
    default:
        release_entries(release, mp__any_as_table(group));
        break;
    }
}

static void bury(mp__any_release_t *release)
{
    while (release->dead != NULL) {
        mp_any_t *group = release->dead;
        release->dead = mp__any_as_group(group)->next;
        release_children(release, group);
        mp__any_free_storage(release, group);
        if (group->mark == MP__ANY_SUSPECT) { // it is still in that list
            group->mark = MP__ANY_ZOMBIE;
        } else {
            mp__any_free_group(release, group);
        }
    }
}

static void drop_shared(mp_any_t *list)
{
    while (list != NULL) {
        mp_any_t *leaf = list;
        list = mp__any_as_shared(leaf)->next;
        mp__object_drop(mp__any_as_shared(leaf)->object);
        free(leaf);
    }
}

static void release_all(mp__any_release_t *release)
{
    while (release->dead != NULL || release->suspects != NULL) {
        bury(release);
        if (release->suspects != NULL) {
            mp__any_collect(release);
        }
    }
    if (release->locked) {
        mp__any_cycle_unlock();
    }
    forget_slab(release);
    drop_shared(release->shared);
}

void mp_any_destroy(mp_any_t *value)
{
    mp__any_release_t release = {.dead = NULL};

    if (value != NULL) {
        mp__any_release_one(&release, value);
        release_all(&release);
    }
}

void mp__any_destroy_list(mp_any_t *list)
{
    mp__any_release_t release = {.dead = NULL};

    while (list != NULL) {
        mp_any_t *group = list;
        list = mp__any_as_group(group)->next;
        mp__any_release_one(&release, group);
    }
    release_all(&release);
}

mp_any_t *mp_any_hold(const mp_any_t *value)
{
    return value == NULL ? NULL : mp__any_ref(value);
}
