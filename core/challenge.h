// SPDX-License-Identifier: Apache-2.0
// The random bytes that a handshake begins with. To others they are nothing
// else; the process that made them knows them again, without keeping any.
//
// It has to: who is asked for an answer and has no key can ask the same bytes
// of whoever asked, as the challenge of another connection, and hand the
// answer back. So nobody answers what a side of its own kind in its own process
// made. Two sides of one process, a listener and a client, do answer each
// other.
#ifndef MP_CORE_CHALLENGE_H
#define MP_CORE_CHALLENGE_H

#include <stdbool.h>
#include <stddef.h>

#define MP__CHALLENGE_SIZE 40

// Makes one. `side` is who asks: any number, but the same for the same kind.
int mp__challenge_make(unsigned char bytes[MP__CHALLENGE_SIZE],
                       unsigned char side);

// Whether these bytes end with a challenge that this process, or one that it
// was forked from, made for the same side: 1 or 0, or negative on failure.
int mp__challenge_is_own(const unsigned char *bytes, size_t size,
                         unsigned char side);

#endif
