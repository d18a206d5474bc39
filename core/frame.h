// SPDX-License-Identifier: Apache-2.0
// Messages as Python's multiprocessing frames them: a length of 32 bits, big
// end first, or -1 and one of 64 bits; where the system keeps messages whole,
// nothing.
#ifndef MP_CORE_FRAME_H
#define MP_CORE_FRAME_H

#include "core/connection.h"

#define MP__FRAME_LONG UINT32_C(0xffffffff) // -1: 64 bits follow
#define MP__FRAME_SHORT_MOST UINT32_C(0x7fffffff)
#define MP__FRAME_HEADER_MOST 12

static inline bool mp__frame_is_stream(const mp__passage_t *passage)
{
    return passage->connection->link.kind == MP_PLAT_LINK_STREAM;
}

// Waits a slice. 0: try again.
int mp__frame_wait(const mp__passage_t *passage,
                   int (*wait)(const mp_plat_link_t *, int64_t));
// A part went or came, or may have, and the rest will not. Returns `r`.
int mp__frame_broke_off(const mp__passage_t *passage, int r);
// Whether a message of this length, with its header, goes or comes in one step:
// who is killed has never been inside of it.
bool mp__frame_one_step(const mp__passage_t *passage, size_t header,
                        size_t size);

// Where the system keeps messages whole.
int mp__frame_send_whole(const mp__passage_t *passage,
                         const mp_plat_piece_t *piece);
int mp__frame_next_whole(mp__passage_t *passage, size_t *size);
int mp__frame_receive_whole(const mp__passage_t *passage, void *bytes,
                            size_t room, size_t *size);

#endif
