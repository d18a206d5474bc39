// SPDX-License-Identifier: Apache-2.0
// Sleeping by futex. Sleepers of a process that dies are gone with it.
#include "platform/shared.h"

#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "platform/platform.h"
#include "posix/posix.h"

#define NANOSECONDS 1000000000

const size_t mp_plat_sleep_room = 0;

int mp_plat_sleep_prepare(const mp_plat_memory_t *memory, size_t room_offset,
                          uint64_t family)
{
    (void) memory;
    (void) room_offset;
    (void) family;
    return 0;
}

// FUTEX_WAIT_BITSET takes an absolute time of the monotonic clock.
void mp_plat_sleep(mp_word_t *word, uint32_t value, int64_t deadline)
{
    struct timespec until = {.tv_sec = deadline / NANOSECONDS,
                             .tv_nsec = deadline % NANOSECONDS};

    (void) syscall(SYS_futex, word, FUTEX_WAIT_BITSET, value,
                   deadline == MP_PLAT_NEVER ? NULL : &until, NULL,
                   FUTEX_BITSET_MATCH_ANY);
}

void mp_plat_wake(mp_word_t *word, int count)
{
    (void) syscall(SYS_futex, word, FUTEX_WAKE, count, NULL, NULL, 0);
}

void mp_plat_sleep_forget(int64_t pid)
{
    (void) pid;
}

void mp_plat_yield(void)
{
    (void) sched_yield();
}

int mp_plat_processors(void)
{
    cpu_set_t set;

    return sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 2;
}
