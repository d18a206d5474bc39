// SPDX-License-Identifier: Apache-2.0
// Values among arguments. What a target gets is its own, under every method, so
// each is copied when the process is created: by the pickle that a spawned
// child gets, too, which keeps what is shared inside of it, and what it is that
// contains itself.
#include "core/arguments.h"

#include <stdlib.h>

#include "core/block_format.h"
#include "core/pickle.h"
#include "platform/fail.h"

// Nothing of it comes from a stranger, so it is bounded by memory alone, and by
// what the counts of a pickle can say.
static mp_pickle_options_t limits_of(size_t max_bytes)
{
    return (mp_pickle_options_t){.max_bytes = max_bytes,
                                 .max_items = UINT32_MAX - 1,
                                 .max_memo = UINT32_MAX - 1,
                                 .max_depth = UINT32_MAX - 1,
                                 .max_int_bytes = INT32_MAX};
}

// The shared objects in it are held by the arguments until the child has them,
// and need no transit.
static int dump(void **bytes, size_t *size, const mp_any_t *value, size_t most)
{
    const mp_pickle_options_t limits = limits_of(most);
    mp__transits_t held = {.route = NULL};

    return mp__pickle_write(bytes, size, value, &limits, &held);
}

static int load(mp_any_t **out, const void *bytes, size_t size)
{
    const mp_pickle_options_t limits = limits_of(SIZE_MAX / 2);

    return mp__pickle_read(out, bytes, size, &limits, true);
}

int mp__args_copy_value(mp_arg_t *arg)
{
    mp_any_t *copy = NULL;
    void *bytes = NULL;
    size_t size = 0;

    int r = dump(&bytes, &size, arg->value.data, SIZE_MAX / 2);
    if (r == 0) {
        r = load(&copy, bytes, size);
        free(bytes);
    }
    if (r == 0) {
        arg->value.data = copy;
    }
    return r;
}

int mp__args_load_value(mp_arg_t *arg)
{
    mp_any_t *value = NULL;

    int r = load(&value, arg->value.data, arg->size);
    if (r == 0) {
        arg->value.data = value;
        arg->size = 0;
    }
    return r;
}

// ---- for the start block ----

static int dump_item(mp_arg_t *item)
{
    void *bytes = NULL;

    int r = dump(&bytes, &item->size, item->value.data, MP__BLOCK_MOST);
    item->value.data = bytes;
    return r == MP_EMSGSIZE
               ? mp__fail(r, 0, "a value for a spawned process is above 1 GiB")
               : r;
}

int mp__args_dump(mp_args_t *out, const mp_args_t *args)
{
    mp_arg_t *items = calloc(args->count + 1, sizeof(*items));
    int r = 0;

    *out = (mp_args_t){0, items};
    if (items == NULL) {
        return mp__fail(MP_ENOMEM, 0, "%zu arguments", args->count);
    }
    for (size_t i = 0; r == 0 && i < args->count; i++) {
        items[i] = args->items[i];
        if (items[i].type == MP_ARG_ANY) {
            r = dump_item(&items[i]);
        }
        out->count++;
    }
    if (r < 0) {
        mp__args_dump_free(out);
    }
    return r;
}

void mp__args_dump_free(mp_args_t *dumped)
{
    for (size_t i = 0; i < dumped->count; i++) {
        if (dumped->items[i].type == MP_ARG_ANY) {
            free((void *) (uintptr_t) dumped->items[i].value.data);
        }
    }
    free((void *) (uintptr_t) dumped->items);
    *dumped = (mp_args_t){0, NULL};
}
