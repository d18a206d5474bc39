// SPDX-License-Identifier: Apache-2.0
// Values as Python writes them.
#include "core/any.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/float_text.h"
#include "core/repr_text.h"

#define SIZE_MOST ((size_t) 256 << 20)

// The groups that are being written, from the innermost on.
typedef struct within {
    const mp_any_t *group;
    const struct within *outer;
    unsigned depth;
} within_t;

static int write_value(mp__writer_t *out, const mp_any_t *value,
                       const within_t *within);

static int say(mp__writer_t *out, const char *text)
{
    return mp__write(out, text, strlen(text));
}

// ---- leaves ----

static int write_number(mp__writer_t *out, const mp_any_t *value)
{
    char text[MP__FLOAT_TEXT_SIZE];
    int why = 0;

    if (value->type == MP_ANY_BOOL) {
        return say(out, mp__any_as_int(value)->value != 0 ? "True" : "False");
    }
    if (value->type == MP_ANY_FLOAT) {
        mp__float_text(mp__any_as_float(value)->value, text);
        return say(out, text);
    }
    if (value->kind == 0) {
        (void) snprintf(text, sizeof(text), "%" PRId64,
                        mp__any_as_int(value)->value);
        return say(out, text);
    }
    char *digits = mp__any_big_text(mp__any_as_big(value)->bytes,
                                    mp__any_as_big(value)->size, &why);
    if (digits == NULL) {
        return why;
    }
    int r = say(out, digits);
    free(digits);
    return r;
}

static int write_bytearray(mp__writer_t *out, const mp_any_t *value)
{
    const mp__any_bytearray_t *array = mp__any_as_bytearray(value);

    int r = say(out, "bytearray(");
    if (r == 0) {
        r = mp__repr_bytes(out, array->bytes, array->size, true);
    }
    return r < 0 ? r : say(out, ")");
}

static int write_name(mp__writer_t *out, const mp_any_t *value)
{
    const mp__any_global_t *global = mp__any_as_global(value);

    int r = mp__repr_plain(out, global->texts, global->module_size);
    if (r == 0) {
        r = say(out, ".");
    }
    return r < 0 ? r
                 : mp__repr_plain(out, global->texts + global->module_size + 1,
                                  global->name_size);
}

static int write_shared(mp__writer_t *out, const mp_any_t *value)
{
    static const char *const names[] = {
        [MP__TYPE_LOCK] = "Lock",           [MP__TYPE_RLOCK] = "RLock",
        [MP__TYPE_SEMAPHORE] = "Semaphore", [MP__TYPE_CONDITION] = "Condition",
        [MP__TYPE_EVENT] = "Event",         [MP__TYPE_BARRIER] = "Barrier",
        [MP__TYPE_QUEUE] = "Queue",         [MP__TYPE_VALUE] = "Value",
        [MP__TYPE_ARRAY] = "Array"};
    uint32_t type = mp__object_reference(mp__any_as_shared(value)->object).type;
    bool known = type < sizeof(names) / sizeof(names[0]);

    int r = say(out, "<shared ");
    if (r == 0) {
        r = say(out, known && names[type] != NULL ? names[type] : "object");
    }
    return r < 0 ? r : say(out, ">");
}

static int write_leaf(mp__writer_t *out, const mp_any_t *value)
{
    int r = 0;

    switch ((mp_any_type_t) value->type) {
    case MP_ANY_NONE:
        return say(out, "None");
    case MP_ANY_TEXT:
        return mp__repr_text(out, mp__any_as_text(value)->bytes,
                             mp__any_as_text(value)->size);
    case MP_ANY_BYTES:
        return mp__repr_bytes(out, mp__any_as_text(value)->bytes,
                              mp__any_as_text(value)->size, false);
    case MP_ANY_BYTEARRAY:
        return write_bytearray(out, value);
    case MP_ANY_GLOBAL:
        r = say(out, "<");
        if (r == 0) {
            r = write_name(out, value);
        }
        return r < 0 ? r : say(out, ">");
    case MP_ANY_SHARED:
        return write_shared(out, value);
    default:
        return write_number(out, value);
    }
}

// ---- groups ----

