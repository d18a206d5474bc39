// SPDX-License-Identifier: Apache-2.0
// The server's own process: one thread that waits for all its clients at once.
#include "bench/pep371/server.h"

#include <string.h>

#include <apr_poll.h>
#include <apr_strings.h>

#include "bench/pep371/support.h"

#define BACKLOG 128
#define CLIENTS_MAX 500
#define REQUEST_MAX 4096
#define TIMEOUT_US apr_time_from_sec(10)

// About the size of the error page that the PEP's authors fetched.
#define LINE "<p>The requested resource is not available on this server.</p>\n"
#define LINES_4 LINE LINE LINE LINE
#define PAGE                                                                   \
    "<!DOCTYPE "                                                               \
    "html>\n<html><head><title>pep371</title></head><body>\n" LINES_4 LINES_4  \
        LINES_4 LINES_4 "</body></html>\n"

typedef struct http_server {
    apr_pool_t *pool;
    apr_pollset_t *pollset;
    apr_socket_t *listener;
    apr_socket_t *lifeline; // to the program that started this one
} http_server_t;

typedef struct client {
    apr_pool_t *pool; // holds the client itself and its socket
    apr_socket_t *socket;
    size_t size;
    char request[REQUEST_MAX];
} client_t;

static apr_status_t watch(const http_server_t *server, apr_socket_t *socket,
                          client_t *client)
{
    apr_pollfd_t entry = {.p = server->pool,
                          .desc_type = APR_POLL_SOCKET,
                          .reqevents = APR_POLLIN,
                          .desc.s = socket,
                          .client_data = client};

    return apr_pollset_add(server->pollset, &entry);
}

static void drop(const http_server_t *server, client_t *client)
{
    apr_pollfd_t entry = {.desc_type = APR_POLL_SOCKET,
                          .desc.s = client->socket};

    (void) apr_pollset_remove(server->pollset, &entry);
    apr_pool_destroy(client->pool); // closes the socket
}

static void accept_one(const http_server_t *server)
{
    apr_pool_t *pool = NULL;

    if (apr_pool_create(&pool, server->pool) != APR_SUCCESS) {
        return;
    }
    client_t *client = apr_palloc(pool, sizeof(*client));
    client->pool = pool;
    client->size = 0;
    // A client that is gone already, or one too many, is no reason to end.
    if (apr_socket_accept(&client->socket, server->listener, pool) !=
            APR_SUCCESS ||
        apr_socket_timeout_set(client->socket, 0) != APR_SUCCESS ||
        watch(server, client->socket, client) != APR_SUCCESS) {
        apr_pool_destroy(pool);
    }
}

static void respond(client_t *client)
{
    const char *status = "200 OK";

    if (strncmp(client->request, "GET ", 4) != 0) {
        status = "405 Method Not Allowed";
    }
    const char *response = apr_psprintf(client->pool,
                                        "HTTP/1.1 %s\r\n"
                                        "Content-Type: text/html\r\n"
                                        "Content-Length: %d\r\n"
                                        "Connection: close\r\n\r\n%s",
                                        status, (int) strlen(PAGE), PAGE);
    apr_size_t size = strlen(response);
    // It fits the socket's buffer. A client that went away is its own affair.
    (void) apr_socket_send(client->socket, response, &size);
}

// Reads what has come; a whole request, or one that will never be whole, ends
// the connection.
static void serve(const http_server_t *server, client_t *client)
{
    apr_size_t count = REQUEST_MAX - 1 - client->size;
    apr_status_t status =
        apr_socket_recv(client->socket, client->request + client->size, &count);

    if (APR_STATUS_IS_EAGAIN(status)) {
        return;
    }
    client->size += count;
    client->request[client->size] = '\0';
    bool whole = strstr(client->request, "\r\n\r\n") != NULL;
    if (whole) {
        respond(client);
    }
    if (whole || status != APR_SUCCESS || client->size == REQUEST_MAX - 1) {
        drop(server, client);
    }
}

// Until the lifeline ends, and with it the program that started this one.
static apr_status_t run(const http_server_t *server)
{
    for (;;) {
        const apr_pollfd_t *ready = NULL;
        apr_int32_t count = 0;

        apr_status_t status =
            apr_pollset_poll(server->pollset, -1, &count, &ready);
        if (status != APR_SUCCESS && !APR_STATUS_IS_EINTR(status)) {
            return status;
        }
        for (apr_int32_t i = 0; i < count; i++) {
            if (ready[i].desc.s == server->lifeline) {
                return APR_SUCCESS;
            }
            if (ready[i].desc.s == server->listener) {
                accept_one(server);
            } else {
                serve(server, ready[i].client_data);
            }
        }
    }
}

static apr_status_t tell_port(http_server_t *server, apr_port_t to,
                              apr_port_t port)
{
    apr_sockaddr_t *parent = NULL;
    const char *text = apr_psprintf(server->pool, "%d\n", (int) port);
    apr_size_t size = strlen(text);

    apr_status_t status = apr_sockaddr_info_get(&parent, "127.0.0.1", APR_INET,
                                                to, 0, server->pool);
    if (status == APR_SUCCESS) {
        status = apr_socket_create(&server->lifeline, APR_INET, SOCK_STREAM,
                                   APR_PROTO_TCP, server->pool);
    }
    if (status == APR_SUCCESS) {
        status = apr_socket_timeout_set(server->lifeline, TIMEOUT_US);
    }
    if (status == APR_SUCCESS) {
        status = apr_socket_connect(server->lifeline, parent);
    }
    if (status == APR_SUCCESS) {
        status = apr_socket_send(server->lifeline, text, &size);
    }
    return status;
}

static apr_status_t open_server(http_server_t *server, apr_port_t parent)
{
    apr_port_t port = 0;

    apr_status_t status =
        pep_listen(&server->listener, &port, BACKLOG, server->pool);
    if (status == APR_SUCCESS) {
        status = apr_socket_timeout_set(server->listener, 0);
    }
    if (status == APR_SUCCESS) {
        status = tell_port(server, parent, port);
    }
    if (status == APR_SUCCESS) {
        status =
            apr_pollset_create(&server->pollset, CLIENTS_MAX, server->pool, 0);
    }
    if (status == APR_SUCCESS) {
        status = watch(server, server->listener, NULL);
    }
    if (status == APR_SUCCESS) {
        status = watch(server, server->lifeline, NULL);
    }
    return status;
}

int http_server(const mp_args_t *args)
{
    apr_port_t parent = (apr_port_t) mp_args_int(args, 0);
    http_server_t server = {0};
    char why[200];

    apr_status_t status = pep_apr_ready();
    if (status == APR_SUCCESS) {
        status = apr_pool_create(&server.pool, NULL);
    }
    if (status == APR_SUCCESS) {
        status = open_server(&server, parent);
    }
    if (status == APR_SUCCESS) {
        status = run(&server);
    }
    if (status != APR_SUCCESS) {
        return mp_failure(1, "http_server: %s",
                          apr_strerror(status, why, sizeof(why)));
    }
    return 0;
}
MP_TARGET(http_server)
