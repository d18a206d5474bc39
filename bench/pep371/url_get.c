// SPDX-License-Identifier: Apache-2.0
#include "bench/pep371/functions.h"

#include <stdlib.h>
#include <string.h>

#include <apr_network_io.h>
#include <apr_strings.h>

#include "bench/pep371/support.h"

#define GETS 100
#define TIMEOUT_US apr_time_from_sec(10) // a guard against hanging
#define RESPONSE_MAX 8192

// Reads until the server closes the connection; `response` ends with a NUL.
static apr_status_t read_all(apr_socket_t *socket, char *response, size_t *size)
{
    *size = 0;
    while (*size < RESPONSE_MAX - 1) {
        apr_size_t count = RESPONSE_MAX - 1 - *size;
        apr_status_t status = apr_socket_recv(socket, response + *size, &count);

        *size += count;
        response[*size] = '\0';
        if (APR_STATUS_IS_EOF(status)) {
            return APR_SUCCESS;
        }
        if (status != APR_SUCCESS) {
            return status;
        }
    }
    return APR_ENOSPC;
}

// Whether it is a 200 with a body as long as it says.
static bool is_whole(const char *response, size_t size)
{
    const char *length = strstr(response, "\r\nContent-Length: ");
    const char *body = strstr(response, "\r\n\r\n");

    if (length == NULL || body == NULL || length > body ||
        strncmp(response, "HTTP/1.1 200 ", 13) != 0) {
        return false;
    }
    length += strlen("\r\nContent-Length: ");
    body += 4;
    return strtoul(length, NULL, 10) == size - (size_t) (body - response);
}

static apr_status_t get(apr_sockaddr_t *server, const char *request,
                        apr_pool_t *pool)
{
    char response[RESPONSE_MAX];
    apr_socket_t *socket = NULL;
    apr_size_t size = strlen(request);

    apr_status_t status =
        apr_socket_create(&socket, APR_INET, SOCK_STREAM, APR_PROTO_TCP, pool);
    if (status != APR_SUCCESS) {
        return status;
    }
    status = apr_socket_timeout_set(socket, TIMEOUT_US);
    if (status == APR_SUCCESS) {
        status = apr_socket_connect(socket, server);
    }
    if (status == APR_SUCCESS) {
        status = apr_socket_send(socket, request, &size);
    }
    if (status == APR_SUCCESS) {
        status = read_all(socket, response, &size);
    }
    if (status != APR_SUCCESS) {
        return status; // the pool closes the socket
    }
    status = apr_socket_close(socket);
    return status == APR_SUCCESS && !is_whole(response, size) ? APR_EGENERAL
                                                              : status;
}

static apr_status_t get_all(apr_port_t port, apr_pool_t *pool)
{
    apr_sockaddr_t *server = NULL;
    apr_pool_t *each = NULL;

    const char *request = apr_psprintf(pool,
                                       "GET /index.html HTTP/1.1\r\n"
                                       "Host: 127.0.0.1:%d\r\n"
                                       "Accept-Encoding: identity\r\n"
                                       "Connection: close\r\n\r\n",
                                       (int) port);
    apr_status_t status =
        apr_sockaddr_info_get(&server, "127.0.0.1", APR_INET, port, 0, pool);
    if (status == APR_SUCCESS) {
        status = apr_pool_create(&each, pool);
    }
    for (int i = 0; i < GETS && status == APR_SUCCESS; i++) {
        status = get(server, request, each);
        apr_pool_clear(each);
    }
    return status;
}

int url_get(const mp_args_t *args)
{
    apr_port_t port = (apr_port_t) mp_args_int(args, 0);
    apr_pool_t *pool = NULL;
    char why[200];

    apr_status_t status = pep_apr_ready();
    if (status == APR_SUCCESS) {
        status = apr_pool_create(&pool, NULL);
    }
    if (status != APR_SUCCESS) {
        return mp_failure(1, "url_get: no pool");
    }
    status = get_all(port, pool);
    apr_pool_destroy(pool);
    if (status != APR_SUCCESS) {
        return mp_failure(1, "url_get: %s",
                          apr_strerror(status, why, sizeof(why)));
    }
    return 0;
}
MP_TARGET(url_get)
