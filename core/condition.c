// SPDX-License-Identifier: Apache-2.0
#include "core/condition.h"

#include "core/options.h"
#include "core/start.h"
#include "platform/fail.h"
#include "platform/platform.h"

#define DEFAULT_WAITERS 500 // with the rest, a unit of the heap
#define MOST_WAITERS (1 << 20)

// ---- making ----

static int check(const mp_condition_options_t *options)
{
    if (options->lock != NULL && options->rlock != NULL) {
        return mp__fail(MP_EINVAL, 0, "a condition has one lock, not two");
    }
    if ((options->lock != NULL &&
         !mp__object_is((void *) options->lock, MP__TYPE_LOCK)) ||
        (options->rlock != NULL && !mp__rlock_is(options->rlock))) {
        return mp__fail(MP_EINVAL, 0, "this is no lock, or it is gone");
    }
    if (options->max_waiters < 0 || options->max_waiters > MOST_WAITERS) {
        return mp__fail(options->max_waiters < 0 ? MP_EINVAL : MP_ERANGE, 0,
                        "a condition has room for up to %d, not %d",
                        MOST_WAITERS, options->max_waiters);
    }
    return 0;
}

static mp__object_t *lock_of(const mp_condition_options_t *options)
{
    return options->lock != NULL    ? &options->lock->head
           : options->rlock != NULL ? &options->rlock->head
                                    : NULL;
}

static int make(mp_condition_t **out, const mp_condition_options_t *options)
{
    uint32_t most = options->max_waiters == 0 ? DEFAULT_WAITERS
                                              : (uint32_t) options->max_waiters;
    mp__object_t *lock = lock_of(options);

    int r = mp__object_new(out, sizeof(mp_condition_t) +
                                    most * sizeof(mp__waiter_t));
    if (r < 0) {
        return r;
    }
    mp_condition_t *condition = *out;
    condition->lock = 0;
    condition->recursive = options->lock == NULL;
    condition->most = most;
    atomic_store(&condition->own.word, 0);
    atomic_store(&condition->own.count, 0);
    atomic_store(&condition->own.thread, 0);
    atomic_store(&condition->clock, 0);
    atomic_store(&condition->used, 0);
    for (uint32_t i = 0; i < most; i++) {
        atomic_store_explicit(&condition->waiters[i].state, 0,
                              memory_order_relaxed);
    }
    mp__object_made(&condition->head, MP__TYPE_CONDITION);
    r = lock == NULL
            ? 0
            : mp__object_pair((mp__paired_t *) (void *) condition, lock);
    if (r < 0) {
        mp__object_drop(&condition->head);
        *out = NULL;
    }
    return r;
}

int mp_condition_create_sized(mp_condition_t **out,
                              const mp_condition_options_t *options,
                              size_t options_size)
{
    mp_condition_options_t copy;

    if (out == NULL) {
        return mp__fail(MP_EINVAL, 0, "no place for the condition");
    }
    *out = NULL;
    int r = mp__options_copy(&copy, sizeof(copy), options, options_size);
    if (r == 0) {
        r = check(&copy);
    }
    return r < 0 ? r : make(out, &copy);
}

void mp_condition_destroy(mp_condition_t *condition)
{
    if (condition != NULL) {
        mp__object_drop(&condition->head);
    }
}

int mp_condition_hold(mp_condition_t *condition)
{
    return mp__object_hold_as(condition, MP__TYPE_CONDITION);
}

// ---- its lock ----

static mp_word_t *word_of(mp_condition_t *condition)
{
    return &((mp_lock_t *) mp__linked(condition->lock))->word;
}

static mp__recursive_t *recursive_of(mp_condition_t *condition)
{
    return condition->lock == 0
               ? &condition->own
               : &((mp_rlock_t *) mp__linked(condition->lock))->lock;
}

