// SPDX-License-Identifier: Apache-2.0
// What all processes share that have an end of the same link: who sends and who
// receives right now, and whether one of them ended inside of a message. A
// pipe's two ends share one route; an end that was connected by a listener has
// its own.
#ifndef MP_CORE_ROUTE_H
#define MP_CORE_ROUTE_H

#include "core/object.h"
#include "core/word.h"

// One direction. A sender is inside of a message from before its first byte
// goes until its last one went; a receiver likewise, but for the time when the
// message's length is known and nothing else of it is read.
typedef struct mp__lane {
    mp_word_t sender; // the locks
    mp_word_t receiver;
    mp_word_t sending; // whether they are inside of a message
    mp_word_t receiving;
    mp_word_t broken;       // an mp__broken_t
    _Atomic uint64_t next;  // 1 + the length of the next message, once known
    _Atomic uint64_t taken; // how many receipts have begun: see core/ahead.h
    // Of messages that the system keeps whole: see core/frame_whole.c.
    mp_word_t writing;   // one is written, or the last one may be withdrawn
    mp_word_t withdrawn; // how many may have been, others having followed
    mp_word_t taking;    // odd while one whose length was seen is taken
} mp__lane_t;

typedef enum mp__broken {
    MP__WHOLE,
    MP__BROKEN_BY_SENDER, // it ended inside of a message
    MP__BROKEN_BY_RECEIVER,
    MP__BROKEN_BY_TIME, // one gave up inside of a message
    MP__BROKEN_BY_PEER  // what came was no message
} mp__broken_t;

typedef struct mp__route {
    mp__object_t head;
    mp__lane_t lanes[2];
    mp_word_t transits;  // chain: see core/transit.h
    mp_word_t strangers; // others than the library may use an end's handle
} mp__route_t;

#endif
