// SPDX-License-Identifier: Apache-2.0
// Queues that are shared by processes that are killed at random moments: every
// other one puts, and the others get. A message comes once, whole, and in the
// order of who put it; each death costs no more than what was being put or got.
#include "tests/stress/stress_queue.h"

#include <string.h>

#include "core/queue.h"
#include "platform/platform.h"

#define FEW 3
#define CROWD 600 // in a stress_queue without a maxsize: more than two rings
#define SETTLE_MS 100

mp_queue_t *stress_queue;
unsigned char stress_bytes[STRESS_LONG];

// ---- in the test's own process ----

static bool make(stress_page_t *page, size_t maxsize,
                 const mp_queue_options_t *options)
{
    if (!ledger_make(page, 1) ||
        mp_queue_create(&stress_queue, maxsize, options) < 0) {
        return false;
    }
    ledger_repeats = options != NULL && options->at_least_once;
    stress_publish(page, 0, stress_queue);
    return true;
}

static bool make_few(stress_page_t *page)
{
    return make(page, FEW, NULL);
}

static bool make_bounded(stress_page_t *page)
{
    return make(page, 64, NULL);
}

static bool make_unbounded(stress_page_t *page)
{
    return make(page, 0, NULL);
}

static bool make_joinable(stress_page_t *page)
{
    mp_queue_options_t options = {.joinable = true};

    return make(page, 64, &options);
}

static bool make_repeating(stress_page_t *page)
{
    mp_queue_options_t options = {.at_least_once = true};

    return make(page, FEW, &options);
}

static bool make_repeating_unbounded(stress_page_t *page)
{
    mp_queue_options_t options = {.at_least_once = true};

    return make(page, 0, &options);
}

static void destroy(stress_page_t *page)
{
    (void) page;
    mp_queue_destroy(stress_queue);
    stress_queue = NULL;
    ledger_destroy();
}

// ---- in the workers ----

static bool attach(stress_page_t *page)
{
    return ledger_open(page, 1) &&
           stress_open(page, 0, MP__TYPE_QUEUE, &stress_queue);
}

bool stress_puts(void)
{
    return stress_index % 2 == 0;
}

// Without a maxsize who puts looks himself that they do not become too many.
bool stress_is_crowded(void)
{
    if (mp_queue_maxsize(stress_queue) != 0 ||
        mp_queue_qsize(stress_queue) < CROWD) {
        return false;
    }
    mp_plat_yield();
    return true;
}

bool stress_is_refused(int r)
{
    return r == MP_EFULL || r == MP_EEMPTY;
}

static int put_bytes(int party, size_t size, int64_t timeout_ms)
{
    ledger_write(party, stress_bytes, size);
    int r = mp_queue_put_bytes(stress_queue, stress_bytes, size, timeout_ms);
    if (r < 0) {
        ledger_refuse(1);
    }
    return r == 0 || stress_is_refused(r) ? 0 : 1;
}

int stress_get_bytes(int party, int64_t timeout_ms)
{
    size_t size = 0;

    int r = mp_queue_get_bytes(stress_queue, stress_bytes, sizeof(stress_bytes),
                               &size, timeout_ms);
    if (r < 0) {
        return stress_is_refused(r) ? 0 : 2;
    }
    return ledger_read(party, stress_bytes, size);
}

size_t stress_small_size(uint64_t *random)
{
    return LEDGER_HEAD + (size_t) stress_random(random, STRESS_SMALL);
}

// Most of them are small, and some have no bytes, if nobody needs to know which
// it is.
static size_t mixed_size(uint64_t *random)
{
    switch (stress_random(random, 16)) {
    case 0:
        return ledger_repeats ? LEDGER_HEAD : 0;
    case 1:
        return STRESS_LONG - (size_t) stress_random(random, STRESS_LONG / 2);
    case 2:
        return LEDGER_HEAD + (size_t) stress_random(random, 3000);
    default:
        return stress_small_size(random);
    }
}

static int exchange(size_t (*size_of)(uint64_t *random), uint64_t *random)
{
    if (!stress_puts()) {
        return stress_get_bytes(stress_index, stress_timeout(random));
    }
    return stress_is_crowded() ? 0
                               : put_bytes(stress_index, size_of(random),
                                           stress_timeout(random));
}

static int exchange_small(stress_page_t *page, uint64_t *random)
{
    (void) page;
    return exchange(stress_small_size, random);
}

static int exchange_mixed(stress_page_t *page, uint64_t *random)
{
    (void) page;
    return exchange(mixed_size, random);
}

// ---- in place ----

