// SPDX-License-Identifier: Apache-2.0
// Connections inside.
#ifndef MP_CORE_CONNECTION_H
#define MP_CORE_CONNECTION_H

#include <multiprocessing/connection.h>

#include "core/ahead.h"
#include "core/port.h"
#include "core/route.h"
#include "platform/link.h"

typedef struct mp__limits mp__limits_t;

struct mp_connection {
    mp__port_t port;
    mp_plat_link_t link;
    bool readable;
    bool writable;
    bool family;   // the other side was proven to be of this family
    uint32_t side; // it sends on lanes[side] and receives on the other one
    mp__route_t *route;
    mp__limits_t *limits; // of values; NULL: the defaults
    mp__ahead_t ahead;
};

// Lets go of limits. NULL is fine.
void mp__limits_drop(mp__limits_t *limits);

// Takes the link over, or closes it if that fails. `route` NULL: a new one;
// else its hold is taken over.
int mp__connection_make(mp_connection_t **out, mp_plat_link_t *link,
                        bool readable, bool writable, bool family,
                        mp__route_t *route, uint32_t side);

// What another process makes one of that has the same end (see mp__port_calls).
size_t mp__connection_describe(const mp__port_t *port, unsigned char *record);
int mp__connection_open(mp__port_t **out, const unsigned char *record,
                        size_t size, intptr_t handle);

// ---- one operation of one thread ----

struct mp__passage {
    mp_connection_t *connection;
    mp__lane_t *lane;
    int64_t deadline;
    bool sends;
    bool in_parts; // a message and a handle belong together: inside of both
    bool waited;   // the next message was not there yet
    size_t header; // bytes in front of the next message that are only seen
    uint32_t withdrawn; // the lane's count before the next message was seen
};

// Makes this thread the only one that sends, or receives, on the connection.
// MP_EINVAL, MP_ESTATE, MP_ETIMEDOUT.
int mp__passage_begin(mp__passage_t *passage, mp_connection_t *connection,
                      bool sends, int64_t timeout_ms);
// Ends that, with the code of what was done.
int mp__passage_end(mp__passage_t *passage, int r);
// When to look whether waiting still makes sense, and that look: 0 go on, or
// MP_ETIMEDOUT, MP_ESTATE.
int64_t mp__passage_slice(const mp__passage_t *passage);
int mp__passage_look(const mp__passage_t *passage, int r);
// Whether the lane is broken, also by who died inside of a message just now.
bool mp__passage_torn(const mp__passage_t *passage);
// Says that no message can be told from another on this lane any more.
void mp__passage_break(const mp__passage_t *passage, mp__broken_t why);
// That this thread is inside of a message, or not.
void mp__passage_inside(const mp__passage_t *passage, bool inside);

// Messages. What fails in the middle of one breaks the lane.
int mp__frame_send(mp__passage_t *passage, const void *bytes, size_t size);
// Waits for the next one: its length. It stays the next one.
int mp__frame_next(mp__passage_t *passage, size_t *size);
// Receives that one, whose length is *size, where there is room for at least
// that; if its sender has withdrawn it, what follows and has room: *size is its
// length then. MP__FRAME_GONE: it was withdrawn, and nothing like that follows.
#define MP__FRAME_GONE 1
int mp__frame_receive(mp__passage_t *passage, void *bytes, size_t room,
                      size_t *size);

#endif
