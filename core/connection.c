// SPDX-License-Identifier: Apache-2.0
#include "core/connection.h"

#include <stdlib.h>

#include <multiprocessing/listener.h>

#include "core/self.h"
#include "core/start.h"
#include "core/watch.h"
#include "platform/fail.h"

// ---- making and closing ----

static mp_connection_t *of_port(mp__port_t *port)
{
    return (mp_connection_t *) (void *) port;
}

static intptr_t handle_of(const mp__port_t *port)
{
    return ((const mp_connection_t *) (const void *) port)->link.handle;
}

static void close_link(mp__port_t *port)
{
    mp_plat_link_close(&of_port(port)->link);
}

static void free_connection(mp__port_t *port)
{
    mp__object_drop(&of_port(port)->route->head);
    mp__limits_drop(of_port(port)->limits);
    free(port);
}

static void forget_limits(mp__port_t *port)
{
    mp__limits_drop(of_port(port)->limits);
    of_port(port)->limits = NULL;
}

const mp__port_calls_t mp__connection_calls = {
    close_link,           free_connection,         handle_of,
    forget_limits,        mp__connection_describe, mp__connection_open,
    &mp__connection_watch};

static int new_route(mp__route_t **out)
{
    int r = mp__object_new(out, sizeof(mp__route_t));
    if (r == 0) {
        mp__object_made(&(*out)->head, MP__TYPE_ROUTE);
    }
    return r;
}

// One without a link. Takes over the hold on the route.
static int prepare(mp_connection_t **out, mp__route_t *route)
{
    mp_connection_t *made = calloc(1, sizeof(*made));
    int r = made == NULL    ? mp__fail(MP_ENOMEM, 0, "a connection")
            : route == NULL ? new_route(&route)
                            : 0;

    if (r < 0 || made == NULL) {
        if (route != NULL) {
            mp__object_drop(&route->head);
        }
        free(made);
        return r;
    }
    made->route = route;
    *out = made;
    return 0;
}

static void discard(mp_connection_t *prepared)
{
    mp__object_drop(&prepared->route->head);
    free(prepared);
}

static void begin(mp_connection_t *made, bool readable, bool writable,
                  bool family, uint32_t side)
{
    made->readable = readable;
    made->writable = writable;
    made->family = family;
    made->side = side;
    mp__port_begin(&made->port, MP__PORT_CONNECTION);
}

int mp__connection_make(mp_connection_t **out, mp_plat_link_t *link,
                        bool readable, bool writable, bool family,
                        mp__route_t *route, uint32_t side)
{
    mp_connection_t *made = NULL;

    int r = prepare(&made, route);
    if (r < 0 || made == NULL) {
        mp_plat_link_close(link);
        return r;
    }
    made->link = *link;
    *link = (mp_plat_link_t) MP_PLAT_NO_LINK;
    begin(made, readable, writable, family, side);
    *out = made;
    return 0;
}

static int make_pair(mp_plat_link_t ends[2], bool duplex,
                     mp_connection_t *made[2])
{
    mp__route_t *route = NULL;

    int r = new_route(&route);
    if (r < 0) {
        return r;
    }
    r = mp__object_hold(&route->head);
    if (r < 0) {
        mp__object_drop(&route->head);
        return r;
    }
    r = mp__connection_make(&made[0], &ends[0], true, duplex, true, route, 0);
    if (r < 0) {
        mp__object_drop(&route->head);
        return r;
    }
    return mp__connection_make(&made[1], &ends[1], duplex, true, true, route,
                               1);
}

int mp_pipe(mp_connection_t **first, mp_connection_t **second, bool duplex)
{
    mp_plat_link_t ends[2] = {MP_PLAT_NO_LINK, MP_PLAT_NO_LINK};
    mp_connection_t *made[2] = {NULL, NULL};

    if (first == NULL || second == NULL) {
        return mp__fail(MP_EINVAL, 0, "no place for an end of the pipe");
    }
    *first = NULL;
    *second = NULL;
    int r = mp__ready();
    if (r == 0) {
        r = mp_plat_link_pair(ends, duplex);
    }
    if (r == 0) {
        r = make_pair(ends, duplex, made);
    }
    if (r < 0) {
        mp_connection_destroy(made[0]);
        mp_plat_link_close(&ends[0]);
        mp_plat_link_close(&ends[1]);
        return r;
    }
    *first = made[0];
    *second = made[1];
    return 0;
}

int mp_connection_from_handle(mp_connection_t **out, intptr_t handle,
                              bool readable, bool writable)
{
    mp_connection_t *made = NULL;

    if (out == NULL) {
        return mp__fail(MP_EINVAL, 0, "no place for the connection");
    }
    *out = NULL;
    if (!readable && !writable) {
        return mp__fail(MP_EINVAL, 0,
                        "a connection receives, or sends, or both");
    }
    int r = mp__ready();
    if (r == 0) {
        r = prepare(&made, NULL); // all that can fail before the handle is ours
    }
    if (r < 0 || made == NULL) {
        return r;
    }
    r = mp_plat_link_adopt(&made->link, handle);
    if (r < 0) {
        discard(made);
        return r;
    }
    begin(made, readable, writable, false, 0);
    atomic_store(&made->route->strangers, 1);
    *out = made;
    return 0;
}

void mp_connection_destroy(mp_connection_t *connection)
{
    mp__port_destroy(connection == NULL ? NULL : &connection->port);
}

static int is_null(void)
{
    return mp__fail(MP_EINVAL, 0, "the connection is NULL");
}

