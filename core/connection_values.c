// SPDX-License-Identifier: Apache-2.0
// Values over connections.
#include "core/connection.h"

#include <multiprocessing/system.h>

#include "core/pickle.h"
#include "platform/fail.h"

static const mp_pickle_options_t defaults = {0};

int mp_connection_send(mp_connection_t *connection, const mp_any_t *value,
                       int64_t timeout_ms)
{
    void *bytes = NULL;
    size_t size = 0;

    if (connection == NULL) {
        return mp__fail(MP_EINVAL, 0, "the connection is NULL");
    }
    int r =
        mp__pickle_write(&bytes, &size, value, &defaults, connection->family);
    if (r == 0) {
        r = mp_connection_send_bytes(connection, bytes, size, timeout_ms);
        mp_free(bytes);
    }
    return r;
}

int mp_connection_recv(mp_connection_t *connection, mp_any_t **out,
                       int64_t timeout_ms)
{
    void *bytes = NULL;
    size_t size = 0;

    if (out == NULL) {
        return mp__fail(MP_EINVAL, 0, "no place for the value");
    }
    *out = NULL;
    int r = mp_connection_recv_alloc(connection, &bytes, &size,
                                     mp__pickle_limits(&defaults).max_bytes,
                                     timeout_ms);
    if (r == 0) {
        r = mp__pickle_read(out, bytes, size, &defaults, connection->family);
        mp_free(bytes);
    }
    return r;
}