int mp_condition_acquire(mp_condition_t *condition, int64_t timeout_ms)
{
    if (condition == NULL) {
        return mp__fail(MP_EINVAL, 0, "the condition is NULL");
    }
    return condition->recursive
               ? mp__recursive_acquire(recursive_of(condition),
                                       mp__deadline(timeout_ms))
               : mp_lock_acquire(mp__linked(condition->lock), timeout_ms);
}

int mp_condition_release(mp_condition_t *condition)
{
    if (condition == NULL) {
        return mp__fail(MP_EINVAL, 0, "the condition is NULL");
    }
    return condition->recursive ? mp__recursive_release(recursive_of(condition))
                                : mp_lock_release(mp__linked(condition->lock));
}

// 0 if the caller holds the lock.
static int expect_held(mp_condition_t *condition)
{
    if (condition == NULL) {
        return mp__fail(MP_EINVAL, 0, "the condition is NULL");
    }
    uint32_t token = mp__token();
    if (token == 0) {
        return mp__fail_last()->code;
    }
    bool held =
        condition->recursive
            ? mp__recursive_is_mine(recursive_of(condition))
            : (atomic_load(word_of(condition)) & MP__TOKEN_MASK) == token;
    return held ? 0
                : mp__fail(MP_ESTATE, 0,
                           "the caller does not hold the condition's lock");
}

static uint32_t let_go(mp_condition_t *condition)
{
    if (condition->recursive) {
        return mp__recursive_release_all(recursive_of(condition));
    }
    (void) mp__word_release(word_of(condition));
    return 0;
}

static int take_back(mp_condition_t *condition, uint32_t count)
{
    return condition->recursive
               ? mp__recursive_acquire_all(recursive_of(condition), count)
               : mp__word_acquire(word_of(condition), mp__token(),
                                  MP_PLAT_NEVER);
}

// ---- waiting ----

// A notified entry is freed last: if this process dies before, another one
// gets its notification.
static int wait_until(mp_condition_t *condition, int64_t deadline)
{
    uint32_t token = mp__token();
    mp__waiter_t *waiter = NULL;

    int r = mp__condition_enlist(condition, token, &waiter);
    if (r < 0) {
        return r;
    }
    uint32_t count = let_go(condition);
    bool notified = mp__condition_sleep(condition, &waiter, token, deadline);
    r = take_back(condition, count);
    if (notified) {
        atomic_store(&waiter->state, 0);
    }
    return r == 0 && !notified
               ? mp__fail(MP_ETIMEDOUT, 0, "nobody notified the condition")
               : r;
}

int mp_condition_wait(mp_condition_t *condition, int64_t timeout_ms)
{
    int r = expect_held(condition);

    return r < 0 ? r : wait_until(condition, mp__deadline(timeout_ms));
}

int mp_condition_wait_for(mp_condition_t *condition, mp_predicate_fn predicate,
                          void *argument, int64_t timeout_ms)
{
    int64_t deadline = mp__deadline(timeout_ms);

    if (predicate == NULL) {
        return mp__fail(MP_EINVAL, 0, "no predicate to wait for");
    }
    int r = expect_held(condition);
    bool over = false;
    while (r == 0 && !predicate(argument)) {
        if (over) {
            return mp__fail(MP_ETIMEDOUT, 0, "the predicate stayed false");
        }
        r = wait_until(condition, deadline);
        over = r == MP_ETIMEDOUT;
        r = over ? 0 : r;
    }
    return r;
}

// ---- telling ----

int mp_condition_notify(mp_condition_t *condition, int count)
{
    int r = expect_held(condition);

    if (r == 0 && count < 0) {
        r = mp__fail(MP_EINVAL, 0, "a negative number of waiters");
    }
    if (r == 0) {
        mp__condition_notify(condition, (uint32_t) count);
    }
    return r;
}

int mp_condition_notify_all(mp_condition_t *condition)
{
    int r = expect_held(condition);

    if (r == 0) {
        mp__condition_notify_all(condition);
    }
    return r;
}
