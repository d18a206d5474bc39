// SPDX-License-Identifier: Apache-2.0
// Writing a pickle, without a call within a call: a stack of the values that
// are being written. Only what is held more than once can come again, so only
// that is remembered.
#include "core/pickle.h"

#include <stdlib.h>
#include <string.h>

#include "core/options.h"
#include "core/pickle_memo.h"
#include "core/text_writer.h"

#define PROTOCOL 4

typedef struct place {
    const mp_any_t *value;
    size_t next; // which of its parts
    size_t item; // of a step of an object
} place_t;

typedef struct writer {
    mp__writer_t out;
    mp__memo_t memo;
    place_t *places;
    size_t depth;
    size_t room;
    size_t items;
    mp_pickle_options_t limits;
    bool family;
} writer_t;

// ---- bytes ----

static int put_code(writer_t *writer, unsigned code)
{
    return mp__write_byte(&writer->out, (unsigned char) code);
}

static int put_number(writer_t *writer, unsigned code, uint64_t number,
                      size_t width)
{
    int r = mp__writer_reserve(&writer->out, width + 1);
    if (r < 0) {
        return r;
    }
    unsigned char *at = writer->out.bytes + writer->out.size;
    *at++ = (unsigned char) code;
    for (size_t i = 0; i < width; i++) {
        at[i] = (unsigned char) (number >> (8 * i));
    }
    writer->out.size += width + 1;
    return 0;
}

static int put_data(writer_t *writer, const unsigned codes[3],
                    const void *bytes, size_t size)
{
    int r = size <= UINT8_MAX    ? put_number(writer, codes[0], size, 1)
            : size <= UINT32_MAX ? put_number(writer, codes[1], size, 4)
                                 : put_number(writer, codes[2], size, 8);

    return r < 0 ? r : mp__write(&writer->out, bytes, size);
}

static int put_text(writer_t *writer, const char *text, size_t size)
{
    static const unsigned codes[3] = {MP__OP_SHORT_BINUNICODE,
                                      MP__OP_BINUNICODE, MP__OP_BINUNICODE8};

    return put_data(writer, codes, text, size);
}

static int put_bytes(writer_t *writer, const void *bytes, size_t size)
{
    static const unsigned codes[3] = {MP__OP_SHORT_BINBYTES, MP__OP_BINBYTES,
                                      MP__OP_BINBYTES8};

    return put_data(writer, codes, bytes, size);
}

// ---- the memo ----

// What may contain itself can be met twice by way of a tuple that it is in.
static bool may_come_again(const mp_any_t *value)
{
    return atomic_load_explicit(&value->count, memory_order_relaxed) > 1 ||
           mp__any_is_flagged(value, MP__ANY_CYCLIC);
}

static int remember(writer_t *writer, const mp_any_t *value)
{
    if (!may_come_again(value)) {
        return 0;
    }
    if (writer->memo.count >= writer->limits.max_memo) {
        return mp__fail(MP_EMSGSIZE, 0,
                        "more than %zu values are to be "
                        "remembered",
                        writer->limits.max_memo);
    }
    int r = mp__memo_add(&writer->memo, value);
    return r < 0 ? r : put_code(writer, MP__OP_MEMOIZE);
}

// 1: it was written before, and now is again.
static int repeat(writer_t *writer, const mp_any_t *value)
{
    uint32_t number = 0;

    if (!may_come_again(value) ||
        !mp__memo_find(&writer->memo, value, &number)) {
        return 0;
    }
    int r = number <= UINT8_MAX
                ? put_number(writer, MP__OP_BINGET, number, 1)
                : put_number(writer, MP__OP_LONG_BINGET, number, 4);
    return r < 0 ? r : 1;
}

// ---- leaves ----

