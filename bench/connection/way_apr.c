// SPDX-License-Identifier: Apache-2.0
// The Apache Portable Runtime's sockets over TCP, which it has everywhere, with
// header and message in one apr_socket_sendv.
#include <stdio.h>
#include <stdlib.h>

#include <apr_general.h>
#include <apr_network_io.h>
#include <apr_pools.h>

#include "bench/connection/echo.h"
#include "bench/connection/groups.h"

static apr_pool_t *pool; // of everything here, until the program ends

// A spawned child has not come by where APR is made ready.
static int need_pool(void)
{
    apr_status_t status = APR_SUCCESS;

    if (pool == NULL) {
        status = apr_initialize();
    }
    if (pool == NULL && status == APR_SUCCESS) {
        status = apr_pool_create(&pool, NULL);
    }
    return status == APR_SUCCESS ? 0 : row_fail_apr("a pool", status);
}

static apr_status_t new_socket(apr_socket_t **out, apr_sockaddr_t **at,
                               apr_port_t port)
{
    apr_status_t status =
        apr_sockaddr_info_get(at, "127.0.0.1", APR_INET, port, 0, pool);
    return status == APR_SUCCESS ? apr_socket_create(out, APR_INET, SOCK_STREAM,
                                                     APR_PROTO_TCP, pool)
                                 : status;
}

static int make(struct line *mine, struct line *its)
{
    apr_socket_t *door = NULL;
    apr_sockaddr_t *at = NULL;

    if (need_pool() < 0) {
        return -1;
    }
    apr_status_t status = new_socket(&door, &at, 0);
    if (status == APR_SUCCESS) {
        status = apr_socket_bind(door, at);
    }
    if (status == APR_SUCCESS) {
        status = apr_socket_listen(door, 1);
    }
    if (status == APR_SUCCESS) {
        status = apr_socket_addr_get(&at, APR_LOCAL, door);
    }
    if (status != APR_SUCCESS) {
        return row_fail_apr("a socket that listens", status);
    }
    mine->door = door;
    snprintf(its->address, sizeof(its->address), "%u", (unsigned) at->port);
    return 0;
}

static apr_status_t at_once(apr_socket_t *socket)
{
    return apr_socket_opt_set(socket, APR_TCP_NODELAY, 1);
}

static int join(struct line *its)
{
    apr_socket_t *socket = NULL;
    apr_sockaddr_t *at = NULL;
    apr_port_t port = (apr_port_t) strtoul(its->address, NULL, 10);

    if (need_pool() < 0) {
        return -1;
    }
    apr_status_t status = new_socket(&socket, &at, port);
    if (status == APR_SUCCESS) {
        status = apr_socket_connect(socket, at);
    }
    if (status == APR_SUCCESS) {
        status = at_once(socket);
    }
    its->other = socket;
    return status == APR_SUCCESS ? 0 : row_fail_apr("connect", status);
}

static int meet(struct line *mine)
{
    apr_socket_t *socket = NULL;

    apr_status_t status = apr_socket_accept(&socket, mine->door, pool);
    if (status == APR_SUCCESS) {
        status = at_once(socket);
    }
    mine->other = socket;
    return status == APR_SUCCESS ? 0 : row_fail_apr("accept", status);
}

static int send_rest(apr_socket_t *socket, const char *bytes, size_t size)
{
    while (size > 0) {
        apr_size_t done = size;
        apr_status_t status = apr_socket_send(socket, bytes, &done);
        if (status != APR_SUCCESS) {
            return row_fail_apr("apr_socket_send", status);
        }
        bytes += done;
        size -= done;
    }
    return 0;
}

static int send_message(struct line *line, const void *bytes, size_t size)
{
    unsigned char header[WAY_HEADER];
    struct iovec row[2] = {
        {.iov_base = header, .iov_len = sizeof(header)},
        {.iov_base = (void *) (uintptr_t) bytes, .iov_len = size}};
    apr_size_t done = 0;

    way_put_header(header, size);
    apr_status_t status = apr_socket_sendv(line->other, row, 2, &done);
    if (status != APR_SUCCESS || done < sizeof(header)) {
        return row_fail_apr("apr_socket_sendv", status);
    }
    done -= sizeof(header);
    return send_rest(line->other, (const char *) bytes + done, size - done);
}

static int receive_all(apr_socket_t *socket, void *bytes, size_t size)
{
    char *at = bytes;

    while (size > 0) {
        apr_size_t done = size;
        apr_status_t status = apr_socket_recv(socket, at, &done);
        if (status != APR_SUCCESS) {
            return row_fail_apr("apr_socket_recv", status);
        }
        at += done;
        size -= done;
    }
    return 0;
}

static int receive_message(struct line *line, void *bytes, size_t size)
{
    unsigned char header[WAY_HEADER];

    int r = receive_all(line->other, header, sizeof(header));
    if (r < 0 || way_get_header(header) != size) {
        return r < 0 ? r : row_fail("a message of another size", 0);
    }
    return receive_all(line->other, bytes, size);
}

static void drop(struct line *line)
{
    if (line->other != NULL) {
        (void) apr_socket_close(line->other);
    }
    if (line->door != NULL) {
        (void) apr_socket_close(line->door);
    }
    *line = (struct line){.in = NULL};
}

const struct way way_apr_inet = {.name = "apr-inet",
                                 .make = make,
                                 .join = join,
                                 .meet = meet,
                                 .send = send_message,
                                 .receive = receive_message,
                                 .drop = drop};

static const struct row rows[] = {
    ECHO_ROWS(way_apr_inet, "apr-inet", "apr_socket over TCP", ROW_BY_SIZE),
#ifndef _WIN32
    ECHO_ROWS(way_apr_pipe, "apr-pipe", "apr_file pipes", ROW_BY_SIZE),
#endif
};

const struct row_group group_apr = {
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
    .open = echo_open,
    .close = echo_close,
};
