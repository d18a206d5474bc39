// SPDX-License-Identifier: Apache-2.0
// Writing a pickle, without a call within a call: a stack of the values that
// are being written. Only what is held more than once can come again, so only
// that is remembered.
#include "core/pickle_writer.h"

#include <stdlib.h>
#include <string.h>

#include "core/options.h"

#define PROTOCOL 4
#define PLACES 16 // on the stack of the thread

// ---- groups ----

static int more_places(mp__picker_t *writer)
{
    size_t room = 2 * writer->room;
    mp__place_t *places = realloc(writer->allocated, room * sizeof(*places));

    if (places == NULL) {
        return mp__any_out_of_memory();
    }
    if (writer->allocated == NULL) {
        memcpy(places, writer->places, writer->depth * sizeof(*places));
    }
    writer->allocated = places;
    writer->places = places;
    writer->room = room;
    return 0;
}

static int push(mp__picker_t *writer, const mp_any_t *value)
{
    if (writer->depth >= writer->limits.max_depth) {
        return mp__fail(MP_EDEPTH, 0, "the value is nested deeper than %zu",
                        writer->limits.max_depth);
    }
    if (writer->depth == writer->room) {
        int r = more_places(writer);
        if (r < 0) {
            return r;
        }
    }
    writer->places[writer->depth++] = (mp__place_t){value, 0, 0};
    return 0;
}

// What is changed after it was made is remembered before its parts, which may
// contain it; what is not, once it is made.
static int begin_changed(mp__picker_t *writer, const mp_any_t *value,
                         unsigned code)
{
    int r = mp__put_code(writer, code);

    if (r == 0) {
        r = mp__remember(writer, value);
    }
    return r < 0 || mp_any_size(value) == 0 ? r
                                            : mp__put_code(writer, MP__OP_MARK);
}

static int begin_group(mp__picker_t *writer, const mp_any_t *value)
{
    switch ((mp_any_type_t) value->type) {
    case MP_ANY_LIST:
        return begin_changed(writer, value, MP__OP_EMPTY_LIST);
    case MP_ANY_DICT:
        return begin_changed(writer, value, MP__OP_EMPTY_DICT);
    case MP_ANY_SET:
        return begin_changed(writer, value, MP__OP_EMPTY_SET);
    case MP_ANY_FROZENSET:
        return mp__put_code(writer, MP__OP_MARK);
    case MP_ANY_TUPLE:
        return mp_any_size(value) > 3 ? mp__put_code(writer, MP__OP_MARK) : 0;
    default: // a foreign one, which this family would take for one of its own
        return writer->transits != NULL &&
                       mp__pickle_name(mp_any_object_callable(value)) ==
                           MP__NAME_REF
                   ? mp__fail(MP_EACCES, 0,
                              "a reference that came from outside this family")
                   : 0;
    }
}

// Its parts may have contained it, and so it is there already: what was put on
// the stack for it is taken off again. 1: it was so.
static int end_made(mp__picker_t *writer, const mp_any_t *value, unsigned code,
                    size_t parts)
{
    uint32_t number = 0;
    int r = 0;

    if (!mp__may_come_again(value) ||
        !mp__memo_find(&writer->memo, value, &number)) {
        r = mp__put_code(writer, code);
        return r < 0 ? r : mp__remember(writer, value);
    }
    if (parts == 0) {
        r = mp__put_code(writer, MP__OP_POP_MARK);
    }
    for (size_t i = 0; r == 0 && i < parts; i++) {
        r = mp__put_code(writer, MP__OP_POP);
    }
    return r < 0 ? r : mp__repeat(writer, value);
}

static int end_tuple(mp__picker_t *writer, const mp_any_t *value)
{
    size_t size = mp_any_size(value);

    if (size == 0) {
        return mp__put_code(writer, MP__OP_EMPTY_TUPLE);
    }
    int r = size > 3 ? end_made(writer, value, MP__OP_TUPLE, 0)
                     : end_made(writer, value,
                                MP__OP_TUPLE1 + (unsigned) size - 1, size);
    return r < 0 ? r : 0;
}

static int end_group(mp__picker_t *writer, const mp_any_t *value)
{
    int r = 0;

    switch ((mp_any_type_t) value->type) {
    case MP_ANY_TUPLE:
        return end_tuple(writer, value);
    case MP_ANY_FROZENSET:
        r = end_made(writer, value, MP__OP_FROZENSET, 0);
        return r < 0 ? r : 0;
    case MP_ANY_OBJECT:
        return 0;
    default:
        if (mp_any_size(value) == 0) {
            return 0;
        }
        return mp__put_code(writer, value->type == MP_ANY_LIST ? MP__OP_APPENDS
                                    : value->type == MP_ANY_DICT
                                        ? MP__OP_SETITEMS
                                        : MP__OP_ADDITEMS);
    }
}

// ---- objects ----

static int make_object(mp__picker_t *writer, const mp_any_t *value)
{
    switch ((mp_any_how_t) value->kind) {
    case MP_ANY_REDUCE:
        return end_made(writer, value, MP__OP_REDUCE, 2);
    case MP_ANY_NEWOBJ:
        return end_made(writer, value, MP__OP_NEWOBJ, 2);
    default:
        return end_made(writer, value, MP__OP_NEWOBJ_EX, 3);
    }
}

static int next_of_build(mp__picker_t *writer, mp__place_t *place,
                         mp_any_t *value, const mp_any_t **part)
{
    if (place->item > 0) {
        return mp__put_code(writer, MP__OP_BUILD);
    }
    place->item = 1;
    *part = value;
    return 1;
}

