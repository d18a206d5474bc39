// SPDX-License-Identifier: Apache-2.0
#include "core/ahead.h"

#include "core/bytes.h"
#include "core/connection.h"

#define NEVER_TRUE UINT64_MAX
#define HEADER 4
#define SHORT_MOST UINT32_C(0x7fffffff)
#define WORTH_IT 4096 // behind longer messages there is no room to see others

// The order is that of a death, or of a fork by another thread, at any step:
// what is known is untrue before anything is taken.
void mp__ahead_begin(mp__passage_t *passage)
{
    mp__ahead_t *ahead = &passage->connection->ahead;
    mp__lane_t *lane = passage->lane;
    uint64_t taken = atomic_load(&lane->taken);

    if (atomic_load(&ahead->taken) != taken ||
        atomic_load(&passage->connection->route->strangers) != 0) {
        ahead->count = 0;
    }
    atomic_store_explicit(&ahead->taken, NEVER_TRUE, memory_order_release);
    atomic_store_explicit(&lane->taken, taken + 1, memory_order_release);
}

bool mp__ahead_knows(const mp__passage_t *passage, uint64_t *length)
{
    const mp__ahead_t *ahead = &passage->connection->ahead;

    if (ahead->count == 0) {
        return false;
    }
    *length = ahead->lengths[ahead->first];
    return true;
}

size_t mp__ahead_bytes(const mp__passage_t *passage, size_t least)
{
    return passage->connection->ahead.brief ? MP__AHEAD_BYTES : least;
}

void mp__ahead_see(const mp__passage_t *passage, const unsigned char *bytes,
                   size_t size)
{
    mp__ahead_t *ahead = &passage->connection->ahead;
    size_t at = 0;

    ahead->first = 0;
    ahead->count = 0;
    while (ahead->count < MP__AHEAD_MOST && at < size && size - at >= HEADER) {
        uint32_t length = (uint32_t) mp__get_big(bytes + at, HEADER);
        if (length > SHORT_MOST) {
            return;
        }
        ahead->lengths[ahead->count++] = length;
        at += HEADER + (size_t) length;
    }
}

void mp__ahead_pass(const mp__passage_t *passage, size_t size)
{
    mp__ahead_t *ahead = &passage->connection->ahead;

    ahead->brief = size <= WORTH_IT;
    ahead->waited = passage->waited && ahead->brief && ahead->count == 1;
    if (passage->in_parts || ahead->count == 0) {
        return;
    }
    ahead->first++;
    ahead->count--;
    atomic_store_explicit(&ahead->taken, atomic_load(&passage->lane->taken),
                          memory_order_release);
}
