// SPDX-License-Identifier: Apache-2.0
// How values are released, also those that contain themselves.
//
// A group that may be part of a circle has the flag CYCLIC: what closes a
// circle gives it to all that it then can reach (mp__any_placed()). All other
// values are freed by their counts alone. When a flagged group loses a
// reference and keeps others, these may all come from within: then the flagged
// groups that it reaches are walked through, and those that have no more
// references than were met on the walk, and are reached by none that has, are
// freed. What is taken from a flagged group is taken under one lock, so that
// of two threads that let go of a circle one sees that it is the last.
#include "core/any.h"

#include <stdlib.h>

#include "core/any_slab.h"
#include "core/self.h"
#include "platform/platform.h"

static void take_lock(void)
{
    (void) mp__self(); // forks know of the locks from then on
    mp_plat_lock(MP_PLAT_LOCK_CYCLE);
}

static void release_lock(void)
{
    mp_plat_unlock(MP_PLAT_LOCK_CYCLE);
}

// ---- the parts of a group ----

size_t mp__any_children(const mp_any_t *group)
{
    switch ((mp_any_type_t) group->type) {
    case MP_ANY_LIST:
        return mp__any_as_list(group)->size;
    case MP_ANY_TUPLE:
        return mp__any_as_tuple(group)->size;
    case MP_ANY_OBJECT:
        return 3 + mp__any_as_object(group)->step_count;
    default:
        return 2 * (size_t) mp__any_as_table(group)->filled;
    }
}

static mp_any_t *part_of_object(const mp__any_object_t *object, size_t index)
{
    mp_any_t *const first[] = {object->callable, object->args, object->kwargs};
    return index < 3 ? first[index] : object->steps[index - 3].value;
}

mp_any_t *mp__any_child(const mp_any_t *group, size_t index)
{
    switch ((mp_any_type_t) group->type) {
    case MP_ANY_LIST:
        return mp__any_as_list(group)->items[index];
    case MP_ANY_TUPLE:
        return mp__any_as_tuple(group)->items[index];
    case MP_ANY_OBJECT:
        return part_of_object(mp__any_as_object(group), index);
    default: {
        const mp__any_entry_t *entry =
            &mp__any_as_table(group)->entries[index / 2];
        return index % 2 == 0 ? entry->key : entry->value;
    }
    }
}

// ---- walks, with the lock held ----

// Groups in the order in which they are met.
typedef struct walk {
    mp_any_t *first;
    mp_any_t *last;
} walk_t;

static void meet(walk_t *walk, mp_any_t *group)
{
    mp__any_group_t *met = mp__any_as_group(group);

    group->mark = MP__ANY_SEEN;
    met->inside = 0;
    met->link = NULL;
    if (walk->last == NULL) {
        walk->first = group;
    } else {
        mp__any_as_group(walk->last)->link = group;
    }
    walk->last = group;
}

static void meet_all(walk_t *walk, bool cyclic)
{
    for (mp_any_t *at = walk->first; at != NULL;
         at = mp__any_as_group(at)->link) {
        size_t count = mp__any_children(at);
        for (size_t i = 0; i < count; i++) {
            mp_any_t *child = mp__any_child(at, i);
            if (child == NULL || !mp__any_is_group(child) ||
                (cyclic && !mp__any_is_flagged(child, MP__ANY_CYCLIC))) {
                continue;
            }
            if (child->mark == MP__ANY_UNSEEN) {
                meet(walk, child);
            }
            mp__any_as_group(child)->inside++;
        }
    }
}

static void forget(walk_t *walk, unsigned flag)
{
    for (mp_any_t *at = walk->first; at != NULL;
         at = mp__any_as_group(at)->link) {
        at->mark = MP__ANY_UNSEEN;
        if (flag != 0) {
            mp__any_flag(at, flag);
        }
    }
}

static bool is_empty(const mp_any_t *group)
{
    return group->type != MP_ANY_OBJECT && mp__any_children(group) == 0;
}

// A circle is closed only by what goes into a group that lies in another one,
// or into itself.
void mp__any_placed(mp_any_t *group, mp_any_t *item)
{
    walk_t walk = {NULL, NULL};

    if (!mp__any_is_group(item)) {
        return;
    }
    mp__any_flag(item, MP__ANY_PLACED);
    if (!mp__any_is_flagged(group, MP__ANY_PLACED) ||
        (is_empty(item) && item != group)) {
        return;
    }
    take_lock();
    meet(&walk, item);
    meet_all(&walk, false);
    forget(&walk, group->mark == MP__ANY_SEEN ? MP__ANY_CYCLIC : 0);
    release_lock();
}

