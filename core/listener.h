// SPDX-License-Identifier: Apache-2.0
// Listeners inside.
#ifndef MP_CORE_LISTENER_H
#define MP_CORE_LISTENER_H

#include <multiprocessing/listener.h>

#include "core/address.h"
#include "core/handshake.h"
#include "core/port.h"
#include "core/route.h"

// So many are served at once. Others wait at the door, until one is done or has
// let its moment pass without an answer: a crowd of the silent must not keep
// them out, while many clients on a busy machine take longer to answer.
#define MP__HANDSHAKES_MOST 64
#define MP__HANDSHAKE_MOMENT_NS INT64_C(2000000000)

// A client that has not proven itself yet.
typedef struct mp__guest {
    struct mp__guest *next; // older ones are further behind
    mp__handshake_t handshake;
    mp_plat_place_t from;
    unsigned steps; // of the handshake, when its moment began
    int64_t moment; // until when it is sure of its place
    int64_t deadline;
} mp__guest_t;

// Guests are this process's: a forked child that accepts, too, leaves its
// parent's alone. One thread at a time has the turn, and with it all guests.
struct mp_listener {
    mp__port_t port;
    mp_plat_listener_t listener;
    char address[MP__ADDRESS_SIZE];
    bool open;
    void *authkey;
    size_t authkey_size;
    mp__auth_policy_t policy;
    int64_t handshake_timeout_ms;
    mp__route_t *turn;   // of which one word is used
    unsigned generation; // of the process (core/self.h) whose guests these are
    mp__guest_t *guests;
    char last_accepted[MP__ADDRESS_SIZE]; // guarded by the lock
};

void mp__guests_free(mp__guest_t *guests);
// A new turn for a process that has forked away.
int mp__listener_renew(mp_listener_t *listener);

#endif
