// SPDX-License-Identifier: Apache-2.0
// Reading what contains other values.
#include "core/pickle_reader.h"

#include <string.h>

#define SMALL 16

static int empty(const mp__reader_t *reader)
{
    return mp__reader_damaged(reader, "there is no value to take");
}

// ---- tuples ----

// Moves all that lies on the stack from `first` on into it.
static int fill_tuple(mp__reader_t *reader, mp_any_t *tuple, size_t first)
{
    mp__row_t *stack = &reader->stack;
    mp__any_tuple_t *to = mp__any_as_tuple(tuple);
    int r = 0;

    for (size_t i = first; r == 0 && i < stack->count; i++) {
        r = mp__reader_nest(reader, tuple, stack->items[i]);
    }
    if (r < 0) {
        to->size = 0;
        mp_any_destroy(tuple);
        return r;
    }
    for (size_t i = 0; i < to->size; i++) {
        to->items[i] = stack->items[first + i];
    }
    stack->count = first;
    return mp__reader_push(reader, tuple);
}

int mp__read_tuple(mp__reader_t *reader, unsigned char code)
{
    mp__row_t *stack = &reader->stack;
    size_t count = (size_t) (code - MP__OP_TUPLE1) + 1;
    size_t first = 0;

    if (code == MP__OP_TUPLE) {
        int r = mp__reader_unmark(reader, &first);
        if (r < 0) {
            return r;
        }
    } else if (count > stack->count - reader->base) {
        return empty(reader);
    } else {
        first = stack->count - count;
    }
    count = stack->count - first;
    mp_any_t *tuple = count > 0 && count <= SMALL
                          ? mp__any_slab_tuple(&reader->slabs, count)
                          : mp__any_new_tuple(count);
    return tuple == NULL ? mp__any_out_of_memory()
                         : fill_tuple(reader, tuple, first);
}

// ---- lists, and what is like one ----

// The object's last step if it is of this kind, or a new one: a list.
static int step_list(mp__reader_t *reader, mp_any_t *target, mp_any_step_t step,
                     mp_any_t **list)
{
    const mp__any_object_t *object = mp__any_as_object(target);
    const mp__any_object_step_t *last =
        object->step_count == 0 ? NULL : &object->steps[object->step_count - 1];

    if (last != NULL && last->step == step) {
        *list = last->value;
        return 0;
    }
    *list = mp__any_new_list(0);
    if (*list == NULL) {
        return mp__any_out_of_memory();
    }
    int r = mp__any_object_push(target, step, *list);
    if (r < 0) {
        mp_any_destroy(*list);
        return r;
    }
    return mp__reader_nest(reader, target, *list);
}

// Moves what lies on the stack from `first` on to the end of a list.
static int move_all(mp__reader_t *reader, mp_any_t *list, size_t first)
{
    mp__row_t *stack = &reader->stack;

    int r = mp__any_list_reserve(list, stack->count - first);
    if (r < 0) {
        return r;
    }
    for (size_t i = first; r == 0 && i < stack->count; i++) {
        r = mp__reader_nest(reader, list, stack->items[i]);
    }
    if (r == 0 && stack->count > first) {
        mp__any_list_t *to = mp__any_as_list(list);
        memcpy((void *) (to->items + to->size), (void *) (stack->items + first),
               (stack->count - first) * sizeof(void *));
        to->size += stack->count - first;
        stack->count = first;
    }
    return r;
}

// For the values above a mark, or the top one.
static int find_target(mp__reader_t *reader, bool marked, size_t values,
                       size_t *first, mp_any_t **target)
{
    size_t count = reader->stack.count;

    if (marked) {
        int r = mp__reader_unmark(reader, first);
        if (r < 0) {
            return r;
        }
    } else {
        if (count - reader->base < values) {
            return empty(reader);
        }
        *first = count - values;
    }
    if (*first <= reader->base) {
        return empty(reader);
    }
    *target = reader->stack.items[*first - 1];
    mp__reader_change(reader, *target);
    return 0;
}

// The entries of a small table lie with the rest of what is read.
static int reserve(mp__reader_t *reader, mp__any_table_t *table, size_t more)
{
    uint32_t place = 0;
    void *memory = NULL;

    if (table->room == 0 && more > 0 && more <= SMALL) {
        memory = mp__any_slab_take(&reader->slabs, mp__any_table_bytes(more),
                                   &place);
    }
    if (memory == NULL) {
        return mp__any_table_reserve(table, more);
    }
    mp__any_table_place(table, more, memory, place);
    memset(table->heads, 0, table->head_count * sizeof(*table->heads));
    return 0;
}

// What lies on the stack from `first` on, up to `end`, is held elsewhere now.
static void give_away(mp__reader_t *reader, size_t first, size_t end)
{
    mp__row_t *stack = &reader->stack;

    if (end == stack->count) {
        stack->count = first;
        return;
    }
    while (first < end) {
        stack->items[first++] = mp__any_new_none();
    }
}

