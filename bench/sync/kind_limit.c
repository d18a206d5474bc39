// SPDX-License-Identifier: Apache-2.0
// What the processor itself takes.
#include <stdatomic.h>

#include "bench/sync/kind.h"

// A lock cannot be less than that.
KIND_INLINE int cas_store_take(void *at)
{
    uint32_t none = 0;

    return atomic_compare_exchange_strong_explicit(
               (_Atomic uint32_t *) at, &none, 1, memory_order_acquire,
               memory_order_relaxed)
               ? 0
               : -1;
}

KIND_INLINE int cas_store_give(void *at)
{
    atomic_store_explicit((_Atomic uint32_t *) at, 0, memory_order_release);
    return 0;
}

static int cas_store_alone(void *at, unsigned count, int64_t *elapsed)
{
    return kind_alone(at, count, elapsed, cas_store_take, cas_store_give);
}

KIND_INLINE int atomic_add(void *at)
{
    (void) atomic_fetch_add((_Atomic uint64_t *) at, 1);
    return 0;
}

KIND_LOOP(atomic_add, atomic_add)

static int word_make(struct place *place)
{
    *(uint64_t *) place->room = 0;
    place->at = place->room;
    return 0;
}

static void word_unmake(struct place *place)
{
    place->at = NULL;
}

const struct kind kind_cas_store = {
    .name = "cas-store",
    .make = word_make,
    .unmake = word_unmake,
    .alone = cas_store_alone,
};

const struct kind kind_atomic_add = {
    .name = "atomic-add",
    .make = word_make,
    .unmake = word_unmake,
    .alone = atomic_add_alone,
};
