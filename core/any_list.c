// SPDX-License-Identifier: Apache-2.0
// Lists and tuples.
#include "core/any.h"

#include <stdlib.h>
#include <string.h>

#define ROOM_MOST (SIZE_MAX / 2 / sizeof(mp_any_t *))

mp_any_t *mp__any_new_list(size_t room)
{
    mp_any_t *node = mp__any_group_new(MP_ANY_LIST, sizeof(mp__any_list_t));

    if (node != NULL && room > 0 && mp__any_list_reserve(node, room) < 0) {
        free(node);
        return NULL;
    }
    return node;
}

int mp__any_list_reserve(mp_any_t *value, size_t more)
{
    mp__any_list_t *list = mp__any_as_list(value);

    if (more <= list->room - list->size) {
        return 0;
    }
    size_t room = list->size + more;
    if (more > ROOM_MOST || room > ROOM_MOST) {
        return mp__any_out_of_memory();
    }
    if (list->size > 0 && room < list->size + list->size / 2 + 4) {
        room = list->size + list->size / 2 + 4;
    }
    mp_any_t **items = realloc((void *) list->items, room * sizeof(void *));
    if (items == NULL) {
        return mp__any_out_of_memory();
    }
    list->items = items;
    list->room = room;
    return 0;
}

int mp__any_list_push(mp_any_t *value, mp_any_t *item)
{
    mp__any_list_t *list = mp__any_as_list(value);

    if (list->size == list->room) {
        int r = mp__any_list_reserve(value, 1);
        if (r < 0) {
            return r;
        }
    }
    list->items[list->size++] = item;
    return 0;
}

// ---- making them ----

static int check_args(const mp_args_t *args)
{
    return args != NULL && args->count > 0 && args->items == NULL
               ? mp__fail(MP_EINVAL, 0, "%zu items at NULL", args->count)
               : 0;
}

int mp_any_extend(mp_any_t *list, const mp_args_t *items)
{
    int r = check_args(items);

    if (!mp__any_is(list, MP_ANY_LIST)) {
        return mp__any_wrong_type(list, "a list");
    }
    for (size_t i = 0; r == 0 && i < mp_args_count(items); i++) {
        mp_any_t *item = NULL;
        r = mp__any_from_arg(&item, &items->items[i]);
        if (r == 0) {
            mp__any_placed(list, item);
            r = mp__any_list_push(list, item);
        }
        if (r < 0) {
            mp_any_destroy(item);
        }
    }
    return r;
}

int mp_any_list(mp_any_t **out, const mp_args_t *items)
{
    if (out == NULL) {
        return mp__any_no_place();
    }
    *out = NULL;
    mp_any_t *list = mp__any_new_list(0);
    if (list == NULL) {
        return mp__any_out_of_memory();
    }
    int r = mp_any_extend(list, items);
    if (r < 0) {
        mp_any_destroy(list);
        return r;
    }
    *out = list;
    return 0;
}

int mp_any_tuple(mp_any_t **out, const mp_args_t *items)
{
    size_t count = mp_args_count(items);

    if (out == NULL) {
        return mp__any_no_place();
    }
    *out = NULL;
    int r = check_args(items);
    if (r < 0) {
        return r;
    }
    mp_any_t *tuple = mp__any_new_tuple(count);
    if (tuple == NULL) {
        return mp__any_out_of_memory();
    }
    for (size_t i = 0; r == 0 && i < count; i++) {
        mp_any_t **item = &mp__any_as_tuple(tuple)->items[i];
        r = mp__any_from_arg(item, &items->items[i]);
        if (r == 0) {
            mp__any_placed(tuple, *item);
        }
    }
    if (r < 0) {
        mp_any_destroy(tuple);
        return r;
    }
    *out = tuple;
    return 0;
}