static int put_in_place(uint64_t *random)
{
    mp_queue_message_t message;
    size_t size = mixed_size(random);

    if (mp_queue_reserve(stress_queue, &message, size) < 0) {
        return 4;
    }
    ledger_write(stress_index, message.bytes, size);
    int r = mp_queue_commit(stress_queue, &message, stress_timeout(random));
    if (r < 0) {
        ledger_refuse(1);
        mp_queue_cancel(stress_queue, &message);
    }
    return r == 0 || stress_is_refused(r) ? 0 : 5;
}

// What it says in the account comes before the message goes.
static int get_in_place(int party, int64_t timeout_ms)
{
    mp_queue_message_t message;

    int r = mp_queue_peek(stress_queue, &message, timeout_ms);
    if (r < 0) {
        return stress_is_refused(r) ? 0 : 6;
    }
    r = ledger_read(party, message.bytes, message.size);
    if (mp_queue_release(stress_queue, &message) < 0) {
        return 7;
    }
    return r;
}

static int exchange_in_place(stress_page_t *page, uint64_t *random)
{
    (void) page;
    return stress_puts() ? put_in_place(random)
                         : get_in_place(stress_index, stress_timeout(random));
}

static int exchange_repeating(stress_page_t *page, uint64_t *random)
{
    (void) page;
    if (!stress_puts()) {
        return get_in_place(stress_index, stress_timeout(random));
    }
    return stress_is_crowded() ? 0
                               : put_bytes(stress_index, mixed_size(random),
                                           stress_timeout(random));
}

// ---- tasks ----

static int join(int64_t timeout_ms)
{
    int r = mp_queue_join(stress_queue, timeout_ms);

    return r == 0 || r == MP_OWNERDIED || r == MP_ETIMEDOUT ? 0 : 8;
}

static int do_task(int party, int64_t timeout_ms)
{
    size_t size = 0;

    int r = mp_queue_get_bytes(stress_queue, stress_bytes, sizeof(stress_bytes),
                               &size, timeout_ms);
    if (r < 0) {
        return stress_is_refused(r) ? 0 : 9;
    }
    r = ledger_read(party, stress_bytes, size);
    return r == 0 && mp_queue_task_done(stress_queue) < 0 ? 10 : r;
}

static int exchange_tasks(stress_page_t *page, uint64_t *random)
{
    (void) page;
    if (!stress_puts()) {
        return do_task(stress_index, stress_timeout(random));
    }
    return stress_random(random, 64) == 0
               ? join((int64_t) stress_random(random, 3))
               : put_bytes(stress_index, stress_small_size(random),
                           stress_timeout(random));
}

// ---- locks in values ----

static int put_lock(int64_t timeout_ms)
{
    mp_lock_t *lock = NULL;
    mp_any_t *value = NULL;

    int r = mp_lock_create(&lock);
    if (r == 0) {
        r = mp_any_shared(&value, lock);
    }
    mp_lock_destroy(lock);
    if (r == 0) {
        r = mp_queue_put(stress_queue, value, timeout_ms);
    }
    mp_any_destroy(value);
    return r == 0 || stress_is_refused(r) ? 0 : 11;
}

static int get_lock(int64_t timeout_ms)
{
    mp_any_t *value = NULL;
    mp_lock_t *lock = NULL;

    int r = mp_queue_get(stress_queue, &value, timeout_ms);
    if (r < 0) {
        return stress_is_refused(r) ? 0 : 12;
    }
    bool good = mp_any_get_lock(value, &lock) == 0 &&
                mp_lock_acquire(lock, 0) == 0 && mp_lock_release(lock) == 0;
    mp_any_destroy(value);
    return good ? 0 : 13;
}

static int exchange_locks(stress_page_t *page, uint64_t *random)
{
    (void) page;
    if (!stress_puts()) {
        return get_lock(stress_timeout(random));
    }
    return stress_is_crowded() ? 0 : put_lock(stress_timeout(random));
}

// ---- after a death ----

static const char *check(stress_page_t *page)
{
    size_t most = mp_queue_maxsize(stress_queue);

    (void) page;
    (void) atomic_fetch_add(&ledger->deaths, 1);
    return most != 0 && mp_queue_qsize(stress_queue) > most
               ? "there are more messages than places"
               : NULL;
}

// How the test's own process puts and gets: by the kind of the row.
typedef struct means {
    int (*get)(int party, int64_t timeout_ms);
    int (*put)(int party, size_t size, int64_t timeout_ms);
} means_t;

static int get_lock_as(int party, int64_t timeout_ms)
{
    (void) party;
    return get_lock(timeout_ms);
}

