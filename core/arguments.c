// SPDX-License-Identifier: Apache-2.0
#include "core/arguments.h"

#include <stdlib.h>
#include <string.h>

#include <multiprocessing/process.h>

#include "core/inherited.h"
#include "core/object.h"
#include "core/port.h"
#include "core/self.h"
#include "platform/fail.h"

#define ALIGNMENT 16 // bytes may be read as any type

// Whether it has data behind the row. A reference has, an object has not.
static bool points(const mp_arg_t *arg, bool sized)
{
    return arg->type == MP_ARG_TEXT || arg->type == MP_ARG_BYTES ||
           ((arg->type == MP_ARG_OBJECT || arg->type == MP_ARG_PORT) && sized);
}

// A pointer that is cast to what it is not is found here, not in the child.
static int check_object(const mp_arg_t *arg, size_t index)
{
    const mp__object_t *object = arg->value.data;

    if (object != NULL && mp__object_is_any(object)) {
        return 0;
    }
    return mp__fail(MP_EINVAL, 0, "argument %zu is no shared object", index);
}

static int check_port(const mp_arg_t *arg, size_t index)
{
    return mp__port_kind_of(arg->value.data) != MP__PORT_NONE
               ? 0
               : mp__fail(MP_EINVAL, 0, "argument %zu is no connection", index);
}

static int check(const mp_arg_t *arg, size_t index, bool sized)
{
    switch (arg->type) {
    case MP_ARG_INT:
    case MP_ARG_BOOL:
    case MP_ARG_FLOAT:
    case MP_ARG_NONE:
        return 0;
    case MP_ARG_TEXT:
    case MP_ARG_BYTES:
        if (arg->value.data != NULL ||
            (arg->type == MP_ARG_BYTES && arg->size == 0)) {
            return 0;
        }
        return mp__fail(MP_EINVAL, 0, "argument %zu is a NULL pointer", index);
    case MP_ARG_OBJECT:
        return sized ? 0 : check_object(arg, index);
    case MP_ARG_PORT:
        return sized ? 0 : check_port(arg, index);
    case MP_ARG_TOO_LARGE:
        return mp__fail(MP_ERANGE, 0,
                        "argument %zu is above the largest signed integer of "
                        "64 bits",
                        index);
    default:
        return mp__fail(MP_EINVAL, 0, "argument %zu has no type", index);
    }
}

static size_t length_of(const mp_arg_t *arg, bool sized)
{
    return arg->type == MP_ARG_TEXT && !sized ? strlen(arg->value.data)
                                              : arg->size;
}

// The room that data takes, with a NUL behind it; 0 if that is more than a
// size_t can say.
static size_t room_for(size_t length)
{
    if (length > SIZE_MAX - 2 * ALIGNMENT) {
        return 0;
    }
    return (length + ALIGNMENT) / ALIGNMENT * ALIGNMENT;
}

static int measure(const mp_args_t *args, bool sized, size_t *size)
{
    for (size_t i = 0; i < args->count; i++) {
        int r = check(&args->items[i], i, sized);
        if (r < 0) {
            return r;
        }
        if (!points(&args->items[i], sized)) {
            continue;
        }
        size_t room = room_for(length_of(&args->items[i], sized));
        if (room == 0 || room > SIZE_MAX - *size) {
            return mp__fail(MP_ENOMEM, 0, "argument %zu is too large", i);
        }
        *size += room;
    }
    return 0;
}

static void copy_item(mp_arg_t *copy, const mp_arg_t *arg, bool sized,
                      char **room)
{
    *copy = *arg;
    if (!points(arg, sized)) {
        return;
    }
    copy->size = length_of(arg, sized);
    copy->value.data = *room;
    if (copy->size > 0) {
        memcpy(*room, arg->value.data, copy->size);
    }
    (*room)[copy->size] = '\0';
    *room += room_for(copy->size);
}

static int copy_row(mp_args_t **out, const mp_args_t *args, bool sized)
{
    static const mp_args_t none = {0, NULL};
    const mp_args_t *given = args == NULL ? &none : args;

    if (given->count > 0 && given->items == NULL) {
        return mp__fail(MP_EINVAL, 0, "%zu arguments at NULL", given->count);
    }
    if (given->count > SIZE_MAX / 2 / sizeof(mp_arg_t)) {
        return mp__fail(MP_ENOMEM, 0, "%zu arguments", given->count);
    }
    size_t head = sizeof(mp_args_t) + given->count * sizeof(mp_arg_t);
    size_t size = (head + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    size_t data_start = size;
    int r = measure(given, sized, &size);
    if (r < 0) {
        return r;
    }
    char *block = malloc(size);
    if (block == NULL) {
        return mp__fail(MP_ENOMEM, 0, "arguments of %zu bytes", size);
    }
    mp_args_t *copy = (mp_args_t *) (void *) block;
    mp_arg_t *items = (mp_arg_t *) (void *) (block + sizeof(mp_args_t));
    char *room = block + data_start;
    for (size_t i = 0; i < given->count; i++) {
        copy_item(&items[i], &given->items[i], sized, &room);
    }
    copy->count = given->count;
    copy->items = items;
    *out = copy;
    return 0;
}

// Lets go of what the first `count` arguments hold.
static void drop_all(const mp_args_t *args, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        void *held = (void *) (uintptr_t) args->items[i].value.data;
        if (args->items[i].type == MP_ARG_OBJECT) {
            mp__object_drop(held);
        } else if (args->items[i].type == MP_ARG_PORT) {
            mp__port_release(held);
        }
    }
}

