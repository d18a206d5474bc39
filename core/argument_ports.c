// SPDX-License-Identifier: Apache-2.0
// Connections and listeners among arguments: a child, and a thread that is one,
// has ends of its own.
#include "core/arguments.h"

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

int mp__args_copy_ports(mp_args_t *args)
{
    mp_arg_t *items = (mp_arg_t *) (uintptr_t) args->items;

    for (size_t i = 0; i < args->count; i++) {
        mp__port_t *copy = NULL;
        mp__port_t *port = (mp__port_t *) (uintptr_t) items[i].value.data;
        if (items[i].type != MP_ARG_PORT) {
            continue;
        }
        int r = mp__port_copy(&copy, port);
        if (r < 0) {
            return r;
        }
        mp__port_release(port);
        items[i].value.data = copy;
    }
    return 0;
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
