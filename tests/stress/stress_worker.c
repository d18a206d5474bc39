// SPDX-License-Identifier: Apache-2.0
// One of the processes that are killed, and what the rows share.
#include "tests/stress/stress.h"

#include <string.h>

#include "platform/platform.h"

#define FEW_MS 3
#define MS INT64_C(1000000)

int stress_index;
bool stress_spent;
mp_connection_t *stress_ends[2];
mp_listener_t *stress_listener;

uint64_t stress_random(uint64_t *random, uint64_t limit)
{
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    return *random % limit;
}

int64_t stress_timeout(uint64_t *random)
{
    switch (stress_random(random, 4)) {
    case 0:
        return 0;
    case 1:
        return (int64_t) stress_random(random, FEW_MS);
    default:
        return MP_FOREVER;
    }
}

bool stress_acquired(int r)
{
    return r == 0 || r == MP_OWNERDIED;
}

bool stress_change(_Atomic uint64_t *pair, bool died)
{
    uint64_t first = atomic_load_explicit(&pair[0], memory_order_relaxed);
    uint64_t second = atomic_load_explicit(&pair[1], memory_order_relaxed);

    if (first != second && !died) {
        return false;
    }
    first = first < second ? second : first;
    atomic_store_explicit(&pair[0], first + 1, memory_order_relaxed);
    atomic_store_explicit(&pair[1], first + 1, memory_order_relaxed);
    return true;
}

bool stress_change_pair(stress_page_t *page, bool died)
{
    return stress_change(page->pair, died);
}

// ---- objects ----

void stress_publish(stress_page_t *page, int at, const void *object)
{
    page->references[at] = mp__object_reference(object);
}

bool stress_open(stress_page_t *page, int at, mp__type_t type, void *object)
{
    mp__object_t *opened = NULL;

    if (mp__object_open(&page->references[at], type, &opened) < 0) {
        return false;
    }
    *(void **) object = opened;
    return true;
}

// ---- standing still ----

static void park(stress_page_t *page)
{
    if (atomic_load(&page->pause) == 0) {
        return;
    }
    atomic_store(&page->doing[stress_index], STRESS_PARKED);
    while (atomic_load(&page->pause) != 0 && atomic_load(&page->stop) == 0) {
        mp_plat_yield();
    }
    atomic_store(&page->doing[stress_index], STRESS_WORKING);
}

static bool all_stand(stress_page_t *page,
                      bool (*may_wait)(stress_page_t *page))
{
    bool waits = false;

    for (int i = 0; i < atomic_load(&page->count); i++) {
        int doing = atomic_load(&page->doing[i]);
        if (i == atomic_load(&page->dead)) {
            continue;
        }
        if (doing == STRESS_WORKING) {
            return false;
        }
        waits |= doing == STRESS_WAITING;
    }
    return !waits || may_wait(page);
}

const char *stress_park(stress_page_t *page,
                        bool (*may_wait)(stress_page_t *page))
{
    int64_t from = mp_plat_now();

    atomic_store(&page->pause, 1);
    while (!all_stand(page, may_wait)) {
        if (atomic_load(&page->wrong) != 0) {
            return "a worker found an error";
        }
        if (mp_plat_now() - from > STRESS_LIMIT_MS * MS) {
            return "a process does not come to the end of its operation";
        }
        mp_plat_yield();
    }
    return NULL;
}

// Who was killed while it stood or waited does so no more.
void stress_go_on(stress_page_t *page)
{
    atomic_store(&page->doing[atomic_load(&page->dead)], STRESS_WORKING);
    atomic_store(&page->pause, 0);
}

// ---- work ----

int stress_work(const mp_args_t *args)
{
    size_t size = 0;
    stress_order_t order;
    const void *bytes = mp_args_bytes(args, 0, &size);
    stress_page_t *page = NULL;

    if (size != sizeof(order)) {
        return 2;
    }
    memcpy(&order, bytes, sizeof(order));
    if (mp__object_open(&order.page, MP__TYPE_BLOCK, (mp__object_t **) &page) <
        0) {
        return 3;
    }
    const stress_row_t *row = stress_rows[order.row];
    stress_index = order.index;
    if (mp_args_count(args) == 3) {
        stress_ends[0] = mp_args_connection(args, 1);
        stress_ends[1] = mp_args_connection(args, 2);
    } else if (mp_args_count(args) == 2) {
        stress_listener = mp_args_listener(args, 1);
    }
    if (row->attach != NULL && !row->attach(page)) {
        return 4;
    }
    while (atomic_load(&page->stop) == 0) {
        park(page);
        int wrong = row->operation(page, &order.random);
        if (wrong != 0) {
            atomic_store(&page->wrong, wrong);
            return 1;
        }
        (void) atomic_fetch_add(&page->progress[order.index], 1);
    }
    return 0;
}
MP_TARGET(stress_work)