static int hold(const mp_arg_t *arg)
{
    void *held = (void *) (uintptr_t) arg->value.data;

    if (arg->type == MP_ARG_PORT) {
        mp__port_hold(held);
    }
    return arg->type == MP_ARG_OBJECT ? mp__object_hold(held) : 0;
}

static int hold_all(const mp_args_t *args)
{
    for (size_t i = 0; i < args->count; i++) {
        int r = hold(&args->items[i]);
        if (r < 0) {
            drop_all(args, i);
            return r;
        }
    }
    return 0;
}

int mp__args_copy(mp_args_t **out, const mp_args_t *args)
{
    int r = copy_row(out, args, false);
    if (r < 0) {
        return r;
    }
    r = hold_all(*out);
    if (r < 0) {
        free(*out);
        *out = NULL;
    }
    return r;
}

void mp__args_free(mp_args_t *args, bool holds)
{
    if (args != NULL && holds) {
        drop_all(args, args->count);
    }
    free(args);
}

static int open_object(mp_arg_t *arg)
{
    mp__reference_t reference;
    mp__object_t *object = NULL;

    memcpy(&reference, arg->value.data, sizeof(reference));
    int r = mp__object_open(&reference, MP__TYPE_NONE, &object);
    if (r == 0) {
        arg->value.data = object;
        arg->size = 0;
    }
    return r;
}

static int open_port(mp_arg_t *arg, intptr_t handle)
{
    mp__port_t *port = NULL;

    int r = mp__port_open(&port, arg->value.data, arg->size, handle);
    if (r == 0) {
        arg->value.data = port;
        arg->size = 0;
    }
    return r;
}

int mp__args_resolve(mp_args_t *args, mp__inherited_t *inherited)
{
    mp_arg_t *items = (mp_arg_t *) (uintptr_t) args->items;
    size_t ports = 0;
    int r = 0;

    for (size_t i = 0; r == 0 && i < args->count; i++) {
        if (items[i].type == MP_ARG_OBJECT) {
            r = open_object(&items[i]);
        } else if (items[i].type == MP_ARG_PORT) {
            r = open_port(&items[i],
                          mp__inherited_for_port(inherited, ports++));
        }
    }
    return r;
}

size_t mp__args_ports(const mp_args_t *args)
{
    size_t count = 0;

    for (size_t i = 0; i < mp_args_count(args); i++) {
        count += args->items[i].type == MP_ARG_PORT;
    }
    return count;
}

int mp__args_check_ports(const mp_args_t *args)
{
    for (size_t i = 0; i < args->count; i++) {
        const mp_arg_t *arg = &args->items[i];
        if (arg->type == MP_ARG_PORT && mp__port_closed(arg->value.data)) {
            return mp__fail(MP_ESTATE, 0, "argument %zu is closed", i);
        }
    }
    return 0;
}

static int copy_ports(mp_arg_t *items, size_t count, mp__port_t **originals)
{
    for (size_t i = 0; i < count; i++) {
        mp__port_t *copy = NULL;
        mp__port_t *port = (mp__port_t *) (uintptr_t) items[i].value.data;
        if (items[i].type != MP_ARG_PORT) {
            continue;
        }
        int r = mp__port_copy(&copy, port);
        if (r < 0) {
            return r;
        }
        originals[i] = port;
        items[i].value.data = copy;
    }
    return 0;
}

int mp__args_copy_ports(mp_args_t *args, mp__port_t ***originals)
{
    mp_arg_t *items = (mp_arg_t *) (uintptr_t) args->items;
    mp__port_t **kept = calloc(args->count + 1, sizeof(void *));

    if (kept == NULL) {
        return mp__fail(MP_ENOMEM, 0, "the arguments of a thread");
    }
    int r = copy_ports(items, args->count, kept);
    if (r < 0) {
        mp__args_restore_ports(args, kept);
        return r;
    }
    *originals = kept;
    return 0;
}

void mp__args_restore_ports(mp_args_t *args, mp__port_t **originals)
{
    mp_arg_t *items = (mp_arg_t *) (uintptr_t) args->items;

    for (size_t i = 0; i < args->count; i++) {
        if (originals[i] != NULL) {
            mp__port_destroy((mp__port_t *) (uintptr_t) items[i].value.data);
            items[i].value.data = originals[i];
        }
    }
    free(originals);
}

void mp__args_drop_originals(const mp_args_t *args, mp__port_t **originals)
{
    for (size_t i = 0; i < args->count; i++) {
        mp__port_release(originals[i]);
    }
    free(originals);
}

void mp__args_close_ports(const mp_args_t *args)
{
    for (size_t i = 0; i < args->count; i++) {
        if (args->items[i].type == MP_ARG_PORT) {
            mp__port_close(
                (mp__port_t *) (uintptr_t) args->items[i].value.data);
        }
    }
}

int mp__args_copy_sized(mp_args_t **out, const mp_args_t *args)
{
    return copy_row(out, args, true);
}

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
        [MP_ARG_PORT] = "a port"};
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
