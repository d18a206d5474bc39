// SPDX-License-Identifier: Apache-2.0
// Shared objects on their way: what a message refers to is held by the route of
// its sender until the message is received, whoever has let go of it, or has
// ended, meanwhile. If nobody receives it, that hold goes with the route. Of a
// pipe that is when no process has either end any more; of what a listener
// connected, when none has the sender's end.
//
// A transit is a holder that belongs to no process (token 0): one for each
// object and route, which counts the messages. It is chained to its object like
// any other, and to its route. One that is in no route's chain is recovered
// with the process whose slab it lies in.
#ifndef MP_CORE_TRANSIT_H
#define MP_CORE_TRANSIT_H

#include "core/route.h"

// Those of one message that is being written.
typedef struct mp__transits {
    mp__route_t *route; // NULL: what is sent is held otherwise until it comes
    uint64_t *numbers;
    size_t count;
    size_t room;
} mp__transits_t;

// This process holds the object. *number says in the message which transit it
// is. MP_ENOMEM, MP_ENOSPC.
int mp__transit_begin(mp__transits_t *transits, mp__object_t *object,
                      uint64_t *number);
// The message goes (`sent`), or never will, which ends them.
void mp__transits_finish(mp__transits_t *transits, bool sent);
// One has come, and the receiver holds the object. A number that says nothing
// does nothing.
void mp__transit_end(uint64_t number);

// With the heap's lock: the route goes.
void mp__transits_drop_locked(mp__object_t *object);
// Whether a holder is a transit that its route still has.
bool mp__transit_is_kept_locked(const mp__holder_t *holder);

#endif
