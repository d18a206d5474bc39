// SPDX-License-Identifier: Apache-2.0
#include "core/arguments.h"

#include <stdlib.h>
#include <string.h>

#include <multiprocessing/any.h>

#include "core/inherited.h"
#include "core/object.h"
#include "core/port.h"
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

static int is_null(size_t index)
{
    return mp__fail(MP_EINVAL, 0, "argument %zu is a NULL pointer", index);
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
        return is_null(index);
    case MP_ARG_OBJECT:
        return sized ? 0 : check_object(arg, index);
    case MP_ARG_PORT:
        return sized ? 0 : check_port(arg, index);
    case MP_ARG_ANY:
        return arg->value.data != NULL ? 0 : is_null(index);
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
        } else if (args->items[i].type == MP_ARG_ANY) {
            mp_any_destroy(held);
        }
    }
}

static int hold(mp_arg_t *arg)
{
    void *held = (void *) (uintptr_t) arg->value.data;

    switch (arg->type) {
    case MP_ARG_OBJECT:
        return mp__object_hold(held);
    case MP_ARG_PORT:
        mp__port_hold(held);
        return 0;
    case MP_ARG_ANY:
        return mp__args_copy_value(arg);
    default:
        return 0;
    }
}

static int hold_all(const mp_args_t *args)
{
    mp_arg_t *items = (mp_arg_t *) (uintptr_t) args->items;

    for (size_t i = 0; i < args->count; i++) {
        int r = hold(&items[i]);
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
        } else if (items[i].type == MP_ARG_ANY) {
            r = mp__args_load_value(&items[i]);
        }
    }
    return r;
}

int mp__args_copy_sized(mp_args_t **out, const mp_args_t *args)
{
    return copy_row(out, args, true);
}
