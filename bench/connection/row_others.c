// SPDX-License-Identifier: Apache-2.0
// Libraries for messages that are found where this was built.
#include "bench/connection/echo.h"
#include "bench/connection/groups.h"

static const struct row rows[] = {
#if MP_HAVE_NNG
    ECHO_ROWS(way_nng, "nng", "nng's pair over ipc", ROW_BY_SIZE),
#endif
#if MP_HAVE_ZMQ
    ECHO_ROWS(way_zmq, "zmq", "ZeroMQ's pair over ipc", ROW_BY_SIZE),
#endif
};

const struct row_group group_others = {
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
    .open = echo_open,
    .close = echo_close,
};
