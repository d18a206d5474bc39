// SPDX-License-Identifier: Apache-2.0
// A small HTTP server for url_get: a child process of this program, on the
// loopback interface, at a port of the system's choice.
#ifndef PEP_SERVER_H
#define PEP_SERVER_H

#include <apr_network_io.h>

#include <multiprocessing.h>

typedef struct pep_server {
    mp_process_t *process;
    apr_socket_t *lifeline; // the server ends when this connection does
    int port;
} pep_server_t;

// Starts it and learns its port. 0, or -1 (see pep_failure()); stop it also
// then.
int pep_server_start(pep_server_t *server, apr_pool_t *pool);

// Ends it. A server that is all zero was never started.
void pep_server_stop(pep_server_t *server);

// What runs in the server's process. Argument 0 is the port on which the
// parent waits to be told the server's own.
int http_server(const mp_args_t *args);

// A socket that listens on the loopback interface, and its port.
apr_status_t pep_listen(apr_socket_t **out, apr_port_t *port, int backlog,
                        apr_pool_t *pool);

#endif