int mp_connection_close(mp_connection_t *connection)
{
    if (connection == NULL) {
        return is_null();
    }
    mp__port_close(&connection->port);
    return 0;
}

// ---- what it is ----

bool mp_connection_closed(const mp_connection_t *connection)
{
    return connection == NULL || mp__port_closed(&connection->port);
}

bool mp_connection_readable(const mp_connection_t *connection)
{
    return connection != NULL && connection->readable;
}

bool mp_connection_writable(const mp_connection_t *connection)
{
    return connection != NULL && connection->writable;
}

int mp_connection_fileno(const mp_connection_t *connection, intptr_t *handle)
{
    if (connection == NULL) {
        return is_null();
    }
    if (handle == NULL) {
        return mp__fail(MP_EINVAL, 0, "no place for the handle");
    }
    if (mp__port_closed(&connection->port)) {
        return mp__fail(MP_ESTATE, 0, "the connection is closed");
    }
    // Who has it may receive by it, and what is known of the next messages is
    // not true any more.
    atomic_store(&connection->route->strangers, 1);
    *handle = connection->link.handle;
    return 0;
}

int mp_connection_peer(mp_connection_t *connection, mp_peer_t *peer)
{
    mp_plat_peer_t told = {-1, -1, -1, false};

    if (connection == NULL || peer == NULL) {
        return connection == NULL
                   ? is_null()
                   : mp__fail(MP_EINVAL, 0, "no place for the peer");
    }
    int r = mp__port_use(&connection->port, "the connection");
    if (r < 0) {
        return r;
    }
    r = mp_plat_link_peer(&connection->link, &told);
    mp__port_leave(&connection->port);
    *peer = (mp_peer_t){told.pid, told.uid, told.gid, told.same_user};
    return r;
}

// ---- messages ----

int mp_connection_send_bytes(mp_connection_t *connection, const void *bytes,
                             size_t size, int64_t timeout_ms)
{
    mp__passage_t passage;

    if (bytes == NULL && size > 0) {
        return mp__fail(MP_EINVAL, 0, "a message of %zu bytes at NULL", size);
    }
    int r = mp__passage_begin(&passage, connection, true, timeout_ms);
    return r < 0 ? r
                 : mp__passage_end(&passage,
                                   mp__frame_send(&passage, bytes, size));
}

static int too_long(size_t size, size_t most)
{
    return mp__fail(MP_EMSGSIZE, 0,
                    "the next message has %zu bytes, not up to %zu", size,
                    most);
}

static int receive_into(mp__passage_t *passage, void *buffer, size_t capacity,
                        size_t *size)
{
    int r = MP__FRAME_GONE;

    while (r == MP__FRAME_GONE) {
        r = mp__frame_next(passage, size);
        if (r == 0 && *size > capacity) {
            r = too_long(*size, capacity);
        }
        if (r == 0) {
            r = mp__frame_receive(passage, buffer, capacity, size);
        }
    }
    return r;
}

int mp_connection_recv_bytes(mp_connection_t *connection, void *buffer,
                             size_t capacity, size_t *size, int64_t timeout_ms)
{
    mp__passage_t passage;

    if (size == NULL || (buffer == NULL && capacity > 0)) {
        return mp__fail(MP_EINVAL, 0, "no place for the message");
    }
    *size = 0;
    int r = mp__passage_begin(&passage, connection, false, timeout_ms);
    return r < 0 ? r
                 : mp__passage_end(&passage, receive_into(&passage, buffer,
                                                          capacity, size));
}

int mp_connection_recv_bytes_into(mp_connection_t *connection, void *buffer,
                                  size_t capacity, size_t offset, size_t *size,
                                  int64_t timeout_ms)
{
    if (offset > capacity || (buffer == NULL && capacity > 0)) {
        return mp__fail(MP_EINVAL, 0, "offset %zu of a buffer of %zu bytes",
                        offset, capacity);
    }
    return mp_connection_recv_bytes(
        connection, buffer == NULL ? NULL : (char *) buffer + offset,
        capacity - offset, size, timeout_ms);
}

static int try_new(mp__passage_t *passage, void **bytes, size_t *size,
                   size_t most)
{
    int r = mp__frame_next(passage, size);
    if (r < 0) {
        return r;
    }
    if (most != 0 && *size > most) {
        return too_long(*size, most);
    }
    char *made = malloc(*size + 1);
    if (made == NULL) {
        return mp__fail(MP_ENOMEM, 0, "a message of %zu bytes", *size);
    }
    r = mp__frame_receive(passage, made, *size, size);
    if (r != 0) {
        free(made);
        return r;
    }
    made[*size] = '\0';
    *bytes = made;
    return 0;
}

static int receive_new(mp__passage_t *passage, void **bytes, size_t *size,
                       size_t most)
{
    int r = MP__FRAME_GONE;

    while (r == MP__FRAME_GONE) {
        r = try_new(passage, bytes, size, most);
    }
    return r;
}

int mp_connection_recv_alloc(mp_connection_t *connection, void **bytes,
                             size_t *size, size_t most, int64_t timeout_ms)
{
    mp__passage_t passage;

    if (bytes == NULL || size == NULL) {
        return mp__fail(MP_EINVAL, 0, "no place for the message");
    }
    *bytes = NULL;
    *size = 0;
    int r = mp__passage_begin(&passage, connection, false, timeout_ms);
    return r < 0 ? r
                 : mp__passage_end(&passage,
                                   receive_new(&passage, bytes, size, most));
}