static int write_row(mp__writer_t *out, const mp_any_t *value,
                     const within_t *within)
{
    size_t position = 0;
    mp_any_t *key = NULL;
    mp_any_t *item = NULL;
    int r = 0;

    for (bool first = true;
         r == 0 && mp_any_next(value, &position, &key, &item); first = false) {
        if (!first) {
            r = say(out, ", ");
        }
        if (r == 0) {
            r = write_value(out, key, within);
        }
        if (r == 0 && value->type == MP_ANY_DICT) {
            r = say(out, ": ");
            r = r < 0 ? r : write_value(out, item, within);
        }
    }
    return r;
}

static int write_between(mp__writer_t *out, const char *before,
                         const mp_any_t *value, const char *behind,
                         const within_t *within)
{
    int r = say(out, before);
    if (r == 0) {
        r = write_row(out, value, within);
    }
    return r < 0 ? r : say(out, behind);
}

static int write_state(mp__writer_t *out, const mp__any_object_t *object,
                       const within_t *within)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < object->step_count; i++) {
        r = say(out, " ");
        if (r == 0) {
            r = write_value(out, object->steps[i].value, within);
        }
    }
    return r;
}

static int write_object(mp__writer_t *out, const mp_any_t *value,
                        const within_t *within)
{
    const mp__any_object_t *object = mp__any_as_object(value);

    int r = say(out, "<");
    if (r == 0) {
        r = object->callable->type == MP_ANY_GLOBAL
                ? write_name(out, object->callable)
                : write_value(out, object->callable, within);
    }
    if (r == 0) {
        r = write_between(out, "(", object->args, "", within);
    }
    if (r == 0 && object->kwargs != NULL) {
        r = say(out, ", **");
        r = r < 0 ? r : write_value(out, object->kwargs, within);
    }
    if (r == 0) {
        r = say(out, ")");
    }
    if (r == 0) {
        r = write_state(out, object, within);
    }
    return r < 0 ? r : say(out, ">");
}

static int write_group(mp__writer_t *out, const mp_any_t *value,
                       const within_t *within)
{
    bool empty = mp_any_size(value) == 0;

    switch ((mp_any_type_t) value->type) {
    case MP_ANY_LIST:
        return write_between(out, "[", value, "]", within);
    case MP_ANY_TUPLE:
        return write_between(out, "(", value,
                             mp_any_size(value) == 1 ? ",)" : ")", within);
    case MP_ANY_DICT:
        return write_between(out, "{", value, "}", within);
    case MP_ANY_SET:
        return empty ? say(out, "set()")
                     : write_between(out, "{", value, "}", within);
    case MP_ANY_FROZENSET:
        return empty ? say(out, "frozenset()")
                     : write_between(out, "frozenset({", value, "})", within);
    default:
        return write_object(out, value, within);
    }
}

static const char *dots_for(const mp_any_t *value)
{
    switch ((mp_any_type_t) value->type) {
    case MP_ANY_LIST:
        return "[...]";
    case MP_ANY_TUPLE:
        return "(...)";
    case MP_ANY_DICT:
        return "{...}";
    case MP_ANY_SET:
        return "set(...)";
    case MP_ANY_FROZENSET:
        return "frozenset(...)";
    default:
        return "<...>";
    }
}

static int write_value(mp__writer_t *out, const mp_any_t *value,
                       const within_t *within)
{
    if (!mp__any_is_group(value)) {
        return write_leaf(out, value);
    }
    for (const within_t *at = within; at != NULL; at = at->outer) {
        if (at->group == value) {
            return say(out, dots_for(value));
        }
    }
    const within_t inner = {value, within,
                            within == NULL ? 1 : within->depth + 1};
    if (inner.depth > MP__ANY_DEEPEST) {
        return mp__fail(MP_EDEPTH, 0,
                        "the value is nested too deeply to be written");
    }
    return write_group(out, value, &inner);
}

int mp_any_repr(const mp_any_t *value, char **text)
{
    mp__writer_t out = {NULL, 0, 0, SIZE_MOST};

    if (text == NULL) {
        return mp__any_no_place();
    }
    *text = NULL;
    if (value == NULL) {
        return mp__any_no_value();
    }
    int r = write_value(&out, value, NULL);
    if (r == 0) {
        r = mp__write_byte(&out, '\0');
    }
    if (r < 0) {
        free(out.bytes);
        return r;
    }
    *text = (char *) out.bytes;
    return 0;
}
