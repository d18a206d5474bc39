// SPDX-License-Identifier: Apache-2.0
// A semaphore in one word of a page: its units, and a bit that says that
// somebody may sleep. Nothing else is known of who waits, so a process that is
// killed leaves nothing half done, as with the locks of word.h:
//
// - to release adds the units and clears the bit in one step, and then wakes as
//   many as it gave units, or as the system can;
// - who slept does not know whether others still do, sets the bit when it takes
//   its unit, and wakes the next one if there are units left: two releases may
//   have found one bit;
// - a wake that dies with its waker or its sleeper is made up for by the
//   others, who look again every quarter of a second.
#include <multiprocessing/named_semaphore.h>

#include <stdlib.h>
#include <string.h>

#include "core/named_page.h"
#include "core/options.h"
#include "core/pause.h"
#include "core/start.h"
#include "core/word.h"
#include "platform/fail.h"

#define UNITS UINT32_C(0x7fffffff)
#define WAITERS UINT32_C(0x80000000)

struct mp_named_semaphore {
    mp_plat_named_t named;
    char name[MP__NAME_ROOM];
};

static mp__page_t *page_of(const mp_named_semaphore_t *semaphore)
{
    return semaphore->named.page;
}

// ---- birth and end ----

// Before there is a page: what fails later would leave its name behind. NULL:
// MP_ENOMEM is recorded.
static mp_named_semaphore_t *new_semaphore(const char *name)
{
    mp_named_semaphore_t *semaphore = calloc(1, sizeof(*semaphore));
    if (semaphore == NULL) {
        (void) mp__fail(MP_ENOMEM, 0, "a named semaphore");
        return NULL;
    }
    memcpy(semaphore->name, name, strlen(name) + 1);
    return semaphore;
}

// Gives it to the caller, or frees it if `r` is a failure.
static int hand_out(mp_named_semaphore_t **out, mp_named_semaphore_t *semaphore,
                    int r)
{
    if (r < 0) {
        free(semaphore);
    } else {
        *out = semaphore;
    }
    return r;
}

static int check_units(uint32_t value, mp_named_semaphore_options_t *options)
{
    if (options->maximum == 0) {
        options->maximum = MP_NAMED_SEMAPHORE_MOST;
    }
    if (options->maximum > MP_NAMED_SEMAPHORE_MOST ||
        value > options->maximum) {
        return mp__fail(MP_EINVAL, 0,
                        "a semaphore has at most %d units, or what its maximum "
                        "says",
                        MP_NAMED_SEMAPHORE_MOST);
    }
    return 0;
}

int mp_named_semaphore_create_sized(mp_named_semaphore_t **out,
                                    const char *name, uint32_t value,
                                    const mp_named_semaphore_options_t *options,
                                    size_t options_size)
{
    mp_named_semaphore_options_t given = {0};

    if (out == NULL) {
        return mp__fail(MP_EINVAL, 0, "no place for the semaphore");
    }
    *out = NULL;
    int r = mp__options_copy(&given, sizeof(given), options, options_size);
    if (r == 0) {
        r = mp__name_check(name);
    }
    if (r == 0) {
        r = check_units(value, &given);
    }
    if (r < 0) {
        return r;
    }
    mp_named_semaphore_t *semaphore = new_semaphore(name);
    if (semaphore == NULL) {
        return MP_ENOMEM;
    }
    r = mp__page_make(&semaphore->named, name, value, &given);
    return hand_out(out, semaphore, r);
}

int mp_named_semaphore_open(mp_named_semaphore_t **out, const char *name)
{
    if (out == NULL) {
        return mp__fail(MP_EINVAL, 0, "no place for the semaphore");
    }
    *out = NULL;
    int r = mp__name_check(name);
    if (r < 0) {
        return r;
    }
    mp_named_semaphore_t *semaphore = new_semaphore(name);
    if (semaphore == NULL) {
        return MP_ENOMEM;
    }
    return hand_out(out, semaphore, mp__page_find(&semaphore->named, name));
}

void mp_named_semaphore_close(mp_named_semaphore_t *semaphore)
{
    if (semaphore != NULL) {
        mp_plat_named_close(&semaphore->named);
    }
}

void mp_named_semaphore_destroy(mp_named_semaphore_t *semaphore)
{
    mp_named_semaphore_close(semaphore);
    free(semaphore);
}

// ---- the word ----

// `mark` is what is set beside the units that are left.
static bool take(mp_word_t *word, uint32_t mark, uint32_t *left)
{
    uint32_t seen = atomic_load(word);

    while ((seen & UNITS) != 0) {
        if (atomic_compare_exchange_weak(word, &seen, (seen - 1) | mark)) {
            *left = (seen & UNITS) - 1;
            return true;
        }
    }
    return false;
}

