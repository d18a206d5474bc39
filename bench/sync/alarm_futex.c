// SPDX-License-Identifier: Apache-2.0
// Linux itself: a word that is 0 or 1, and the call that sleeps on it.
#include "bench/sync/alarm.h"

#include <limits.h>
#include <stddef.h>
#include <unistd.h>

#include <linux/futex.h>
#include <sys/syscall.h>

static int make(struct alarm_place *place)
{
    *(uint32_t *) place->room = 0;
    place->at = place->room;
    return 0;
}

static void unmake(struct alarm_place *place)
{
    place->at = NULL;
}

static int set(void *at)
{
    mp_atomic_store_uint32(at, 1);
    return syscall(SYS_futex, at, FUTEX_WAKE, INT_MAX, NULL, NULL, 0) < 0 ? -1
                                                                          : 0;
}

static int clear(void *at)
{
    mp_atomic_store_uint32(at, 0);
    return 0;
}

static int wait_for(void *at)
{
    while (mp_atomic_load_uint32(at) == 0) {
        // It also returns when the word has changed already, or for no reason.
        (void) syscall(SYS_futex, at, FUTEX_WAIT, 0, NULL, NULL, 0);
    }
    return 0;
}

const struct alarm alarm_futex = {
    .name = "futex",
    .make = make,
    .unmake = unmake,
    .set = set,
    .clear = clear,
    .wait = wait_for,
};
