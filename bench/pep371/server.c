// SPDX-License-Identifier: Apache-2.0
#include "bench/pep371/server.h"

#include <stdlib.h>

#include <apr_poll.h>

#include "bench/pep371/support.h"

#define START_TIMEOUT_US apr_time_from_sec(30)
#define LOOK_INTERVAL_US apr_time_from_msec(100)
#define STOP_TIMEOUT_MS 10000

apr_status_t pep_listen(apr_socket_t **out, apr_port_t *port, int backlog,
                        apr_pool_t *pool)
{
    apr_sockaddr_t *address = NULL;

    apr_status_t status =
        apr_sockaddr_info_get(&address, "127.0.0.1", APR_INET, 0, 0, pool);
    if (status == APR_SUCCESS) {
        status =
            apr_socket_create(out, APR_INET, SOCK_STREAM, APR_PROTO_TCP, pool);
    }
    if (status == APR_SUCCESS) {
        status = apr_socket_bind(*out, address);
    }
    if (status == APR_SUCCESS) {
        status = apr_socket_listen(*out, backlog);
    }
    if (status == APR_SUCCESS) {
        status = apr_socket_addr_get(&address, APR_LOCAL, *out);
    }
    if (status == APR_SUCCESS) {
        *port = address->port;
    }
    return status;
}

// Waits for the server's call, as long as there is a server; the connection is
// the lifeline.
static apr_status_t accept_call(pep_server_t *server, apr_socket_t *listener,
                                apr_pool_t *pool)
{
    apr_pollfd_t entry = {.p = pool,
                          .desc_type = APR_POLL_SOCKET,
                          .reqevents = APR_POLLIN,
                          .desc.s = listener};
    apr_time_t end = apr_time_now() + START_TIMEOUT_US;
    apr_int32_t count = 0;

    apr_status_t status = APR_TIMEUP;
    while ((APR_STATUS_IS_TIMEUP(status) || APR_STATUS_IS_EINTR(status)) &&
           apr_time_now() < end && mp_process_is_alive(server->process) == 1) {
        status = apr_poll(&entry, 1, &count, LOOK_INTERVAL_US);
    }
    return status == APR_SUCCESS
               ? apr_socket_accept(&server->lifeline, listener, pool)
               : status;
}

// Reads the server's port, a decimal number and a line end.
static apr_status_t hear_port(pep_server_t *server)
{
    char text[16];
    apr_size_t length = 0;

    apr_status_t status =
        apr_socket_timeout_set(server->lifeline, START_TIMEOUT_US);
    while (status == APR_SUCCESS && length < sizeof(text) - 1 &&
           (length == 0 || text[length - 1] != '\n')) {
        apr_size_t count = sizeof(text) - 1 - length;

        status = apr_socket_recv(server->lifeline, text + length, &count);
        length += count;
    }
    text[length] = '\0';
    server->port = (int) strtol(text, NULL, 10);
    return status;
}

int pep_server_start(pep_server_t *server, apr_pool_t *pool)
{
    apr_socket_t *listener = NULL;
    apr_port_t port = 0;

    apr_status_t status = pep_listen(&listener, &port, 1, pool);
    if (status != APR_SUCCESS) {
        return pep_fail_apr(status, "cannot listen on 127.0.0.1");
    }
    int r = mp_process_create(
        &server->process, http_server, MP_ARGS(port),
        &(mp_process_options_t){.name = "http_server", .daemon = MP_YES});
    if (r == 0) {
        r = mp_process_start(server->process);
    }
    if (r != 0) {
        return pep_fail("cannot start the server: %s",
                        mp_last_error()->message);
    }
    status = accept_call(server, listener, pool);
    if (status == APR_SUCCESS) {
        status = hear_port(server);
    }
    (void) apr_socket_close(listener);
    if (status != APR_SUCCESS) {
        const char *why = mp_process_failure(server->process);

        return why != NULL ? pep_fail("the server did not start: %s", why)
                           : pep_fail_apr(status, "the server did not start");
    }
    return 0;
}

void pep_server_stop(pep_server_t *server)
{
    bool asked = server->lifeline != NULL;

    if (server->process == NULL) {
        return;
    }
    if (asked) {
        (void) apr_socket_close(server->lifeline);
    }
    if (mp_process_join(server->process, asked ? STOP_TIMEOUT_MS : 0) ==
        MP_ETIMEDOUT) {
        (void) mp_process_kill(server->process);
        (void) mp_process_join(server->process, MP_FOREVER);
    }
    mp_process_destroy(server->process);
}