int mp_any_tuple_of(mp_any_t **out, mp_any_t *const *items, size_t count)
{
    if (out == NULL) {
        return mp__any_no_place();
    }
    *out = NULL;
    for (size_t i = 0; i < count; i++) {
        if (items == NULL || items[i] == NULL) {
            return mp__fail(MP_EINVAL, 0, "item %zu is NULL", i);
        }
    }
    mp_any_t *tuple = mp__any_new_tuple(count);
    if (tuple == NULL) {
        return mp__any_out_of_memory();
    }
    for (size_t i = 0; i < count; i++) {
        mp__any_as_tuple(tuple)->items[i] = mp__any_ref(items[i]);
        if (mp__any_is_group(items[i])) {
            mp__any_flag(items[i], MP__ANY_PLACED);
        }
    }
    *out = tuple;
    return 0;
}

// ---- using them ----

static mp_any_t **items_of(const mp_any_t *value, size_t *count)
{
    *count = mp_any_size(value);
    return mp__any_is(value, MP_ANY_TUPLE) ? mp__any_as_tuple(value)->items
                                           : mp__any_as_list(value)->items;
}

static int no_index(size_t index, size_t count)
{
    return mp__fail(MP_ERANGE, 0, "there is no item %zu, only %zu items", index,
                    count);
}

mp_any_t *mp_any_item(const mp_any_t *value, size_t index)
{
    size_t count = 0;

    if (!mp__any_is(value, MP_ANY_LIST) && !mp__any_is(value, MP_ANY_TUPLE)) {
        (void) mp__any_wrong_type(value, "a list or a tuple");
        return NULL;
    }
    mp_any_t **items = items_of(value, &count);
    if (index >= count) {
        (void) no_index(index, count);
        return NULL;
    }
    return items[index];
}

static int check_change(const mp_any_t *list, const mp_any_t *item,
                        size_t index, size_t limit)
{
    if (!mp__any_is(list, MP_ANY_LIST)) {
        return mp__any_wrong_type(list, "a list");
    }
    if (item == NULL) {
        return mp__any_no_value();
    }
    return index < limit ? 0 : no_index(index, mp_any_size(list));
}

int mp_any_append(mp_any_t *list, mp_any_t *item)
{
    int r = check_change(list, item, 0, 1);

    if (r == 0) {
        r = mp__any_list_reserve(list, 1);
    }
    if (r == 0) {
        mp__any_placed(list, item);
        r = mp__any_list_push(list, mp__any_ref(item));
    }
    return r;
}

int mp_any_insert(mp_any_t *list, size_t index, mp_any_t *item)
{
    int r = check_change(list, item, index, mp_any_size(list) + 1);

    if (r == 0) {
        r = mp_any_append(list, item);
    }
    if (r == 0) {
        mp__any_list_t *all = mp__any_as_list(list);
        memmove((void *) (all->items + index + 1),
                (void *) (all->items + index),
                (all->size - 1 - index) * sizeof(void *));
        all->items[index] = item;
    }
    return r;
}

int mp_any_replace(mp_any_t *list, size_t index, mp_any_t *item)
{
    int r = check_change(list, item, index, mp_any_size(list));

    if (r == 0) {
        mp_any_t **place = &mp__any_as_list(list)->items[index];
        mp_any_t *old = *place;
        mp__any_placed(list, item);
        *place = mp__any_ref(item);
        mp_any_destroy(old);
    }
    return r;
}

int mp_any_pop(mp_any_t *list, size_t index, mp_any_t **item)
{
    if (!mp__any_is(list, MP_ANY_LIST)) {
        return mp__any_wrong_type(list, "a list");
    }
    mp__any_list_t *all = mp__any_as_list(list);
    if (index >= all->size) {
        return no_index(index, all->size);
    }
    mp_any_t *taken = all->items[index];
    all->size--;
    memmove((void *) (all->items + index), (void *) (all->items + index + 1),
            (all->size - index) * sizeof(void *));
    if (item != NULL) {
        *item = taken;
    } else {
        mp_any_destroy(taken);
    }
    return 0;
}
