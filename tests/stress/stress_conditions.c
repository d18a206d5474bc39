// SPDX-License-Identifier: Apache-2.0
// Producers and consumers of a number, who tell each other by a condition.
#include "tests/stress/stress.h"

#include "platform/platform.h"

#define STOCK_MOST 2
#define WRONG 100 // beside the codes of calls, which are below 0

static mp_condition_t *condition;
static mp_lock_t *lock;

static bool make(stress_page_t *page, const mp_condition_options_t *options)
{
    if (mp_condition_create(&condition, options) < 0) {
        return false;
    }
    stress_publish(page, 0, condition);
    return true;
}

static bool make_condition(stress_page_t *page)
{
    return make(page, NULL);
}

static bool make_with_lock(stress_page_t *page)
{
    mp_condition_options_t options = {0};

    if (mp_lock_create(&lock) < 0) {
        return false;
    }
    options.lock = lock;
    return make(page, &options);
}

static bool open_condition(stress_page_t *page)
{
    return stress_open(page, 0, MP__TYPE_CONDITION, &condition);
}

static void destroy_condition(stress_page_t *page)
{
    (void) page;
    mp_condition_destroy(condition);
    mp_lock_destroy(lock);
    lock = NULL;
}

// ---- the stock, under the lock ----

// What was produced, what was consumed, and what there is.
static _Atomic uint64_t *stock_of(stress_page_t *page)
{
    return &page->numbers[0];
}

static uint64_t should_be(const stress_page_t *page)
{
    return atomic_load(&page->pair[0]) - atomic_load(&page->pair[1]);
}

// After an acquisition. The one that died may have produced and told nobody, or
// have been told and taken nothing.
static int look_in(stress_page_t *page, int r)
{
    if (r == MP_OWNERDIED) {
        atomic_store(stock_of(page), should_be(page));
        return mp_condition_notify_all(condition);
    }
    return r == 0 && atomic_load(stock_of(page)) != should_be(page) ? WRONG : r;
}

static int enter(stress_page_t *page)
{
    return look_in(page, mp_condition_acquire(condition, MP_FOREVER));
}

static int produce(stress_page_t *page)
{
    (void) atomic_fetch_add(&page->pair[0], 1);
    (void) atomic_fetch_add(stock_of(page), 1);
    return mp_condition_notify(condition, 1);
}

static int await_stock(stress_page_t *page, uint64_t *random)
{
    int r = 0;

    while (r == 0 && atomic_load(stock_of(page)) == 0 &&
           atomic_load(&page->stop) == 0) {
        atomic_store(&page->doing[stress_index], STRESS_WAITING);
        r = mp_condition_wait(condition, stress_timeout(random));
        atomic_store(&page->doing[stress_index], STRESS_WORKING);
        r = look_in(page, r);
    }
    return r == MP_ETIMEDOUT ? 0 : r;
}

static int consume(stress_page_t *page, uint64_t *random)
{
    int r = await_stock(page, random);

    if (r == 0 && atomic_load(stock_of(page)) > 0) {
        (void) atomic_fetch_add(&page->pair[1], 1);
        (void) atomic_fetch_sub(stock_of(page), 1);
    }
    return r;
}

static int trade(stress_page_t *page, uint64_t *random)
{
    bool produces = stress_random(random, 2) == 0;
    int r = enter(page);

    if (r != 0) {
        return 1;
    }
    if (!produces) {
        r = consume(page, random);
    } else if (atomic_load(stock_of(page)) < STOCK_MOST) {
        r = produce(page);
    }
    if (r != 0) {
        return r == WRONG ? 2 : 3;
    }
    return mp_condition_release(condition) == 0 ? 0 : 4;
}

// ---- what holds ----

static bool nothing_is_left(stress_page_t *page)
{
    bool none = enter(page) == 0 && atomic_load(stock_of(page)) == 0;

    return mp_condition_release(condition) == 0 && none;
}

// Nobody stays asleep while there is something: that would be a notification
// that was lost.
static const char *check_waiters(stress_page_t *page)
{
    const char *wrong = stress_park(page, nothing_is_left);

    if (wrong == NULL) {
        stress_go_on(page);
    }
    return wrong;
}

static const char *feed(stress_page_t *page)
{
    int r = enter(page);

    if (r == 0 && atomic_load(&page->stop) != 0) {
        r = mp_condition_notify_all(condition);
    } else if (r == 0 && atomic_load(stock_of(page)) == 0) {
        r = produce(page);
    }
    return r == 0 && mp_condition_release(condition) == 0
               ? NULL
               : "what is shared under the condition's lock is wrong";
}

const stress_row_t stress_condition_rows[] = {
    {"trade by a condition", make_condition, open_condition, trade,
     check_waiters, destroy_condition, feed, NULL},
    {"trade by a condition of a lock", make_with_lock, open_condition, trade,
     check_waiters, destroy_condition, feed, NULL},
};
const size_t stress_condition_count = STRESS_COUNT(stress_condition_rows);
