// SPDX-License-Identifier: Apache-2.0
/**
 * @file barrier.h
 * Barriers for processes and threads alike: a number of parties that go on
 * when all have come.
 *
 * A barrier breaks, for all who wait and all who come, if a party does not come
 * in time, if one that waits ends, within a second, if the action fails or its
 * process ends, or by mp_barrier_abort(). mp_barrier_reset() mends it.
 */
#ifndef MP_BARRIER_H
#define MP_BARRIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <multiprocessing/export.h>

/** A barrier. Python: Barrier */
typedef struct mp_barrier mp_barrier_t;

/** What one of the parties does when all have come, before they go on. A
 * result other than 0 breaks the barrier. */
typedef int (*mp_barrier_action_fn)(void *argument);

MP_BEGIN_DECLS

/** Options of mp_barrier_create(). All zero is the default. */
typedef struct mp_barrier_options {
    /** The action, and its argument: known to the process that makes the
     * barrier, to its threads and to what is forked from it. Others wait with
     * mp_barrier_wait_with(). NULL: none. */
    mp_barrier_action_fn action;
    void *argument;
    /** The timeout of who waits with MP_FOREVER, in milliseconds. 0: none. */
    int64_t timeout_ms;
} mp_barrier_options_t;

/** mp_barrier_create() with the size of the caller's options struct. */
MP_API int mp_barrier_create_sized(mp_barrier_t **out, int parties,
                                   const mp_barrier_options_t *options,
                                   size_t options_size);

/**
 * Makes a barrier.
 *
 * @param out     receives the barrier, or NULL on failure.
 * @param parties how many must come.
 * @param options NULL: the defaults; copied.
 * @return 0; MP_EINVAL parties below 1; MP_ERANGE above 1048576; else as
 *         mp_lock_create().
 * Ownership: the caller's, released with mp_barrier_destroy().
 * Inherits: as mp_lock_create().
 * Python: multiprocessing.Barrier(parties, action, timeout)
 */
static inline int mp_barrier_create(mp_barrier_t **out, int parties,
                                    const mp_barrier_options_t *options)
{
    return mp_barrier_create_sized(out, parties, options,
                                   sizeof(mp_barrier_options_t));
}

/** As mp_lock_destroy(). */
MP_API void mp_barrier_destroy(mp_barrier_t *barrier);

/** As mp_lock_hold(). */
MP_API int mp_barrier_hold(mp_barrier_t *barrier);

/**
 * Waits until all parties have come. The last one runs the action.
 *
 * @param timeout_ms milliseconds, while parties are missing; 0: breaks the
 *                   barrier if any is; MP_FOREVER: the barrier's own timeout.
 * @param index      receives which one this was, from 0 to parties - 1; NULL is
 *                   fine.
 * @return 0; MP_EBROKEN the barrier is or was broken, by this call's timeout,
 *         too; MP_ETIMEDOUT the parties before were not through in time, which
 *         breaks nothing; MP_ENOTSUP the action is not known to this process;
 *         MP_EINVAL NULL; MP_ENPROC, MP_ENOMEM as mp_lock_acquire().
 * Blocks: up to timeout_ms, and for the action.
 * Python: Barrier.wait(timeout)
 */
MP_API int mp_barrier_wait(mp_barrier_t *barrier, int64_t timeout_ms,
                           int *index);

/**
 * The same with an action of the caller's in the place of the barrier's, run
 * if the caller is the last.
 *
 * @param action NULL: none.
 * @return as mp_barrier_wait(), without MP_ENOTSUP.
 * Blocks: as mp_barrier_wait().
 */
MP_API int mp_barrier_wait_with(mp_barrier_t *barrier, int64_t timeout_ms,
                                mp_barrier_action_fn action, void *argument,
                                int *index);

/**
 * Breaks the barrier.
 *
 * @return 0, also if it was broken; MP_EINVAL NULL.
 * Python: Barrier.abort()
 */
MP_API int mp_barrier_abort(mp_barrier_t *barrier);

/**
 * Makes it as new. Who waits gets MP_EBROKEN.
 *
 * @return 0; MP_EINVAL NULL.
 * Python: Barrier.reset()
 */
MP_API int mp_barrier_reset(mp_barrier_t *barrier);

/** Whether it is broken. Python: Barrier.broken */
MP_API bool mp_barrier_broken(const mp_barrier_t *barrier);

/** How many wait; 0 of a broken one. Python: Barrier.n_waiting */
MP_API int mp_barrier_n_waiting(const mp_barrier_t *barrier);

/** How many must come; 0 of NULL. Python: Barrier.parties */
MP_API int mp_barrier_parties(const mp_barrier_t *barrier);

MP_END_DECLS

#endif