void mp__any_flag_cyclic(mp_any_t *const *roots, size_t count)
{
    walk_t walk = {NULL, NULL};

    take_lock();
    for (size_t i = 0; i < count; i++) {
        if (roots[i] != NULL && mp__any_is_group(roots[i]) &&
            roots[i]->mark == MP__ANY_UNSEEN) {
            meet(&walk, roots[i]);
        }
    }
    meet_all(&walk, false);
    forget(&walk, MP__ANY_CYCLIC);
    release_lock();
}

void mp__any_flag_cyclic_list(mp_any_t *list)
{
    walk_t walk = {NULL, NULL};

    take_lock();
    for (; list != NULL; list = mp__any_as_group(list)->next) {
        if (list->mark == MP__ANY_UNSEEN) {
            meet(&walk, list);
        }
    }
    meet_all(&walk, false);
    forget(&walk, MP__ANY_CYCLIC);
    release_lock();
}

// ---- releasing ----

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

static void free_storage(mp__any_release_t *release, mp_any_t *group)
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

static void free_group(mp__any_release_t *release, mp_any_t *group)
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
        take_lock();
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
        free_storage(release, group);
        if (group->mark == MP__ANY_SUSPECT) { // it is still in that list
            group->mark = MP__ANY_ZOMBIE;
        } else {
            free_group(release, group);
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
        release_lock();
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

// ---- groups that hold nothing but each other ----

static void begin_with_suspects(walk_t *walk, mp__any_release_t *release)
{
    mp_any_t *next = release->suspects;

    release->suspects = NULL;
    while (next != NULL) {
        mp_any_t *group = next;
        next = mp__any_as_group(group)->link;
        if (group->mark == MP__ANY_ZOMBIE) {
            free_group(release, group);
        } else {
            meet(walk, group);
        }
    }
}

// What is held from elsewhere lives, and so does all that it reaches.
static void spread_life(mp_any_t *alive)
{
    while (alive != NULL) {
        mp_any_t *group = alive;
        alive = mp__any_as_group(group)->next;
        size_t count = mp__any_children(group);
        for (size_t i = 0; i < count; i++) {
            mp_any_t *child = mp__any_child(group, i);
            if (child != NULL && mp__any_is_group(child) &&
                child->mark == MP__ANY_SEEN) {
                child->mark = MP__ANY_ALIVE;
                mp__any_as_group(child)->next = alive;
                alive = child;
            }
        }
    }
}

static void find_life(const walk_t *walk)
{
    mp_any_t *alive = NULL;

    for (mp_any_t *at = walk->first; at != NULL;
         at = mp__any_as_group(at)->link) {
        if (atomic_load_explicit(&at->count, memory_order_acquire) >
            mp__any_as_group(at)->inside) {
            at->mark = MP__ANY_ALIVE;
            mp__any_as_group(at)->next = alive;
            alive = at;
        }
    }
    spread_life(alive);
}

// Those that are not alive, in a list; the others are unmarked.
static mp_any_t *sort_out(const walk_t *walk)
{
    mp_any_t *garbage = NULL;
    mp_any_t *next = walk->first;

    while (next != NULL) {
        mp_any_t *group = next;
        next = mp__any_as_group(group)->link;
        if (group->mark == MP__ANY_ALIVE) {
            group->mark = MP__ANY_UNSEEN;
        } else {
            mp__any_as_group(group)->link = garbage;
            garbage = group;
        }
    }
    return garbage;
}

static void release_parts(mp__any_release_t *release, mp_any_t *group)
{
    size_t count = mp__any_children(group);

    for (size_t i = 0; i < count; i++) {
        mp_any_t *child = mp__any_child(group, i);
        if (child != NULL &&
            !(mp__any_is_group(child) && child->mark == MP__ANY_SEEN)) {
            mp__any_release_one(release, child);
        }
    }
}

void mp__any_collect(mp__any_release_t *release)
{
    walk_t walk = {NULL, NULL};

    begin_with_suspects(&walk, release);
    meet_all(&walk, true);
    find_life(&walk);
    mp_any_t *garbage = sort_out(&walk);
    for (mp_any_t *at = garbage; at != NULL; at = mp__any_as_group(at)->link) {
        release_parts(release, at);
    }
    while (garbage != NULL) {
        mp_any_t *group = garbage;
        garbage = mp__any_as_group(group)->link;
        free_storage(release, group);
        free_group(release, group);
    }
}
