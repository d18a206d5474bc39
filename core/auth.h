// SPDX-License-Identifier: Apache-2.0
// The handshake of a connection, without the connection: what was received
// goes in, what is to be sent comes out. So one thread can have any number of
// handshakes under way, and whoever drives one keeps its deadline.
//
//     r = mp__auth_begin(&auth, MP__AUTH_CLIENT, key, key_size, NULL);
//     r = mp__auth_next(&auth, NULL, 0, &message, &size);
//     for (;;) {
//         send the message, if there is one
//         if r is not MP__AUTH_MORE: it is over
//         receive one, at most MP__AUTH_MESSAGE_MOST bytes
//         r = mp__auth_next(&auth, received, received_size, &message, &size);
//     }
//     mp__auth_end(&auth);
#ifndef MP_CORE_AUTH_H
#define MP_CORE_AUTH_H

#include <stddef.h>

#include <multiprocessing/auth.h>

#include "core/challenge.h"
#include "core/digest_names.h"

#define MP__AUTH_MESSAGE_MOST 256
#define MP__AUTH_MORE 1 // mp__auth_next(): a message is to be received

// Challenges come before their own answers on a listener's side, behind on a
// client's. The halves alone are Python's deliver_challenge() and
// answer_challenge().
typedef enum mp__auth_role {
    MP__AUTH_LISTENER = 1,
    MP__AUTH_CLIENT,
    MP__AUTH_DELIVER,
    MP__AUTH_ANSWER
} mp__auth_role_t;

// All zero is the default.
typedef struct mp__auth_policy {
    mp_digest_t min_digest; // the weakest that is accepted
    mp_digest_t offer; // what is asked for: SHA-256, or min_digest if stronger
} mp__auth_policy_t;

typedef enum mp__auth_state {
    MP__AUTH_BEGUN,
    MP__AUTH_AWAITS_RESPONSE, // to this side's challenge
    MP__AUTH_AWAITS_CHALLENGE,
    MP__AUTH_AWAITS_VERDICT, // on this side's response
    MP__AUTH_OVER
} mp__auth_state_t;

typedef struct mp__auth {
    mp__auth_role_t role;
    mp__auth_state_t state;
    mp__auth_policy_t policy;
    void *key; // a copy
    size_t key_size;
    // This side's, with the name of its digest.
    unsigned char challenge[MP__DIGEST_PREFIX_MOST + MP__CHALLENGE_SIZE];
    size_t challenge_size;
    unsigned char message[64]; // the last one that is to be sent
    size_t message_size;
} mp__auth_t;

// Begins one. The key is copied; one of no bytes is a key, too. MP_EINVAL no
// such digest, an offer that is weaker than min_digest, an endless key;
// MP_ENOTSUP this system does not have what is offered; MP_ENOMEM. After a
// failure there is nothing to end.
int mp__auth_begin(mp__auth_t *auth, mp__auth_role_t role, const void *key,
                   size_t key_size, const mp__auth_policy_t *policy);

// Goes on with what was received: NULL at first, and only then. *message
// receives what is to be sent, valid until the next call, or NULL; there may be
// something to send whatever is returned.
//
// MP__AUTH_MORE; 0 it is done, and both sides have the key; MP_EAUTH the peer
// has another one, or none, or was refused, as the text of the error says:
// nothing more is to be read from it; MP_ESTATE it was over before; MP_ENOMEM,
// MP_ESYSTEM.
int mp__auth_next(mp__auth_t *auth, const void *received, size_t received_size,
                  const void **message, size_t *message_size);

// Forgets the key. Done already if it is over; may be called twice.
void mp__auth_end(mp__auth_t *auth);

#endif
