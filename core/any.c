// SPDX-License-Identifier: Apache-2.0
#include "core/any.h"

#include <stdlib.h>
#include <string.h>

// ---- failures ----

int mp__any_out_of_memory(void)
{
    return mp__fail(MP_ENOMEM, 0, "no memory for a value");
}

int mp__any_no_place(void)
{
    return mp__fail(MP_EINVAL, 0, "no place for the value");
}

int mp__any_no_value(void)
{
    return mp__fail(MP_EINVAL, 0, "the value is NULL");
}

const char *mp__any_type_name(int type)
{
    static const char *const names[] = {[MP_ANY_NONE] = "None",
                                        [MP_ANY_BOOL] = "a bool",
                                        [MP_ANY_INT] = "an int",
                                        [MP_ANY_FLOAT] = "a float",
                                        [MP_ANY_TEXT] = "a text",
                                        [MP_ANY_BYTES] = "bytes",
                                        [MP_ANY_BYTEARRAY] = "bytearray",
                                        [MP_ANY_LIST] = "a list",
                                        [MP_ANY_TUPLE] = "a tuple",
                                        [MP_ANY_DICT] = "a dict",
                                        [MP_ANY_SET] = "a set",
                                        [MP_ANY_FROZENSET] = "a frozenset",
                                        [MP_ANY_GLOBAL] = "a global",
                                        [MP_ANY_OBJECT] = "an object",
                                        [MP_ANY_SHARED] = "a shared object"};
    return names[type];
}

int mp__any_wrong_type(const mp_any_t *value, const char *wanted)
{
    if (value == NULL) {
        return mp__any_no_value();
    }
    return mp__fail(MP_ETYPE, 0, "the value is %s, not %s",
                    mp__any_type_name(value->type), wanted);
}

// ---- nodes that are always there ----

#define FOREVER(type)                                                          \
    {                                                                          \
        MP__ANY_FOREVER, (type), 0, 0, 0                                       \
    }
#define NUMBER(n)                                                              \
    {                                                                          \
        FOREVER(MP_ANY_INT), (n)                                               \
    }
#define NUMBERS4(n) NUMBER(n), NUMBER((n) + 1), NUMBER((n) + 2), NUMBER((n) + 3)
#define NUMBERS16(n)                                                           \
    NUMBERS4(n), NUMBERS4((n) + 4), NUMBERS4((n) + 8), NUMBERS4((n) + 12)
#define NUMBERS64(n)                                                           \
    NUMBERS16(n), NUMBERS16((n) + 16), NUMBERS16((n) + 32), NUMBERS16((n) + 48)

static mp_any_t none = FOREVER(MP_ANY_NONE);
static mp__any_int_t truths[] = {{FOREVER(MP_ANY_BOOL), 0},
                                 {FOREVER(MP_ANY_BOOL), 1}};
static mp__any_int_t numbers[] = {NUMBERS16(MP__ANY_INT_LEAST), NUMBERS64(0),
                                  NUMBERS64(64), NUMBERS64(128),
                                  NUMBERS64(192)};
static mp__any_tuple_t empty_tuple = {.group = {.head = FOREVER(MP_ANY_TUPLE)}};

_Static_assert(sizeof(numbers) / sizeof(numbers[0]) ==
                   MP__ANY_INT_MOST - MP__ANY_INT_LEAST + 1,
               "they are all there");

// ---- new nodes ----

mp_any_t *mp__any_leaf(mp_any_type_t type, size_t size)
{
    mp_any_t *node = malloc(size);

    if (node != NULL) {
        mp__any_begin(node, type, 0);
    }
    return node;
}

mp_any_t *mp__any_group_new(mp_any_type_t type, size_t size)
{
    mp_any_t *node = calloc(1, size);

    if (node != NULL) {
        mp__any_begin(node, type, 0);
    }
    return node;
}

mp_any_t *mp__any_new_none(void)
{
    return &none;
}

mp_any_t *mp__any_new_bool(bool truth)
{
    return &truths[truth ? 1 : 0].head;
}

mp_any_t *mp__any_new_int(int64_t integer)
{
    if (mp__any_is_ready(integer)) {
        return &numbers[integer - MP__ANY_INT_LEAST].head;
    }
    mp_any_t *node = mp__any_leaf(MP_ANY_INT, sizeof(mp__any_int_t));
    if (node != NULL) {
        mp__any_as_int(node)->value = integer;
    }
    return node;
}

