// SPDX-License-Identifier: Apache-2.0
// One handshake on a link that is no connection yet. It never waits, so one
// thread has as many as come.
#ifndef MP_CORE_HANDSHAKE_H
#define MP_CORE_HANDSHAKE_H

#include <stdbool.h>

#include "core/auth.h"
#include "platform/link.h"

#define MP__HANDSHAKE_HEADER 4
#define MP__HANDSHAKE_GOES_ON 1

typedef struct mp__handshake {
    mp_plat_link_t link;
    mp__auth_t auth;
    int result;      // of mp__auth_next()
    bool wants_room; // it waits for room to send, not for an answer
    unsigned steps;  // messages that came
    size_t in_size;  // bytes that came, with the header
    size_t out_size; // bytes to send, with it
    size_t out_sent;
    unsigned char in[MP__HANDSHAKE_HEADER + MP__AUTH_MESSAGE_MOST];
    unsigned char out[MP__HANDSHAKE_HEADER + MP__AUTH_MESSAGE_MOST];
} mp__handshake_t;

// Takes the link over, or closes it if that fails. As mp__auth_begin().
int mp__handshake_begin(mp__handshake_t *handshake, mp_plat_link_t *link,
                        mp__auth_role_t role, const void *key, size_t key_size,
                        const mp__auth_policy_t *policy);
// Does what can be done at once: MP__HANDSHAKE_GOES_ON; 0 it is done; MP_EAUTH,
// MP_EEOF, MP_EPROTO …
int mp__handshake_step(mp__handshake_t *handshake);
// Forgets the key, and closes the link if it is there still.
void mp__handshake_end(mp__handshake_t *handshake);

#endif