static int put_big(writer_t *writer, const unsigned char *bytes, size_t size)
{
    if (size > writer->limits.max_int_bytes || size > INT32_MAX) {
        return mp__fail(MP_EMSGSIZE, 0, "an integer of %zu bytes", size);
    }
    int r = size <= UINT8_MAX ? put_number(writer, MP__OP_LONG1, size, 1)
                              : put_number(writer, MP__OP_LONG4, size, 4);
    return r < 0 ? r : mp__write(&writer->out, bytes, size);
}

static int put_int(writer_t *writer, const mp_any_t *value)
{
    unsigned char small[8];
    size_t size = 0;

    if (value->kind == 0) {
        int64_t number = mp__any_as_int(value)->value;
        if (number >= 0 && number <= UINT8_MAX) {
            return put_number(writer, MP__OP_BININT1, (uint64_t) number, 1);
        }
        if (number >= 0 && number <= UINT16_MAX) {
            return put_number(writer, MP__OP_BININT2, (uint64_t) number, 2);
        }
        if (number >= INT32_MIN && number <= INT32_MAX) {
            return put_number(writer, MP__OP_BININT, (uint64_t) number, 4);
        }
    }
    const unsigned char *bytes = mp__any_int_data(value, small, &size);
    return put_big(writer, bytes, size);
}

static int put_float(writer_t *writer, double number)
{
    unsigned char bytes[9] = {MP__OP_BINFLOAT};
    uint64_t bits = 0;

    memcpy(&bits, &number, sizeof(bits));
    for (size_t i = 0; i < 8; i++) {
        bytes[8 - i] = (unsigned char) (bits >> (8 * i));
    }
    return mp__write(&writer->out, bytes, sizeof(bytes));
}

static int put_name(writer_t *writer, const char *module, const char *name)
{
    int r = put_text(writer, module, strlen(module));
    if (r == 0) {
        r = put_text(writer, name, strlen(name));
    }
    return r < 0 ? r : put_code(writer, MP__OP_STACK_GLOBAL);
}

// Before protocol 5 it is a call, with bytes.
static int put_bytearray(writer_t *writer, const mp_any_t *value)
{
    const mp__any_bytearray_t *array = mp__any_as_bytearray(value);

    int r = put_name(writer, "builtins", "bytearray");
    if (r == 0) {
        r = put_bytes(writer, array->bytes, array->size);
    }
    if (r == 0) {
        r = put_code(writer, MP__OP_TUPLE1);
    }
    return r < 0 ? r : put_code(writer, MP__OP_REDUCE);
}

static int put_unsigned(writer_t *writer, uint64_t number)
{
    unsigned char bytes[9] = {0};

    for (size_t i = 0; i < 8; i++) {
        bytes[i] = (unsigned char) (number >> (8 * i));
    }
    return put_big(writer, bytes, mp__any_int_trim(bytes, sizeof(bytes)));
}

static int put_shared(writer_t *writer, const mp_any_t *value)
{
    if (!writer->family) {
        return mp__fail(MP_ESTATE, 0,
                        "a shared object cannot be sent outside this family");
    }
    const mp__reference_t reference =
        mp__object_reference(mp__any_as_shared(value)->object);
    const uint64_t numbers[4] = {reference.family, reference.offset,
                                 reference.generation, reference.type};
    int r = put_name(writer, MP__REF_MODULE, MP__REF_NAME);
    if (r == 0) {
        r = put_code(writer, MP__OP_MARK);
    }
    for (size_t i = 0; r == 0 && i < 4; i++) {
        r = put_unsigned(writer, numbers[i]);
    }
    if (r == 0) {
        r = put_code(writer, MP__OP_TUPLE);
    }
    return r < 0 ? r : put_code(writer, MP__OP_REDUCE);
}

static int put_global(writer_t *writer, const mp_any_t *value)
{
    int r = mp__pickle_allows(writer->limits.only_globals, value);

    return r < 0 ? r
                 : put_name(writer, mp_any_object_module(value),
                            mp_any_object_name(value));
}