mp_any_t *mp__any_new_float(double number)
{
    mp_any_t *node = mp__any_leaf(MP_ANY_FLOAT, sizeof(mp__any_float_t));
    if (node != NULL) {
        mp__any_as_float(node)->value = number;
    }
    return node;
}

mp_any_t *mp__any_new_tuple(size_t size)
{
    if (size == 0) {
        return &empty_tuple.group.head;
    }
    if (size > (SIZE_MAX / 2 - sizeof(mp__any_tuple_t)) / sizeof(mp_any_t *)) {
        return NULL;
    }
    mp_any_t *node = mp__any_group_new(
        MP_ANY_TUPLE, sizeof(mp__any_tuple_t) + size * sizeof(mp_any_t *));
    if (node != NULL) {
        mp__any_as_tuple(node)->size = size;
    }
    return node;
}

static int give(mp_any_t **out, mp_any_t *node)
{
    *out = node;
    return node == NULL ? mp__any_out_of_memory() : 0;
}

int mp_any_none(mp_any_t **out)
{
    return out == NULL ? mp__any_no_place() : give(out, mp__any_new_none());
}

int mp_any_bool(mp_any_t **out, bool truth)
{
    return out == NULL ? mp__any_no_place()
                       : give(out, mp__any_new_bool(truth));
}

int mp_any_int(mp_any_t **out, int64_t integer)
{
    return out == NULL ? mp__any_no_place()
                       : give(out, mp__any_new_int(integer));
}

int mp_any_float(mp_any_t **out, double number)
{
    return out == NULL ? mp__any_no_place()
                       : give(out, mp__any_new_float(number));
}

// ---- from arguments ----

int mp__any_from_arg(mp_any_t **out, const mp_arg_t *arg)
{
    const char *text = arg->value.data;

    switch (arg->type) {
    case MP_ARG_INT:
        return mp_any_int(out, arg->value.integer);
    case MP_ARG_BOOL:
        return mp_any_bool(out, arg->value.integer != 0);
    case MP_ARG_FLOAT:
        return mp_any_float(out, arg->value.number);
    case MP_ARG_TEXT:
        return mp_any_text(out, text, MP_ANY_WHOLE);
    case MP_ARG_BYTES:
        return mp_any_bytes(out, arg->value.data, arg->size);
    case MP_ARG_OBJECT:
        return mp_any_shared(out, arg->value.data);
    case MP_ARG_NONE:
        return mp_any_none(out);
    case MP_ARG_ANY:
        *out = mp_any_hold(arg->value.data);
        return *out == NULL ? mp__any_no_value() : 0;
    case MP_ARG_TOO_LARGE:
        return mp__fail(MP_ERANGE, 0,
                        "an argument is above the largest signed integer of "
                        "64 bits; mp_any_uint() takes it");
    default:
        return mp__fail(MP_EINVAL, 0, "an argument has no type");
    }
}

// ---- what they are ----

int mp_any_type(const mp_any_t *value)
{
    return value == NULL ? mp__any_no_value() : value->type;
}

bool mp_any_is_none(const mp_any_t *value)
{
    return mp__any_is(value, MP_ANY_NONE);
}

int mp_any_get_bool(const mp_any_t *value, bool *out)
{
    if (out == NULL) {
        return mp__any_no_place();
    }
    if (!mp__any_is(value, MP_ANY_BOOL)) {
        return mp__any_wrong_type(value, "a bool");
    }
    *out = mp__any_as_int(value)->value != 0;
    return 0;
}

size_t mp_any_size(const mp_any_t *value)
{
    if (value == NULL) {
        return 0;
    }
    switch ((mp_any_type_t) value->type) {
    case MP_ANY_TEXT: {
        const mp__any_text_t *text = mp__any_as_text(value);
        size_t characters = 0;
        for (size_t i = 0; i < text->size; i++) {
            characters += (text->bytes[i] & 0xC0) != 0x80;
        }
        return characters;
    }
    case MP_ANY_BYTES:
        return mp__any_as_text(value)->size;
    case MP_ANY_BYTEARRAY:
        return mp__any_as_bytearray(value)->size;
    case MP_ANY_LIST:
        return mp__any_as_list(value)->size;
    case MP_ANY_TUPLE:
        return mp__any_as_tuple(value)->size;
    case MP_ANY_DICT:
    case MP_ANY_SET:
    case MP_ANY_FROZENSET:
        return mp__any_as_table(value)->used;
    default:
        return 0;
    }
}