static int add_all(mp__reader_t *reader, mp_any_t *set, size_t first)
{
    mp__row_t *stack = &reader->stack;
    int r = reserve(reader, mp__any_as_table(set), stack->count - first);

    size_t done = first;
    while (r == 0 && done < stack->count) {
        if (!mp__any_table_load_text(set, stack->items[done], NULL)) {
            r = mp__reader_put(reader, set, stack->items[done], NULL);
        }
        done += r == 0 ? 1 : 0;
    }
    give_away(reader, first, done);
    return r;
}

int mp__read_append(mp__reader_t *reader, unsigned char code)
{
    mp_any_t *target = NULL;
    size_t first = 0;

    int r = find_target(reader, code != MP__OP_APPEND, 1, &first, &target);
    if (r < 0 || target == NULL) {
        return r;
    }
    if (target->type == MP_ANY_LIST && code != MP__OP_ADDITEMS) {
        return move_all(reader, target, first);
    }
    if (target->type == MP_ANY_SET && code == MP__OP_ADDITEMS) {
        return add_all(reader, target, first);
    }
    if (target->type != MP_ANY_OBJECT) {
        return mp__reader_damaged(reader, "a value takes no items");
    }
    mp_any_t *list = NULL;
    r = step_list(reader, target,
                  code == MP__OP_ADDITEMS ? MP_ANY_ADDITEMS : MP_ANY_APPENDS,
                  &list);
    if (r == 0) {
        r = move_all(reader, list, first);
    }
    return r < 0 ? r : mp__reader_nest(reader, target, list);
}

int mp__read_frozenset(mp__reader_t *reader, unsigned char code)
{
    size_t first = 0;

    (void) code;
    int r = mp__reader_unmark(reader, &first);
    if (r < 0) {
        return r;
    }
    mp_any_t *set = mp__any_new_table(MP_ANY_FROZENSET);
    r = set == NULL ? mp__any_out_of_memory() : add_all(reader, set, first);
    if (r < 0) {
        mp__reader_throw(reader, set);
        return r;
    }
    return mp__reader_push(reader, set);
}

// ---- dicts, and what is like one ----

// Takes over both references if it succeeds.
int mp__reader_put(mp__reader_t *reader, mp_any_t *table, mp_any_t *key,
                   mp_any_t *item)
{
    bool odd = mp__any_as_table(table)->odd;
    mp_any_t *dropped[2] = {NULL, NULL};

    int r = mp__reader_nest(reader, table, key);
    if (r == 0 && item != NULL) {
        r = mp__reader_nest(reader, table, item);
    }
    if (r == 0 && !odd && reader->odd.count == reader->odd.room) {
        r = mp__row_grow(&reader->odd);
    }
    if (r == 0) {
        r = mp__any_table_load(table, key, item, dropped);
        mp__reader_throw(reader, dropped[0]);
        mp__reader_throw(reader, dropped[1]);
    }
    if (r == MP_ETYPE) {
        r = mp__reader_damaged(reader, "a key is a list, a dict, a set or a "
                                       "bytearray, or contains one");
    }
    if (r == 0 && !odd && mp__any_as_table(table)->odd) {
        reader->odd.items[reader->odd.count++] = mp__any_ref_own(table);
    }
    return r;
}

static int set_all(mp__reader_t *reader, mp_any_t *dict, size_t first)
{
    mp__row_t *stack = &reader->stack;
    size_t pairs = (stack->count - first) / 2;
    int r = reserve(reader, mp__any_as_table(dict), pairs);

    size_t done = first;
    while (r == 0 && done < stack->count) {
        mp_any_t *key = stack->items[done];
        mp_any_t *item = stack->items[done + 1];
        r = mp__reader_nest(reader, dict, item);
        if (r == 0 && !mp__any_table_load_text(dict, key, item)) {
            r = mp__reader_put(reader, dict, key, item);
        }
        done += r == 0 ? 2 : 0;
    }
    give_away(reader, first, done);
    return r;
}

int mp__read_setitem(mp__reader_t *reader, unsigned char code)
{
    mp_any_t *target = NULL;
    size_t first = 0;

    int r = find_target(reader, code == MP__OP_SETITEMS, 2, &first, &target);
    if (r < 0 || target == NULL) {
        return r;
    }
    if ((reader->stack.count - first) % 2 != 0) {
        return mp__reader_damaged(reader, "a key has no value");
    }
    if (target->type == MP_ANY_DICT) {
        return set_all(reader, target, first);
    }
    if (target->type != MP_ANY_OBJECT) {
        return mp__reader_damaged(reader, "a value takes no keys");
    }
    mp_any_t *list = NULL;
    r = step_list(reader, target, MP_ANY_SETITEMS, &list);
    if (r == 0) {
        r = move_all(reader, list, first);
    }
    return r < 0 ? r : mp__reader_nest(reader, target, list);
}