static int put_remembered(writer_t *writer, const mp_any_t *value)
{
    const mp__any_text_t *text = mp__any_as_text(value);
    int r = repeat(writer, value);

    if (r != 0) {
        return r < 0 ? r : 0;
    }
    switch ((mp_any_type_t) value->type) {
    case MP_ANY_TEXT:
        r = put_text(writer, text->bytes, text->size);
        break;
    case MP_ANY_BYTES:
        r = put_bytes(writer, text->bytes, text->size);
        break;
    case MP_ANY_BYTEARRAY:
        r = put_bytearray(writer, value);
        break;
    case MP_ANY_GLOBAL:
        r = put_global(writer, value);
        break;
    default:
        r = put_shared(writer, value);
        break;
    }
    return r < 0 ? r : remember(writer, value);
}

static int put_leaf(writer_t *writer, const mp_any_t *value)
{
    switch ((mp_any_type_t) value->type) {
    case MP_ANY_NONE:
        return put_code(writer, MP__OP_NONE);
    case MP_ANY_BOOL:
        return put_code(writer, mp__any_as_int(value)->value != 0
                                    ? MP__OP_NEWTRUE
                                    : MP__OP_NEWFALSE);
    case MP_ANY_INT:
        return put_int(writer, value);
    case MP_ANY_FLOAT:
        return put_float(writer, mp__any_as_float(value)->value);
    default:
        return put_remembered(writer, value);
    }
}

// ---- groups ----

static int push(writer_t *writer, const mp_any_t *value)
{
    if (writer->depth >= writer->limits.max_depth) {
        return mp__fail(MP_EDEPTH, 0, "the value is nested deeper than %zu",
                        writer->limits.max_depth);
    }
    if (writer->depth == writer->room) {
        size_t room = writer->room == 0 ? 16 : 2 * writer->room;
        place_t *places = realloc(writer->places, room * sizeof(*places));
        if (places == NULL) {
            return mp__any_out_of_memory();
        }
        writer->places = places;
        writer->room = room;
    }
    writer->places[writer->depth++] = (place_t){value, 0, 0};
    return 0;
}

// What is changed after it was made is remembered before its parts, which may
// contain it; what is not, once it is made.
static int begin_changed(writer_t *writer, const mp_any_t *value, unsigned code)
{
    int r = put_code(writer, code);

    if (r == 0) {
        r = remember(writer, value);
    }
    return r < 0 || mp_any_size(value) == 0 ? r : put_code(writer, MP__OP_MARK);
}

static int begin_group(writer_t *writer, const mp_any_t *value)
{
    switch ((mp_any_type_t) value->type) {
    case MP_ANY_LIST:
        return begin_changed(writer, value, MP__OP_EMPTY_LIST);
    case MP_ANY_DICT:
        return begin_changed(writer, value, MP__OP_EMPTY_DICT);
    case MP_ANY_SET:
        return begin_changed(writer, value, MP__OP_EMPTY_SET);
    case MP_ANY_FROZENSET:
        return put_code(writer, MP__OP_MARK);
    case MP_ANY_TUPLE:
        return mp_any_size(value) > 3 ? put_code(writer, MP__OP_MARK) : 0;
    default: // a foreign one, which this family would take for one of its own
        return writer->family &&
                       mp__pickle_name(mp_any_object_callable(value)) ==
                           MP__NAME_REF
                   ? mp__fail(MP_EACCES, 0,
                              "a reference that came from outside this family")
                   : 0;
    }
}

// Its parts may have contained it, and so it is there already: what was put on
// the stack for it is taken off again. 1: it was so.
static int end_made(writer_t *writer, const mp_any_t *value, unsigned code,
                    size_t parts)
{
    uint32_t number = 0;
    int r = 0;

    if (!may_come_again(value) ||
        !mp__memo_find(&writer->memo, value, &number)) {
        r = put_code(writer, code);
        return r < 0 ? r : remember(writer, value);
    }
    if (parts == 0) {
        r = put_code(writer, MP__OP_POP_MARK);
    }
    for (size_t i = 0; r == 0 && i < parts; i++) {
        r = put_code(writer, MP__OP_POP);
    }
    return r < 0 ? r : repeat(writer, value);
}

