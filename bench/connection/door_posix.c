// SPDX-License-Identifier: Apache-2.0
// A socket of this machine, which has a name in a folder of its own.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "bench/common/row.h"
#include "bench/connection/door.h"

static int door = -1; // one at a time
static char folder[] = "/tmp/bench-connection-XXXXXX";
static struct sockaddr_un where;

static int open_place(void **place, char address[DOOR_ADDRESS_MAX])
{
    memcpy(folder + sizeof(folder) - 7, "XXXXXX", 6);
    if (mkdtemp(folder) == NULL) {
        return row_fail("mkdtemp", errno);
    }
    where.sun_family = AF_UNIX;
    snprintf(where.sun_path, sizeof(where.sun_path), "%s/door", folder);
    snprintf(address, DOOR_ADDRESS_MAX, "%s", where.sun_path);
    *place = &door;
    door = socket(AF_UNIX, SOCK_STREAM, 0);
    return door < 0 ||
                   bind(door, (struct sockaddr *) &where, sizeof(where)) < 0 ||
                   listen(door, 128) < 0
               ? row_fail("a socket that listens", errno)
               : 0;
}

static int let_in(void *place)
{
    int guest = accept(*(int *) place, NULL, NULL);

    return guest < 0 || close(guest) < 0 ? row_fail("accept", errno) : 0;
}

static int enter(const char *address)
{
    int guest = socket(AF_UNIX, SOCK_STREAM, 0);

    (void) address; // a forked child has it
    if (guest < 0 ||
        connect(guest, (struct sockaddr *) &where, sizeof(where)) < 0) {
        return row_fail("connect", errno);
    }
    return close(guest) < 0 ? row_fail("close", errno) : 0;
}

static void close_place(void *place)
{
    (void) place;
    (void) close(door);
    (void) unlink(where.sun_path);
    (void) rmdir(folder);
}

const struct door door_socket = {"raw-clients", open_place, let_in, enter,
                                 close_place};
