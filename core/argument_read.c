// SPDX-License-Identifier: Apache-2.0
// Arguments as a target reads them.
#include "core/arguments.h"

#include <multiprocessing/process.h>

#include "core/any.h"
#include "core/object.h"
#include "core/port.h"
#include "core/self.h"
#include "platform/fail.h"

size_t mp_args_count(const mp_args_t *args)
{
    return args == NULL ? 0 : args->count;
}

int mp_args_type(const mp_args_t *args, size_t index)
{
    if (index >= mp_args_count(args)) {
        return mp__fail(MP_ERANGE, 0,
                        "there is no argument %zu, only %zu arguments", index,
                        mp_args_count(args));
    }
    return (int) args->items[index].type;
}

static const char *type_name(int type)
{
    static const char *const names[] = {
        [MP_ARG_INT] = "an int",          [MP_ARG_BOOL] = "a bool",
        [MP_ARG_FLOAT] = "a float",       [MP_ARG_TEXT] = "a text",
        [MP_ARG_BYTES] = "bytes",         [MP_ARG_OBJECT] = "a shared object",
        [MP_ARG_TOO_LARGE] = "too large", [MP_ARG_NONE] = "None",
        [MP_ARG_PORT] = "a port",         [MP_ARG_ANY] = "a value"};
    return names[type];
}

// The argument `index` if it is of the type asked for; else NULL, and why.
static const mp_arg_t *find(const mp_args_t *args, size_t index,
                            mp_arg_type_t wanted, int *why)
{
    int type = mp_args_type(args, index);
    if (type < 0) {
        *why = type;
        return NULL;
    }
    if (type != (int) wanted &&
        !(wanted == MP_ARG_FLOAT && type == MP_ARG_INT)) {
        *why = mp__fail(MP_ETYPE, 0, "argument %zu is %s, not %s", index,
                        type_name(type), type_name((int) wanted));
        return NULL;
    }
    return &args->items[index];
}

static int no_place(void)
{
    return mp__fail(MP_EINVAL, 0, "no place for the argument");
}

int mp_args_get_int(const mp_args_t *args, size_t index, int64_t *out)
{
    int why = 0;
    if (out == NULL) {
        return no_place();
    }
    const mp_arg_t *found = find(args, index, MP_ARG_INT, &why);
    if (found == NULL) {
        return why;
    }
    *out = found->value.integer;
    return 0;
}

int mp_args_get_bool(const mp_args_t *args, size_t index, bool *out)
{
    int why = 0;
    if (out == NULL) {
        return no_place();
    }
    const mp_arg_t *found = find(args, index, MP_ARG_BOOL, &why);
    if (found == NULL) {
        return why;
    }
    *out = found->value.integer != 0;
    return 0;
}

int mp_args_get_float(const mp_args_t *args, size_t index, double *out)
{
    int why = 0;
    if (out == NULL) {
        return no_place();
    }
    const mp_arg_t *found = find(args, index, MP_ARG_FLOAT, &why);
    if (found == NULL) {
        return why;
    }
    *out = found->type == MP_ARG_INT ? (double) found->value.integer
                                     : found->value.number;
    return 0;
}

int mp_args_get_text(const mp_args_t *args, size_t index, const char **out)
{
    int why = 0;
    if (out == NULL) {
        return no_place();
    }
    const mp_arg_t *found = find(args, index, MP_ARG_TEXT, &why);
    if (found == NULL) {
        return why;
    }
    *out = found->value.data;
    return 0;
}

int mp_args_get_bytes(const mp_args_t *args, size_t index, const void **out,
                      size_t *size)
{
    int why = 0;
    if (out == NULL || size == NULL) {
        return no_place();
    }
    const mp_arg_t *found = find(args, index, MP_ARG_BYTES, &why);
    if (found == NULL) {
        return why;
    }
    *out = found->value.data;
    *size = found->size;
    return 0;
}

// A target that asks for what it was not given fails, as in Python. Code that
// is no child is left to go on.
static void insist(int r)
{
    if (r < 0 && mp__in_child()) {
        mp_exit(mp_failure(1, "%s", mp__fail_last()->message));
    }
}