static int end_tuple(writer_t *writer, const mp_any_t *value)
{
    size_t size = mp_any_size(value);

    if (size == 0) {
        return put_code(writer, MP__OP_EMPTY_TUPLE);
    }
    int r = size > 3 ? end_made(writer, value, MP__OP_TUPLE, 0)
                     : end_made(writer, value,
                                MP__OP_TUPLE1 + (unsigned) size - 1, size);
    return r < 0 ? r : 0;
}

static int end_group(writer_t *writer, const mp_any_t *value)
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
        return put_code(writer, value->type == MP_ANY_LIST   ? MP__OP_APPENDS
                                : value->type == MP_ANY_DICT ? MP__OP_SETITEMS
                                                             : MP__OP_ADDITEMS);
    }
}

// ---- objects ----

static int make_object(writer_t *writer, const mp_any_t *value)
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

static int next_of_build(writer_t *writer, place_t *place, mp_any_t *value,
                         const mp_any_t **part)
{
    if (place->item > 0) {
        return put_code(writer, MP__OP_BUILD);
    }
    place->item = 1;
    *part = value;
    return 1;
}

// Of a list that a step is done with, the items are written.
static int next_of_step(writer_t *writer, place_t *place,
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
        r = put_code(writer, MP__OP_MARK);
    }
    if (r == 0 && place->item < list->size) {
        *part = list->items[place->item++];
        return 1;
    }
    if (r < 0 || list->size == 0) {
        return r;
    }
    return put_code(writer, step->step == MP_ANY_APPENDS    ? MP__OP_APPENDS
                            : step->step == MP_ANY_SETITEMS ? MP__OP_SETITEMS
                                                            : MP__OP_ADDITEMS);
}

#define PARTS 3 // then it is made, then come its steps

static int next_of_object(writer_t *writer, place_t *place,
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

// 1 and the next part of a group, or 0.
static int next_part(writer_t *writer, place_t *place, const mp_any_t **part)
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
    size_t count = mp__any_children(place->value);
    while (place->next < count) {
        *part = mp__any_child(place->value, place->next++);
        if (*part != NULL) {
            return 1;
        }
    }
    return 0;
}

static int put_value(writer_t *writer, const mp_any_t *value)
{
    if (++writer->items > writer->limits.max_items) {
        return mp__fail(MP_EMSGSIZE, 0, "the value has more than %zu items",
                        writer->limits.max_items);
    }
    if (!mp__any_is_group(value)) {
        return put_leaf(writer, value);
    }
    int r = repeat(writer, value);
    if (r != 0) {
        return r < 0 ? r : 0;
    }
    r = push(writer, value);
    return r < 0 ? r : begin_group(writer, value);
}

static int run(writer_t *writer, const mp_any_t *value)
{
    int r = put_number(writer, MP__OP_PROTO, PROTOCOL, 1);

    if (r == 0) {
        r = put_value(writer, value);
    }
    while (r == 0 && writer->depth > 0) {
        place_t *place = &writer->places[writer->depth - 1];
        const mp_any_t *part = NULL;
        r = next_part(writer, place, &part);
        if (r == 1) {
            r = put_value(writer, part);
        } else if (r == 0) {
            writer->depth--;
            r = end_group(writer, place->value);
        }
    }
    return r < 0 ? r : put_code(writer, MP__OP_STOP);
}

int mp__pickle_write(void **bytes, size_t *size, const mp_any_t *value,
                     const mp_pickle_options_t *options, bool family)
{
    writer_t writer = {.limits = mp__pickle_limits(options), .family = family};

    writer.out.most = writer.limits.max_bytes;
    int r = run(&writer, value);
    mp__memo_free(&writer.memo);
    free(writer.places);
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
    return r < 0 ? r : mp__pickle_write(bytes, size, value, &given, false);
}
