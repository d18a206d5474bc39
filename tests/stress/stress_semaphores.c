// SPDX-License-Identifier: Apache-2.0
// Semaphores whose units are held by processes that are killed.
#include "tests/stress/stress.h"

#include "platform/platform.h"

#define UNITS 4 // more than one death can take
#define OWNED_UNITS 2

static mp_semaphore_t *semaphore;
static bool is_bounded;

static bool make(stress_page_t *page, int units,
                 const mp_semaphore_options_t *options)
{
    if (mp_semaphore_create(&semaphore, units, options) < 0) {
        return false;
    }
    is_bounded = options->bounded;
    stress_publish(page, 0, semaphore);
    return true;
}

static bool make_plain(stress_page_t *page)
{
    mp_semaphore_options_t options = {0};

    return make(page, UNITS, &options);
}

static bool make_bounded(stress_page_t *page)
{
    mp_semaphore_options_t options = {.bounded = true};

    return make(page, UNITS, &options);
}

static bool make_owned(stress_page_t *page)
{
    mp_semaphore_options_t options = {.owned = true};

    return make(page, OWNED_UNITS, &options);
}

static bool open_semaphore(stress_page_t *page)
{
    return stress_open(page, 0, MP__TYPE_SEMAPHORE, &semaphore);
}

static void destroy_semaphore(stress_page_t *page)
{
    (void) page;
    mp_semaphore_destroy(semaphore);
}

// How many units this worker has, at least and at most: what it would take
// along.
static void note(stress_page_t *page, uint64_t least, uint64_t most)
{
    atomic_store(&page->numbers[stress_index], least << 8 | most);
}

// A second one is only tried for, so that nobody waits with one in hand.
static int use_units(stress_page_t *page, uint64_t *random)
{
    int count = 1;

    note(page, 0, 1);
    int r = mp_semaphore_acquire(semaphore, stress_timeout(random));
    if (!stress_acquired(r)) {
        note(page, 0, 0);
        return r == MP_ETIMEDOUT ? 0 : 1;
    }
    if (stress_random(random, 4) == 0) {
        note(page, 1, 2);
        r = mp_semaphore_acquire(semaphore, 0);
        count += stress_acquired(r);
        if (r < 0 && r != MP_ETIMEDOUT) {
            return 2;
        }
    }
    note(page, (uint64_t) count, (uint64_t) count);
    if (stress_random(random, 16) == 0) {
        mp_plat_yield();
    }
    note(page, 0, (uint64_t) count);
    if (mp_semaphore_release_many(semaphore, count) < 0) {
        return 3;
    }
    note(page, 0, 0);
    return 0;
}

// All others stand without a unit: what is missing went with the dead one, and
// is given back.
static const char *check_count(stress_page_t *page)
{
    const char *wrong = stress_park(page, NULL);

    if (wrong != NULL) {
        return wrong;
    }
    _Atomic uint64_t *noted = &page->numbers[atomic_load(&page->dead)];
    uint64_t held = atomic_exchange(noted, 0);
    int lost = UNITS - mp_semaphore_value(semaphore);
    if (lost < (int) (held >> 8) || lost > (int) (held & 255)) {
        return "the count is wrong";
    }
    if (lost > 0 && mp_semaphore_release_many(semaphore, lost) < 0) {
        return "lost units cannot be given back";
    }
    if (is_bounded && mp_semaphore_release(semaphore) != MP_EINVAL) {
        return "a bounded semaphore got more units than it began with";
    }
    stress_go_on(page);
    return NULL;
}

// All units come back by themselves, and no more than there were.
static const char *check_owned(stress_page_t *page)
{
    const char *wrong = stress_park(page, NULL);

    for (int i = 0; wrong == NULL && i < OWNED_UNITS; i++) {
        if (!stress_acquired(
                mp_semaphore_acquire(semaphore, STRESS_LIMIT_MS))) {
            wrong = "a unit of the dead did not come back";
        }
    }
    if (wrong != NULL) {
        return wrong;
    }
    if (mp_semaphore_acquire(semaphore, 0) != MP_ETIMEDOUT) {
        return "there is a unit too many";
    }
    if (mp_semaphore_release_many(semaphore, OWNED_UNITS) < 0) {
        return "the units cannot be released";
    }
    stress_go_on(page);
    return NULL;
}

const stress_row_t stress_semaphore_rows[] = {
    {"use a semaphore", make_plain, open_semaphore, use_units, check_count,
     destroy_semaphore, NULL, NULL},
    {"use a bounded semaphore", make_bounded, open_semaphore, use_units,
     check_count, destroy_semaphore, NULL, NULL},
    {"use a semaphore whose units are owned", make_owned, open_semaphore,
     use_units, check_owned, destroy_semaphore, NULL, NULL},
};
const size_t stress_semaphore_count = STRESS_COUNT(stress_semaphore_rows);
