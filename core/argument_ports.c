// SPDX-License-Identifier: Apache-2.0
// Connections and listeners among arguments: a child, and a thread that is one,
// has ends of its own.
#include "core/arguments.h"

#include <stdlib.h>

#include "core/port.h"
#include "platform/fail.h"

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