int64_t mp_args_int(const mp_args_t *args, size_t index)
{
    int64_t value = 0;
    insist(mp_args_get_int(args, index, &value));
    return value;
}

bool mp_args_bool(const mp_args_t *args, size_t index)
{
    bool value = false;
    insist(mp_args_get_bool(args, index, &value));
    return value;
}

double mp_args_float(const mp_args_t *args, size_t index)
{
    double value = 0.0;
    insist(mp_args_get_float(args, index, &value));
    return value;
}

const char *mp_args_text(const mp_args_t *args, size_t index)
{
    const char *value = NULL;
    insist(mp_args_get_text(args, index, &value));
    return value;
}

const void *mp_args_bytes(const mp_args_t *args, size_t index, size_t *size)
{
    const void *value = NULL;
    size_t length = 0;
    insist(mp_args_get_bytes(args, index, &value, &length));
    if (size != NULL) {
        *size = length;
    }
    return value;
}

// ---- shared objects ----

// *out is set only if there is such an object.
static int get_object(const mp_args_t *args, size_t index, mp__type_t type,
                      void **out)
{
    int why = 0;
    const mp_arg_t *found = find(args, index, MP_ARG_OBJECT, &why);
    if (found == NULL) {
        return why;
    }
    if (!mp__object_is(found->value.data, type)) {
        return mp__fail(MP_ETYPE, 0, "argument %zu is another shared object",
                        index);
    }
    *out = (void *) (uintptr_t) found->value.data;
    return 0;
}

#define GETTERS(name, get, type)                                               \
    int mp_args_get_##name(const mp_args_t *args, size_t index,                \
                           mp_##name##_t **out)                                \
    {                                                                          \
        void *object = NULL;                                                   \
        if (out == NULL) {                                                     \
            return no_place();                                                 \
        }                                                                      \
        int r = get(args, index, type, &object);                               \
        if (r == 0) {                                                          \
            *out = object;                                                     \
        }                                                                      \
        return r;                                                              \
    }                                                                          \
    mp_##name##_t *mp_args_##name(const mp_args_t *args, size_t index)         \
    {                                                                          \
        mp_##name##_t *object = NULL;                                          \
        insist(mp_args_get_##name(args, index, &object));                      \
        return object;                                                         \
    }
#define SHARED(name, type) GETTERS(name, get_object, type)
MP__OBJECTS(SHARED)

// ---- connections ----

static int get_port(const mp_args_t *args, size_t index, mp__port_kind_t kind,
                    void **out)
{
    int why = 0;
    const mp_arg_t *found = find(args, index, MP_ARG_PORT, &why);
    if (found == NULL) {
        return why;
    }
    if (mp__port_kind_of(found->value.data) != kind) {
        return mp__fail(MP_ETYPE, 0, "argument %zu is another port", index);
    }
    *out = (void *) (uintptr_t) found->value.data;
    return 0;
}
GETTERS(connection, get_port, MP__PORT_CONNECTION)
GETTERS(listener, get_port, MP__PORT_LISTENER)

// ---- values ----

int mp_args_get_any(const mp_args_t *args, size_t index, mp_any_t **out)
{
    int why = 0;
    if (out == NULL) {
        return no_place();
    }
    const mp_arg_t *found = find(args, index, MP_ARG_ANY, &why);
    if (found == NULL) {
        return why;
    }
    *out = (mp_any_t *) (uintptr_t) found->value.data;
    return 0;
}

mp_any_t *mp_args_any(const mp_args_t *args, size_t index)
{
    mp_any_t *value = NULL;
    insist(mp_args_get_any(args, index, &value));
    return value;
}

mp_any_t *mp_args_keyword(const mp_args_t *args, const char *name)
{
    size_t count = mp_args_count(args);
    const mp_arg_t *last = count == 0 ? NULL : &args->items[count - 1];

    if (last == NULL || last->type != MP_ARG_ANY ||
        !mp__any_is(last->value.data, MP_ANY_DICT)) {
        (void) mp__fail(MP_ENOENT, 0, "there are no keyword arguments");
        return NULL;
    }
    return mp_any_find_text(last->value.data, name);
}
