// SPDX-License-Identifier: Apache-2.0
// Ends of connections, and handles, on their way to other processes.
#include "core/connection.h"

#include <string.h>

#include "platform/fail.h"

#define READABLE 1
#define WRITABLE 2
#define FAMILY 4
#define RECORD_SIZE (2 + sizeof(mp__reference_t))

// ---- an end as bytes ----

size_t mp__connection_describe(const mp__port_t *port, unsigned char *record)
{
    const mp_connection_t *connection = (const void *) port;
    mp__reference_t route = mp__object_reference(&connection->route->head);

    record[0] = (unsigned char) ((connection->readable ? READABLE : 0) |
                                 (connection->writable ? WRITABLE : 0) |
                                 (connection->family ? FAMILY : 0));
    record[1] = (unsigned char) connection->side;
    memcpy(record + 2, &route, sizeof(route));
    return RECORD_SIZE;
}

// The route that the others use, or, if none of them is left, a new one.
static int find_route(const unsigned char *bytes, mp__route_t **route)
{
    mp__reference_t reference;
    mp__object_t *object = NULL;

    memcpy(&reference, bytes, sizeof(reference));
    int r = mp__object_open(&reference, MP__TYPE_ROUTE, &object);
    *route = (mp__route_t *) (void *) object;
    return r == MP_ENOENT ? 0 : r;
}

int mp__connection_open(mp__port_t **out, const unsigned char *record,
                        size_t size, intptr_t handle)
{
    mp_plat_link_t link = MP_PLAT_NO_LINK;
    mp_connection_t *made = NULL;
    mp__route_t *route = NULL;

    int r = size == RECORD_SIZE && record[1] <= 1
                ? find_route(record + 2, &route)
                : mp__fail(MP_EPROTO, 0, "this describes no connection");
    if (r == 0) {
        r = mp_plat_link_adopt(&link, handle);
    }
    if (r < 0) {
        if (route != NULL) {
            mp__object_drop(&route->head);
        }
        mp_plat_close_handle(handle);
        return r;
    }
    r = mp__connection_make(&made, &link, (record[0] & READABLE) != 0,
                            (record[0] & WRITABLE) != 0,
                            (record[0] & FAMILY) != 0, route, record[1]);
    if (r == 0) {
        *out = &made->port;
    }
    return r;
}

// ---- handles ----

// What went or came of a handle cannot be taken back, nor told from the next
// message.
static int handle_failed(const mp__passage_t *passage, int r)
{
    if (r == MP_EPROTO) {
        mp__passage_break(passage, MP__BROKEN_BY_PEER);
    }
    return r;
}

static int check_local(const mp__passage_t *passage)
{
    return passage->connection->link.local
               ? 0
               : mp__fail(MP_ENOTSUP, 0,
                          "handles go to processes on this machine only");
}

static int send_handle(const mp__passage_t *passage, intptr_t handle)
{
    int r = check_local(passage);

    while (r == 0) {
        r = mp_plat_link_send_handles(&passage->connection->link, &handle, 1,
                                      mp__passage_slice(passage));
        if (r == 0) {
            return 0;
        }
        r = mp__passage_look(passage, r);
    }
    return r;
}

static int receive_handle(const mp__passage_t *passage, intptr_t *handle)
{
    int r = check_local(passage);

    while (r == 0) {
        r = mp_plat_link_receive_handles(&passage->connection->link, handle, 1,
                                         mp__passage_slice(passage));
        if (r == 0) {
            return 0;
        }
        r = mp__passage_look(passage, r);
    }
    return handle_failed(passage, r);
}

int mp_connection_send_handle(mp_connection_t *connection, intptr_t handle,
                              int64_t timeout_ms)
{
    mp__passage_t passage;

    int r = mp__passage_begin(&passage, connection, true, timeout_ms);
    return r < 0 ? r : mp__passage_end(&passage, send_handle(&passage, handle));
}

// A message of which only the length is read is no handle.
static int next_is_message(const mp__passage_t *passage)
{
    return atomic_load(&passage->lane->next) == 0
               ? 0
               : mp__fail(MP_ESTATE, 0,
                          "a message comes before the next handle");
}

int mp_connection_recv_handle(mp_connection_t *connection, intptr_t *handle,
                              int64_t timeout_ms)
{
    mp__passage_t passage;

    if (handle == NULL) {
        return mp__fail(MP_EINVAL, 0, "no place for the handle");
    }
    *handle = MP_PLAT_NONE;
    int r = mp__passage_begin(&passage, connection, false, timeout_ms);
    if (r < 0) {
        return r;
    }
    r = next_is_message(&passage);
    if (r == 0) {
        r = receive_handle(&passage, handle);
    }
    return mp__passage_end(&passage, r);
}

