// SPDX-License-Identifier: Apache-2.0
/**
 * @file condition.h
 * Conditions for processes and threads alike: waiting, under a lock, for what
 * another one will tell.
 *
 * @code
 *   mp_condition_acquire(ready, MP_FOREVER);
 *   mp_condition_wait_for(ready, there_is_work, queue, MP_FOREVER);
 *   …
 *   mp_condition_release(ready);
 * @endcode
 *
 * Telling never waits for those who are told. If one of them ends before its
 * wait returns, another one gets the notification, within a second. A wait
 * may therefore, rarely, return though nobody has told it: ask again for what
 * you wait for, or let mp_condition_wait_for() do it.
 */
#ifndef MP_CONDITION_H
#define MP_CONDITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <multiprocessing/export.h>
#include <multiprocessing/lock.h>

/** A condition. Python: Condition */
typedef struct mp_condition mp_condition_t;

/** What is waited for: whether it is so. Called with the lock held. */
typedef bool (*mp_predicate_fn)(void *argument);

MP_BEGIN_DECLS

/** Options of mp_condition_create(). All zero is the default. */
typedef struct mp_condition_options {
    /** The lock; or `rlock`, which may be that of a Value or an Array
     * (mp_value_rlock()). The condition holds it as long as it is held
     * itself. Both NULL: an RLock of the condition's own. */
    mp_lock_t *lock;
    mp_rlock_t *rlock;
    /** How many can wait at once, up to 1048576; 8 bytes each. 0: 500. */
    int max_waiters;
} mp_condition_options_t;

/** mp_condition_create() with the size of the caller's options struct. */
MP_API int mp_condition_create_sized(mp_condition_t **out,
                                     const mp_condition_options_t *options,
                                     size_t options_size);

/**
 * Makes a condition.
 *
 * @param out     receives the condition, or NULL on failure.
 * @param options NULL: the defaults; copied.
 * @return 0; MP_EINVAL two locks, one that is gone, a negative number of
 *         waiters; MP_ERANGE too many of them; else as mp_lock_create().
 * Ownership: the caller's, released with mp_condition_destroy().
 * Inherits: as mp_lock_create().
 * Python: multiprocessing.Condition(lock)
 */
static inline int mp_condition_create(mp_condition_t **out,
                                      const mp_condition_options_t *options)
{
    return mp_condition_create_sized(out, options,
                                     sizeof(mp_condition_options_t));
}

/** As mp_lock_destroy(). */
MP_API void mp_condition_destroy(mp_condition_t *condition);

/** As mp_lock_hold(). */
MP_API int mp_condition_hold(mp_condition_t *condition);

/**
 * Acquires the condition's lock.
 *
 * @return as mp_lock_acquire() or mp_rlock_acquire().
 * Blocks: up to timeout_ms.
 * Python: Condition.acquire(block, timeout)
 */
MP_API int mp_condition_acquire(mp_condition_t *condition, int64_t timeout_ms);

/**
 * Releases it.
 *
 * @return as mp_lock_release() or mp_rlock_release().
 * Python: Condition.release()
 */
MP_API int mp_condition_release(mp_condition_t *condition);

/**
 * Releases the lock, however often it was acquired, waits for a notification,
 * and takes the lock back, whatever it returns; or it was never released, with
 * MP_EINVAL, MP_ESTATE, MP_ENOSPC, MP_ENPROC and MP_ENOMEM.
 *
 * @param timeout_ms milliseconds, without the time that it takes to get the
 *                   lock back; 0: only let others have the lock; MP_FOREVER.
 * @return 0 notified; MP_ETIMEDOUT; MP_OWNERDIED notified or not, but the last
 *         holder of the lock ended with it: look at what it guards;
 *         MP_ESTATE the caller does not hold the lock; MP_ENOSPC more than
 *         `max_waiters` would wait; MP_EINVAL NULL; MP_ENPROC, MP_ENOMEM as
 *         mp_lock_acquire().
 * Blocks: up to timeout_ms, and until the lock is free.
 * Python: Condition.wait(timeout)
 */
MP_API int mp_condition_wait(mp_condition_t *condition, int64_t timeout_ms);

/**
 * Waits until the predicate is true. It is asked first, and again after each
 * notification.
 *
 * @return 0 it is true; MP_ETIMEDOUT it was false to the end; MP_OWNERDIED as
 *         mp_condition_wait(): what the lock guards comes first, so it was not
 *         asked again; else as mp_condition_wait().
 * Blocks: up to timeout_ms, and until the lock is free.
 * Python: Condition.wait_for(predicate, timeout)
 */
MP_API int mp_condition_wait_for(mp_condition_t *condition,
                                 mp_predicate_fn predicate, void *argument,
                                 int64_t timeout_ms);

/**
 * Wakes up to `count` of those who wait, the longest waiting first. They go on
 * when the lock is free. Never waits for them.
 *
 * @return 0, also if nobody waits; MP_ESTATE the caller does not hold the lock;
 *         MP_EINVAL NULL, a negative count.
 * Python: Condition.notify(n)
 */
MP_API int mp_condition_notify(mp_condition_t *condition, int count);

/** Wakes all who wait. @return as above. Python: Condition.notify_all() */
MP_API int mp_condition_notify_all(mp_condition_t *condition);

MP_END_DECLS

#endif