static bool spin(mp_word_t *word)
{
    mp__pause_t pause = MP__PAUSE_NEW;
    uint32_t left = 0;

    while (mp__pause(&pause)) {
        if (take(word, 0, &left)) {
            return true;
        }
    }
    return false;
}

// Says in the word that there is a sleeper; false if there are units by now.
static bool announce(mp_word_t *word, uint32_t *seen)
{
    *seen = atomic_load(word);
    while (*seen == 0) {
        if (atomic_compare_exchange_weak(word, seen, WAITERS)) {
            *seen = WAITERS;
        }
    }
    return *seen == WAITERS;
}

static void sleep_on(const mp_named_semaphore_t *semaphore, uint32_t seen,
                     int64_t deadline)
{
    mp_plat_named_sleep(&semaphore->named, &page_of(semaphore)->word, seen,
                        mp__slice_until(deadline));
}

// Who gives up may have been woken in the place of another sleeper.
static int give_up(const mp_named_semaphore_t *semaphore, bool slept)
{
    uint32_t seen = 0;

    if (slept && !announce(&page_of(semaphore)->word, &seen)) {
        mp_plat_named_wake(&semaphore->named, &page_of(semaphore)->word, 1);
    }
    return mp__fail(MP_ETIMEDOUT, 0, "the semaphore has no unit: %s",
                    semaphore->name);
}

static int acquire_slow(const mp_named_semaphore_t *semaphore, int64_t deadline)
{
    mp_word_t *word = &page_of(semaphore)->word;
    bool slept = false;
    uint32_t left = 0;
    uint32_t seen = 0;

    if (deadline != MP_PLAT_AT_ONCE && spin(word)) {
        return 0;
    }
    while (!take(word, slept ? WAITERS : 0, &left)) {
        if (deadline != MP_PLAT_NEVER && mp_plat_now() >= deadline) {
            return give_up(semaphore, slept);
        }
        if (announce(word, &seen)) {
            sleep_on(semaphore, seen, deadline);
            slept = true;
        }
    }
    if (slept && left > 0) {
        mp_plat_named_wake(&semaphore->named, word, 1);
    }
    return 0;
}

// ---- what the user calls ----

static int check(const mp_named_semaphore_t *semaphore)
{
    if (semaphore == NULL) {
        return mp__fail(MP_EINVAL, 0, "the semaphore is NULL");
    }
    if (semaphore->named.page == NULL) {
        return mp__fail(MP_ESTATE, 0, "the semaphore is closed: %s",
                        semaphore->name);
    }
    return 0;
}

int mp_named_semaphore_acquire(mp_named_semaphore_t *semaphore,
                               int64_t timeout_ms)
{
    uint32_t left = 0;

    int r = check(semaphore);
    if (r < 0 || take(&page_of(semaphore)->word, 0, &left)) {
        return r;
    }
    return acquire_slow(semaphore, mp__deadline(timeout_ms));
}

int mp_named_semaphore_release(mp_named_semaphore_t *semaphore)
{
    return mp_named_semaphore_release_many(semaphore, 1);
}

int mp_named_semaphore_release_many(mp_named_semaphore_t *semaphore,
                                    uint32_t count)
{
    int r = check(semaphore);
    if (r < 0 || count == 0) {
        return r;
    }
    mp__page_t *page = page_of(semaphore);
    uint32_t maximum = page->maximum;
    uint32_t seen = atomic_load(&page->word);
    do {
        uint32_t units = seen & UNITS;
        if (units > maximum || count > maximum - units) {
            return mp__fail(MP_ERANGE, 0,
                            "the semaphore has %u units of %u, which leaves no "
                            "room for %u: %s",
                            units, maximum, count, semaphore->name);
        }
    } while (!atomic_compare_exchange_weak(&page->word, &seen,
                                           (seen & UNITS) + count));
    if ((seen & WAITERS) != 0) {
        mp_plat_named_wake(&semaphore->named, &page->word, (int) count);
    }
    return 0;
}

int64_t mp_named_semaphore_value(const mp_named_semaphore_t *semaphore)
{
    int r = check(semaphore);
    return r < 0 ? r
                 : (int64_t) (atomic_load(&page_of(semaphore)->word) & UNITS);
}

const char *mp_named_semaphore_name(const mp_named_semaphore_t *semaphore)
{
    return semaphore == NULL ? NULL : semaphore->name;
}