// ---- ends: a message that describes one, and its handle ----

static int send_port(mp__passage_t *passage, mp__port_t *port)
{
    unsigned char record[MP__PORT_RECORD_MOST];

    int r = check_local(passage);
    passage->in_parts = true;
    if (r == 0) {
        r = mp__frame_send(passage, record, mp__port_describe(port, record));
    }
    if (r < 0) {
        return r;
    }
    r = send_handle(passage, mp__port_handle(port));
    if (r < 0) {
        mp__passage_break(passage, MP__BROKEN_BY_TIME);
    }
    return r;
}

int mp_connection_send_connection(mp_connection_t *connection,
                                  mp_connection_t *sent, int64_t timeout_ms)
{
    mp__passage_t passage;

    if (sent == NULL) {
        return mp__fail(MP_EINVAL, 0, "the connection to send is NULL");
    }
    int r = mp__port_use(&sent->port, "the connection to send");
    if (r < 0) {
        return r;
    }
    r = mp__passage_begin(&passage, connection, true, timeout_ms);
    if (r == 0) {
        if (!connection->family) {
            atomic_store(&sent->route->strangers, 1);
        }
        r = mp__passage_end(&passage, send_port(&passage, &sent->port));
    }
    mp__port_leave(&sent->port);
    return r;
}

// A message that cannot be a description stays the next one.
static int try_record(mp__passage_t *passage, unsigned char *record,
                      size_t *size)
{
    passage->in_parts = false;
    int r = mp__frame_next(passage, size);
    if (r == 0 && *size != 1 + RECORD_SIZE) {
        r = mp__fail(MP_EPROTO, 0, "the next message is no connection");
    }
    if (r < 0) {
        return r;
    }
    passage->in_parts = true;
    return mp__frame_receive(passage, record, 1 + RECORD_SIZE, size);
}

static int receive_record(mp__passage_t *passage, unsigned char *record,
                          size_t *size)
{
    int r = check_local(passage);
    if (r < 0) {
        return r;
    }
    do {
        r = try_record(passage, record, size);
    } while (r == MP__FRAME_GONE);
    return r;
}

// A stranger cannot vouch for whom a connection leads to.
static int open_received(const mp__passage_t *passage, mp_connection_t **out,
                         const unsigned char *record, intptr_t handle)
{
    mp__port_t *port = NULL;

    int r = mp__connection_open(&port, record, RECORD_SIZE, handle);
    if (r == 0) {
        *out = (mp_connection_t *) (void *) port;
        (*out)->family = (*out)->family && passage->connection->family;
    }
    return r;
}

// Without room for it, it came and is lost. Else what comes next may be it.
static int end_without_handle(const mp__passage_t *passage, int r)
{
    if (r != MP_EMFILE) {
        mp__passage_break(passage, r == MP_ETIMEDOUT ? MP__BROKEN_BY_TIME
                                                     : MP__BROKEN_BY_PEER);
    }
    return r;
}

static int receive_port(mp__passage_t *passage, mp_connection_t **out)
{
    unsigned char record[1 + RECORD_SIZE] = {MP__PORT_NONE};
    intptr_t handle = MP_PLAT_NONE;
    size_t size = 0;

    int r = receive_record(passage, record, &size);
    if (r == 0 &&
        (size != sizeof(record) || record[0] != MP__PORT_CONNECTION)) {
        mp__passage_break(passage, MP__BROKEN_BY_PEER);
        r = mp__fail(MP_EPROTO, 0, "the message was no connection");
    }
    if (r < 0) {
        return r;
    }
    r = receive_handle(passage, &handle);
    if (r < 0) {
        return end_without_handle(passage, r);
    }
    return open_received(passage, out, record + 1, handle);
}

int mp_connection_recv_connection(mp_connection_t *connection,
                                  mp_connection_t **received,
                                  int64_t timeout_ms)
{
    mp__passage_t passage;

    if (received == NULL) {
        return mp__fail(MP_EINVAL, 0, "no place for the connection");
    }
    *received = NULL;
    int r = mp__passage_begin(&passage, connection, false, timeout_ms);
    if (r == 0) {
        r = mp__passage_end(&passage, receive_port(&passage, received));
    }
    return r;
}
