// SPDX-License-Identifier: Apache-2.0
// Sockets of a system, as far as webserver.c and webclient.c need them. None of
// them is inherited by what is started.
#ifndef EXAMPLES_SOCKETS_H
#define EXAMPLES_SOCKETS_H

#include <multiprocessing.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NO_SOCKET ((intptr_t) -1)

// Once in every process, before the others.
bool sockets_begin(void);

// Listens at 127.0.0.1; port 0 becomes the one that it gets.
intptr_t socket_listen(int *port);
// The next client, if one comes within that time; NO_SOCKET else. Several
// processes may wait at one socket: each client comes to one of them.
intptr_t socket_accept(intptr_t listening, int timeout_ms);
intptr_t socket_connect(int port);

// Gives a copy of a socket to the process at the other end of the connection,
// which takes it there.
bool socket_give(mp_connection_t *connection, intptr_t handle);
intptr_t socket_take(mp_connection_t *connection);

void socket_close(intptr_t handle);
// After an answer: it arrives whole before the connection ends.
void socket_finish(intptr_t handle);

// Neither waits for longer than that for the other side.
void socket_set_timeout(intptr_t handle, int timeout_ms);
bool socket_send(intptr_t handle, const char *bytes, size_t size);
// How many came; 0 at the end, or if nothing came.
size_t socket_receive(intptr_t handle, char *bytes, size_t size);

#endif