static int put_lock_as(int party, size_t size, int64_t timeout_ms)
{
    (void) party;
    (void) size;
    return put_lock(timeout_ms);
}

static const means_t by_bytes = {stress_get_bytes, put_bytes};
static const means_t by_place = {get_in_place, put_bytes};
static const means_t by_tasks = {do_task, put_bytes};
static const means_t by_locks = {get_lock_as, put_lock_as};

// Who is left may wait for those of the other kind; at the end all may.
static const char *kick_by(stress_page_t *page, const means_t *means)
{
    int count = atomic_load(&page->count);
    int dead = atomic_load(&page->dead);
    bool stop = atomic_load(&page->stop) != 0;
    int wrong = 0;

    if (stop ? mp_queue_full(stress_queue) : (count < 4 && dead == 1)) {
        wrong = means->get(LEDGER_OWN, 0);
    } else if (stop || (count < 3 && dead == 0)) {
        wrong = means->put(LEDGER_OWN, LEDGER_HEAD, 0);
    }
    return wrong == 0 ? NULL : "the test itself got what is wrong";
}

static const char *kick(stress_page_t *page)
{
    return kick_by(page, &by_bytes);
}

static const char *kick_in_place(stress_page_t *page)
{
    return kick_by(page, &by_place);
}

static const char *kick_tasks(stress_page_t *page)
{
    return kick_by(page, &by_tasks);
}

static const char *kick_locks(stress_page_t *page)
{
    return kick_by(page, &by_locks);
}

// ---- the end ----

static uint64_t count_seen(void)
{
    return atomic_load(&ledger->got) + atomic_load(&ledger->twice);
}

static const char *drain(const means_t *means)
{
    uint64_t was = 0;

    do {
        was = count_seen();
        if (means->get(LEDGER_OWN, SETTLE_MS) != 0) {
            return "what is left is wrong";
        }
    } while (count_seen() != was);
    return mp_queue_qsize(stress_queue) == 0 && mp_queue_empty(stress_queue)
               ? NULL
               : "the drained queue says that it has messages";
}

static const char *settle_by(const means_t *means, uint64_t most)
{
    const char *wrong = drain(means);

    return wrong == NULL ? ledger_settle(most) : wrong;
}

static const char *settle(stress_page_t *page)
{
    (void) page;
    return settle_by(&by_bytes, 1);
}

static const char *settle_rows(stress_page_t *page)
{
    (void) page;
    return settle_by(&by_bytes, STRESS_ROW_GOT);
}

static const char *settle_in_place(stress_page_t *page)
{
    (void) page;
    return settle_by(&by_place, 1);
}

static const char *settle_tasks(stress_page_t *page)
{
    const char *wrong = settle_by(&by_tasks, 1);

    (void) page;
    if (wrong != NULL) {
        return wrong;
    }
    int r = mp_queue_join(stress_queue, STRESS_LIMIT_MS);
    return (r == 0 || r == MP_OWNERDIED) &&
                   mp_queue_unfinished(stress_queue) == 0
               ? NULL
               : "what nobody will do is waited for";
}

const stress_row_t stress_queue_rows[] = {
    {"use a queue of few places", make_few, attach, exchange_mixed, check,
     destroy, kick, settle},
    {"use a queue of 64 places", make_bounded, attach, exchange_small, check,
     destroy, kick, settle},
    {"use a queue without a maxsize", make_unbounded, attach, exchange_small,
     check, destroy, kick, settle},
    {"put all sizes into a queue", make_unbounded, attach, exchange_mixed,
     check, destroy, kick, settle},
    {"put rows into a queue", make_bounded, attach, stress_exchange_rows, check,
     destroy, kick, settle_rows},
    {"put rows into a queue without a maxsize", make_unbounded, attach,
     stress_exchange_rows, check, destroy, kick, settle_rows},
    {"use a queue in place", make_few, attach, exchange_in_place, check,
     destroy, kick_in_place, settle_in_place},
    {"do tasks of a queue", make_joinable, attach, exchange_tasks, check,
     destroy, kick_tasks, settle_tasks},
    {"get again what comes again from a queue", make_repeating, attach,
     exchange_repeating, check, destroy, kick_in_place, settle_in_place},
    {"get again from a queue without a maxsize", make_repeating_unbounded,
     attach, exchange_repeating, check, destroy, kick_in_place,
     settle_in_place},
    {"put locks into a queue", make_bounded, attach, exchange_locks, check,
     destroy, kick_locks, NULL},
};
const size_t stress_queue_count = STRESS_COUNT(stress_queue_rows);
