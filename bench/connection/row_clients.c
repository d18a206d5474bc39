// SPDX-License-Identifier: Apache-2.0
// Clients that a listener lets in, one after the other.
#include <string.h>

#include <multiprocessing.h>

#include "bench/common/row.h"
#include "bench/common/system.h"
#include "bench/connection/door.h"
#include "bench/connection/groups.h"
#include "bench/connection/peer.h"

#define DOORS_MAX 4
enum { ENTER = 1 };
enum { ARG_DOOR = 1, ARG_ADDRESS };

// A door that is open, and who comes to it.
struct opened {
    const struct door *door;
    void *place;
    struct peer peer;
};

static struct opened opened[DOORS_MAX];

static const struct door *find_door(const char *name)
{
    static const struct door *const doors[] = {
        &door_ours,
        &door_ours_key,
#ifndef _WIN32
        &door_socket,
#endif
    };

    for (size_t i = 0; name != NULL && i < sizeof(doors) / sizeof(doors[0]);
         i++) {
        if (strcmp(doors[i]->name, name) == 0) {
            return doors[i];
        }
    }
    return NULL;
}

static int client(const mp_args_t *args)
{
    const struct door *door = find_door(mp_args_text(args, ARG_DOOR));
    const char *address = mp_args_text(args, ARG_ADDRESS);
    mp_connection_t *control = mp_args_connection(args, PEER_CONTROL);
    struct order order;
    int r = door == NULL ? -1 : 0;

    while (r == 0 && peer_next(control, &order) == 0) {
        for (unsigned i = 0; r == 0 && i < order.count; i++) {
            r = door->enter(address);
        }
    }
    return r < 0 ? 2 : 0;
}
MP_TARGET(client)

// NULL after saying why.
static struct opened *open_door(const struct door *door)
{
    char address[DOOR_ADDRESS_MAX] = "";
    struct opened *made = opened;

    while (made->door != NULL && made->door != door) {
        made++;
    }
    if (made->door != NULL) {
        return made;
    }
    *made = (struct opened){.door = door};
    int r = door->open(&made->place, address);
    if (r == 0) {
        r = peer_start(&made->peer, PEER_METHOD, client,
                       MP_ARGS(MP_TEXT(door->name), MP_TEXT(address)));
    }
    return r == 0 ? made : NULL;
}

static void clients_close(void)
{
    for (struct opened *at = opened; at->door != NULL; at++) {
        (void) peer_stop(&at->peer);
        at->door->close(at->place);
        at->door = NULL;
    }
}

static int let_in(const struct row *row, unsigned count, int64_t *elapsed)
{
    struct opened *at = open_door(row->data);
    int r = at == NULL ? -1 : peer_order(&at->peer, ENTER, count);
    int64_t began = bench_now();

    for (unsigned i = 0; r == 0 && i < count; i++) {
        r = at->door->let_in(at->place);
    }
    *elapsed = bench_now() - began;
    return r;
}

static const struct row rows[] = {
    {.name = "clients",
     .what = "mp_client and mp_listener_accept, without a key",
     .run = let_in,
     .data = &door_ours,
     .number = ROW_ONCE},
    {.name = "clients-key",
     .what = "the same with a key (SHA-256)",
     .run = let_in,
     .data = &door_ours_key,
     .number = ROW_ONCE},
#ifndef _WIN32
    {.name = "raw-clients",
     .what = "connect and accept of a local socket",
     .run = let_in,
     .data = &door_socket,
     .number = ROW_ONCE},
#endif
};

const struct row_group group_clients = {
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
    .close = clients_close,
};
