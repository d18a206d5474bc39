// SPDX-License-Identifier: Apache-2.0
#include "echo_values.h"

#include <math.h>
#include <stddef.h>

static int plain_list(mp_any_t **out)
{
    return mp_any_list(out, MP_ARGS(MP_NONE, MP_BOOL(true), MP_BOOL(false), 0,
                                    -1, 255, 65536, INT64_MAX, INT64_MIN, 0.0,
                                    -1.5, 1e300, INFINITY, "", "text"));
}

static int huge(mp_any_t **out)
{
    return mp_any_int_text(out, "-123456789012345678901234567890123456789");
}

static int umlauts(mp_any_t **out)
{
    return mp_any_text(out,
                       "Gr\xc3\xbc\xc3\x9f"
                       "e \xe2\x82\xac \xf0\x9f\x8c\x8d",
                       MP_ANY_WHOLE);
}

static int half_a_pair(mp_any_t **out)
{
    return mp_any_text(out, "\xed\xa0\x80", MP_ANY_WHOLE);
}

static int some_bytes(mp_any_t **out)
{
    return mp_any_bytes(out, "\0\1\2\377", 4);
}

static int no_bytes(mp_any_t **out)
{
    return mp_any_bytes(out, "", 0);
}

static int some_bytearray(mp_any_t **out)
{
    return mp_any_bytearray(out, "\377\0", 2);
}

static int empty_list(mp_any_t **out)
{
    return mp_any_list(out, MP_NO_ARGS);
}

static int empty_tuple(mp_any_t **out)
{
    return mp_any_tuple(out, MP_NO_ARGS);
}

static int some_tuple(mp_any_t **out)
{
    return mp_any_tuple(out, MP_ARGS(1, "two", 3.0, MP_NONE));
}

static int some_dict(mp_any_t **out)
{
    return mp_any_dict(out, MP_ARGS("one", 1, 2, "two", MP_NONE, 3.5));
}

static int some_set(mp_any_t **out)
{
    return mp_any_set(out, MP_ARGS(1, "two", 3.5));
}

static int some_frozenset(mp_any_t **out)
{
    return mp_any_frozenset(out, MP_ARGS("a", "b"));
}

static int some_class(mp_any_t **out)
{
    return mp_any_global(out, "collections", "OrderedDict");
}

static int some_exception(mp_any_t **out)
{
    return mp_any_object(out, "builtins", "KeyError", MP_ARGS("key"));
}

static int (*const makers[])(mp_any_t **out) = {
    plain_list, huge,           umlauts,    half_a_pair,    some_bytes,
    no_bytes,   some_bytearray, empty_list, empty_tuple,    some_tuple,
    some_dict,  some_set,       some_class, some_exception, some_frozenset};

static int append_new(mp_any_t *list, int (*make)(mp_any_t **out))
{
    mp_any_t *value = NULL;

    int r = make(&value);
    if (r == 0) {
        r = mp_any_append(list, value);
    }
    mp_any_destroy(value); // the list has it
    return r;
}

// What is in a container twice arrives as one object, as in Python.
static int append_nested(mp_any_t *list)
{
    mp_any_t *tuple = NULL;
    mp_any_t *dict = NULL;

    int r = mp_any_tuple_of(
        &tuple, (mp_any_t *[]){mp_any_item(list, 0), mp_any_item(list, 0)}, 2);
    if (r == 0) {
        r = mp_any_dict(&dict, MP_NO_ARGS);
    }
    if (r == 0) {
        r = mp_any_set_text(dict, "twice", tuple);
    }
    if (r == 0) {
        r = mp_any_append(list, dict);
    }
    mp_any_destroy(tuple);
    mp_any_destroy(dict);
    return r;
}

int echo_values(mp_any_t **list)
{
    int r = plain_list(list);

    for (size_t i = 0; r == 0 && i < sizeof(makers) / sizeof(*makers); i++) {
        r = append_new(*list, makers[i]);
    }
    if (r == 0) {
        r = append_nested(*list);
    }
    if (r < 0) {
        mp_any_destroy(*list);
        *list = NULL;
    }
    return r;
}
