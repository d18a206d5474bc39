// SPDX-License-Identifier: Apache-2.0
// The lengths of messages that were seen together with the one in front of
// them. Looking at a local socket of Linux takes the longer the more messages
// are queued there, so one look is made use of for many of them.
//
// They are known to one process, and are true until another one receives: the
// lane counts who begins to (mp__lane_t.taken).
#ifndef MP_CORE_AHEAD_H
#define MP_CORE_AHEAD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct mp__passage mp__passage_t;

#define MP__AHEAD_MOST 64
#define MP__AHEAD_BYTES 16384 // to look at for that

// Used by who may receive.
typedef struct mp__ahead {
    _Atomic uint64_t taken; // true while the lane's count is this
    uint32_t first;
    uint32_t count;
    uint32_t lengths[MP__AHEAD_MOST];
    bool brief;  // the last message was short
    bool waited; // it was, came alone, and was waited for
} mp__ahead_t;

// This passage receives: what the others know is not true any more.
void mp__ahead_begin(mp__passage_t *passage);
// Whether the length of the next message is known.
bool mp__ahead_knows(const mp__passage_t *passage, uint64_t *length);
// How many bytes to look at, of which the header of one message is `least`.
size_t mp__ahead_bytes(const mp__passage_t *passage, size_t least);
// What was seen of the next messages.
void mp__ahead_see(const mp__passage_t *passage, const unsigned char *bytes,
                   size_t size);
// The next message was received, and nothing else will be in this passage.
void mp__ahead_pass(const mp__passage_t *passage, size_t size);

#endif
