// SPDX-License-Identifier: Apache-2.0
// Values over connections.
#include "core/connection.h"

#include <stdlib.h>

#include <multiprocessing/system.h>

#include "core/options.h"
#include "core/pickle.h"
#include "core/texts.h"
#include "platform/fail.h"
#include "platform/platform.h"

// ---- limits ----

// They never change: other threads may be using those that are replaced.
struct mp__limits {
    _Atomic uint32_t references;
    mp_pickle_options_t options;
    char **globals;
};

void mp__limits_drop(mp__limits_t *limits)
{
    if (limits != NULL && atomic_fetch_sub(&limits->references, 1) == 1) {
        mp__texts_free(limits->globals);
        free(limits);
    }
}

// An empty row allows nothing, and none at all anything.
static int copy_globals(mp__limits_t *limits)
{
    static const char *const none[] = {NULL};
    const char *const *only = limits->options.only_globals;
    int r = 0;

    if (only == NULL) {
        return 0;
    }
    for (; r == 0 && *only != NULL; only++) {
        r = mp__texts_add(&limits->globals, *only);
    }
    limits->options.only_globals =
        limits->globals == NULL ? none : (const char *const *) limits->globals;
    return r;
}

static int new_limits(mp__limits_t **out, const mp_pickle_options_t *options)
{
    mp__limits_t *made = calloc(1, sizeof(*made));

    if (made == NULL) {
        return mp__fail(MP_ENOMEM, 0, "the limits of a connection");
    }
    atomic_store(&made->references, 1);
    made->options = *options;
    int r = copy_globals(made);
    if (r < 0) {
        mp__limits_drop(made);
        return r;
    }
    *out = made;
    return 0;
}

static mp__limits_t *take_limits(const mp_connection_t *connection)
{
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    mp__limits_t *limits = connection->limits;
    if (limits != NULL) {
        atomic_fetch_add(&limits->references, 1);
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return limits;
}

static const mp_pickle_options_t *options_of(const mp__limits_t *limits)
{
    return limits == NULL ? NULL : &limits->options;
}

static int is_null(void)
{
    return mp__fail(MP_EINVAL, 0, "the connection is NULL");
}

int mp_connection_set_limits_sized(mp_connection_t *connection,
                                   const mp_pickle_options_t *options,
                                   size_t options_size)
{
    mp_pickle_options_t given;
    mp__limits_t *made = NULL;

    if (connection == NULL) {
        return is_null();
    }
    int r = mp__options_copy(&given, sizeof(given), options, options_size);
    if (r == 0 && options != NULL) {
        r = new_limits(&made, &given);
    }
    if (r < 0) {
        return r;
    }
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    mp__limits_t *old = connection->limits;
    connection->limits = made;
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    mp__limits_drop(old);
    return 0;
}

// ---- sending ----

// What cannot be sent is known before anything is written.
static int check_sending(const mp_connection_t *connection)
{
    if (mp__port_closed(&connection->port)) {
        return mp__fail(MP_ESTATE, 0, "the connection is closed");
    }
    return connection->writable
               ? 0
               : mp__fail(MP_ESTATE, 0,
                          "this end of the connection only receives");
}

static int send(mp_connection_t *connection, const mp_any_t *value,
                mp__transits_t *transits, int64_t timeout_ms)
{
    mp__limits_t *limits = take_limits(connection);
    void *bytes = NULL;
    size_t size = 0;

    int r = mp__pickle_write(&bytes, &size, value, options_of(limits),
                             connection->family ? transits : NULL);
    mp__limits_drop(limits);
    if (r == 0) {
        r = mp_connection_send_bytes(connection, bytes, size, timeout_ms);
        mp_free(bytes);
    }
    return r;
}

int mp_connection_send(mp_connection_t *connection, const mp_any_t *value,
                       int64_t timeout_ms)
{
    if (connection == NULL || value == NULL) {
        return connection == NULL ? is_null() : mp__any_no_value();
    }
    int r = check_sending(connection);
    if (r < 0) {
        return r;
    }
    mp__transits_t transits = {.route = connection->route};
    r = send(connection, value, &transits, timeout_ms);
    mp__transits_finish(&transits, r == 0);
    return r;
}

// ---- receiving ----

static int receive(mp_connection_t *connection,
                   const mp_pickle_options_t *options, mp_any_t **out,
                   int64_t timeout_ms)
{
    void *bytes = NULL;
    size_t size = 0;

    int r = mp_connection_recv_alloc(connection, &bytes, &size,
                                     mp__pickle_limits(options).max_bytes,
                                     timeout_ms);
    if (r == 0) {
        r = mp__pickle_read(out, bytes, size, options, connection->family);
        mp_free(bytes);
    }
    return r;
}

int mp_connection_recv(mp_connection_t *connection, mp_any_t **out,
                       int64_t timeout_ms)
{
    if (connection == NULL || out == NULL) {
        return connection == NULL
                   ? is_null()
                   : mp__fail(MP_EINVAL, 0, "no place for the value");
    }
    *out = NULL;
    mp__limits_t *limits = take_limits(connection);
    int r = receive(connection, options_of(limits), out, timeout_ms);
    mp__limits_drop(limits);
    return r;
}