// Of a list that a step is done with, the items are written.
static int next_of_step(mp__picker_t *writer, mp__place_t *place,
                        const mp__any_object_step_t *step,
                        const mp_any_t **part)
{
    const mp__any_list_t *list = mp__any_as_list(step->value);
    int r = 0;

    if (step->step == MP_ANY_BUILD) {
        return next_of_build(writer, place, step->value, part);
    }
    if (step->step == MP_ANY_SETITEMS && list->size % 2 != 0) {
        return mp__fail(MP_EINVAL, 0, "an object has a key without a value");
    }
    if (place->item == 0 && list->size > 0) {
        r = mp__put_code(writer, MP__OP_MARK);
    }
    if (r == 0 && place->item < list->size) {
        *part = list->items[place->item++];
        return 1;
    }
    if (r < 0 || list->size == 0) {
        return r;
    }
    return mp__put_code(writer, step->step == MP_ANY_APPENDS ? MP__OP_APPENDS
                                : step->step == MP_ANY_SETITEMS
                                    ? MP__OP_SETITEMS
                                    : MP__OP_ADDITEMS);
}

#define PARTS 3 // then it is made, then come its steps

static int next_of_object(mp__picker_t *writer, mp__place_t *place,
                          const mp_any_t **part)
{
    const mp_any_t *value = place->value;
    const mp__any_object_t *object = mp__any_as_object(value);

    while (place->next < PARTS) {
        *part = mp__any_child(value, place->next++);
        if (*part != NULL) {
            return 1;
        }
    }
    if (place->next == PARTS) {
        place->next++;
        int r = make_object(writer, value);
        if (r != 0) {
            return r < 0 ? r : 0;
        }
    }
    while (place->next - PARTS - 1 < object->step_count) {
        const mp__any_object_step_t *step =
            &object->steps[place->next - PARTS - 1];
        int r = next_of_step(writer, place, step, part);
        if (r != 0) {
            return r;
        }
        place->next++;
        place->item = 0;
    }
    return 0;
}

// ---- all of it ----

static int next_of_tuple(mp__place_t *place, const mp_any_t **part)
{
    const mp__any_tuple_t *tuple = mp__any_as_tuple(place->value);

    if (place->next == tuple->size) {
        return 0;
    }
    *part = tuple->items[place->next++];
    return 1;
}

// Keys and values in turn, without those that were removed.
static int next_of_table(mp__place_t *place, const mp_any_t **part)
{
    const mp__any_table_t *table = mp__any_as_table(place->value);
    size_t end = 2 * (size_t) table->filled;

    while (place->next < end) {
        const mp__any_entry_t *entry = &table->entries[place->next / 2];
        *part = place->next++ % 2 == 0 ? entry->key : entry->value;
        if (*part != NULL) {
            return 1;
        }
    }
    return 0;
}

// 1 and the next part of a group, or 0.
static int next_part(mp__picker_t *writer, mp__place_t *place,
                     const mp_any_t **part)
{
    if (place->value->type == MP_ANY_OBJECT) {
        return next_of_object(writer, place, part);
    }
    if (place->value->type == MP_ANY_LIST) {
        const mp__any_list_t *list = mp__any_as_list(place->value);
        if (place->next == list->size) {
            return 0;
        }
        *part = list->items[place->next++];
        return 1;
    }
    return place->value->type == MP_ANY_TUPLE ? next_of_tuple(place, part)
                                              : next_of_table(place, part);
}

static int put_value(mp__picker_t *writer, const mp_any_t *value)
{
    if (++writer->items > writer->limits.max_items) {
        return mp__fail(MP_EMSGSIZE, 0, "the value has more than %zu items",
                        writer->limits.max_items);
    }
    if (!mp__any_is_group(value)) {
        return mp__put_leaf(writer, value);
    }
    int r = mp__repeat(writer, value);
    if (r != 0) {
        return r < 0 ? r : 0;
    }
    r = push(writer, value);
    return r < 0 ? r : begin_group(writer, value);
}

static int run(mp__picker_t *writer, const mp_any_t *value)
{
    int r = mp__put_number(writer, MP__OP_PROTO, PROTOCOL, 1);

    if (r == 0) {
        r = put_value(writer, value);
    }
    while (r == 0 && writer->depth > 0) {
        mp__place_t *place = &writer->places[writer->depth - 1];
        const mp_any_t *part = NULL;
        r = next_part(writer, place, &part);
        if (r == 1) {
            r = put_value(writer, part);
        } else if (r == 0) {
            writer->depth--;
            r = end_group(writer, place->value);
        }
    }
    return r < 0 ? r : mp__put_code(writer, MP__OP_STOP);
}

int mp__pickle_write(void **bytes, size_t *size, const mp_any_t *value,
                     const mp_pickle_options_t *options,
                     mp__transits_t *transits)
{
    mp__place_t places[PLACES];
    mp__picker_t writer = {.limits = mp__pickle_limits(options),
                           .places = places,
                           .room = PLACES,
                           .transits = transits};

    writer.out.most = writer.limits.max_bytes;
    int r = run(&writer, value);
    mp__memo_free(&writer.memo);
    free(writer.allocated);
    if (r < 0) {
        free(writer.out.bytes);
        return r;
    }
    *bytes = writer.out.bytes;
    *size = writer.out.size;
    return 0;
}

int mp_dumps_sized(void **bytes, size_t *size, const mp_any_t *value,
                   const mp_pickle_options_t *options, size_t options_size)
{
    mp_pickle_options_t given;

    if (bytes == NULL || size == NULL) {
        return mp__fail(MP_EINVAL, 0, "no place for the pickle");
    }
    *bytes = NULL;
    *size = 0;
    if (value == NULL) {
        return mp__any_no_value();
    }
    int r = mp__options_copy(&given, sizeof(given), options, options_size);
    return r < 0 ? r : mp__pickle_write(bytes, size, value, &given, NULL);
}
