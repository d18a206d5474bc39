// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include <multiprocessing.h>

#include "bench/common/row.h"
#include "bench/connection/door.h"

#define PATIENCE_MS 10000
#define KEY "a key for the bench"
#define KEY_SIZE (sizeof(KEY) - 1)

static int open_place(void **place, char *address,
                      const mp_listener_options_t *options)
{
    mp_listener_t *listener = NULL;

    if (mp_listener_create(&listener, NULL, options) < 0) {
        return row_fail_ours("mp_listener_create");
    }
    *place = listener;
    snprintf(address, DOOR_ADDRESS_MAX, "%s", mp_listener_address(listener));
    return 0;
}

static int open_without(void **place, char address[DOOR_ADDRESS_MAX])
{
    static const mp_listener_options_t options = {.open = true};

    return open_place(place, address, &options);
}

static int open_with(void **place, char address[DOOR_ADDRESS_MAX])
{
    static const mp_listener_options_t options = {.authkey = KEY,
                                                  .authkey_size = KEY_SIZE};

    return open_place(place, address, &options);
}

static int let_in(void *place)
{
    mp_connection_t *connection = NULL;

    if (mp_listener_accept(place, &connection, PATIENCE_MS) < 0) {
        return row_fail_ours("mp_listener_accept");
    }
    mp_connection_destroy(connection);
    return 0;
}

static int enter(const char *address, const mp_client_options_t *options)
{
    mp_connection_t *connection = NULL;

    if (mp_client(&connection, address, options, PATIENCE_MS) < 0) {
        return row_fail_ours("mp_client");
    }
    mp_connection_destroy(connection);
    return 0;
}

static int enter_without(const char *address)
{
    static const mp_client_options_t options = {.open = true};

    return enter(address, &options);
}

static int enter_with(const char *address)
{
    static const mp_client_options_t options = {.authkey = KEY,
                                                .authkey_size = KEY_SIZE};

    return enter(address, &options);
}

static void close_place(void *place)
{
    mp_listener_destroy(place);
}

const struct door door_ours = {"clients", open_without, let_in, enter_without,
                               close_place};
const struct door door_ours_key = {"clients-key", open_with, let_in, enter_with,
                                   close_place};
