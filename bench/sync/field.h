// SPDX-License-Identifier: Apache-2.0
// What processes contend for: a number that each of them adds 1 to while it has
// the lock. It lies in memory that all of them share. Also read by C++.
#ifndef BENCH_SYNC_FIELD_H
#define BENCH_SYNC_FIELD_H

#include <stdint.h>

#define FIELD_LINE 128
#define FIELD_PROCESSES_MAX 8
#define FIELD_NOBODY UINT32_MAX

struct field {
    // Read by all and written once or twice.
    uint32_t ready; // how many have started
    uint32_t go;
    uint32_t stop;
    char apart1[FIELD_LINE - 3 * sizeof(uint32_t)];
    // Guarded by the lock. Volatile, so that each is in memory when it is given
    // back, also where the compiler sees into the lock.
    volatile uint64_t number;
    volatile uint64_t handoffs; // it was taken by another than the last time
    volatile uint32_t last;
    char apart2[FIELD_LINE - 2 * sizeof(uint64_t) - sizeof(uint32_t)];
    struct {
        uint64_t count; // how often this process had the lock
        char apart[FIELD_LINE - sizeof(uint64_t)];
    } served[FIELD_PROCESSES_MAX];
};

static inline void field_enter(struct field *field, unsigned who)
{
    field->number = field->number + 1;
    if (field->last != who) {
        field->last = who;
        field->handoffs = field->handoffs + 1;
    }
}

#endif
