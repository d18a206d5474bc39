// SPDX-License-Identifier: Apache-2.0
/**
 * @file semaphore.h
 * Semaphores for processes and threads alike: a number of units that are
 * acquired one by one.
 *
 * @code
 *   mp_semaphore_t *places = NULL;
 *   mp_semaphore_create(&places, 4, NULL);
 *   …
 *   mp_semaphore_acquire(places, MP_FOREVER);
 *   mp_semaphore_release(places);
 * @endcode
 *
 * A plain semaphore does not know who has its units: what one process acquires
 * another may release, and the units of a process that dies are gone. An owned
 * one does: a unit is released by who acquired it, and if that process, or that
 * thread of the thread method, ends before, the unit goes to one who waits for
 * it, within a second, with the remark MP_OWNERDIED.
 */
#ifndef MP_SEMAPHORE_H
#define MP_SEMAPHORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <multiprocessing/export.h>

/** A semaphore. Python: Semaphore, BoundedSemaphore */
typedef struct mp_semaphore mp_semaphore_t;

MP_BEGIN_DECLS

/** Options of mp_semaphore_create(). All zero is the default. */
typedef struct mp_semaphore_options {
    /** Its value never gets above the first one. */
    bool bounded;
    /** Units belong to who acquired them. Such a semaphore is bounded, too,
     * and has 1 to 1048576 units. */
    bool owned;
} mp_semaphore_options_t;

/** mp_semaphore_create() with the size of the caller's options struct. */
MP_API int mp_semaphore_create_sized(mp_semaphore_t **out, int value,
                                     const mp_semaphore_options_t *options,
                                     size_t options_size);

/**
 * Makes a semaphore.
 *
 * @param out     receives the semaphore, or NULL on failure.
 * @param value   the units that it has at first.
 * @param options NULL: the defaults; copied.
 * @return 0; MP_EINVAL a negative value, or an owned one without units;
 *         MP_ERANGE too many units for an owned one; else as mp_lock_create().
 * Ownership: the caller's, released with mp_semaphore_destroy().
 * Inherits: a child that is forked later has it under the same address; others
 *           get it as an argument.
 * Python: multiprocessing.Semaphore(value)
 */
static inline int mp_semaphore_create(mp_semaphore_t **out, int value,
                                      const mp_semaphore_options_t *options)
{
    return mp_semaphore_create_sized(out, value, options,
                                     sizeof(mp_semaphore_options_t));
}

/**
 * A bounded one: more releases than acquisitions are an error.
 * Python: multiprocessing.BoundedSemaphore(value)
 */
MP_API int mp_bounded_semaphore_create(mp_semaphore_t **out, int value);

/** As mp_lock_destroy(). */
MP_API void mp_semaphore_destroy(mp_semaphore_t *semaphore);

/** As mp_lock_hold(). */
MP_API int mp_semaphore_hold(mp_semaphore_t *semaphore);

/**
 * Acquires a unit.
 *
 * @param timeout_ms milliseconds; 0: only try; MP_FOREVER. Time is monotonic.
 * @return 0 acquired; MP_OWNERDIED acquired, of an owned semaphore, but whoever
 *         had this unit ended with it; MP_ETIMEDOUT; MP_EINVAL NULL; MP_ENPROC,
 *         MP_ENOMEM this process, forked outside of the library, cannot join
 *         the family.
 * Blocks: up to timeout_ms.
 * Python: Semaphore.acquire(block, timeout)
 */
MP_API int mp_semaphore_acquire(mp_semaphore_t *semaphore, int64_t timeout_ms);

/**
 * Releases a unit.
 *
 * @return 0; MP_EINVAL NULL, or the value of a bounded semaphore is its first
 *         one already; MP_ERANGE the value is INT_MAX already; MP_ESTATE this
 *         process (or this thread of the thread method) has no unit of an owned
 *         one; MP_ENPROC, MP_ENOMEM of an owned one, as mp_semaphore_acquire().
 * Python: Semaphore.release(), whose check of the bound is a guess
 */
MP_API int mp_semaphore_release(mp_semaphore_t *semaphore);

/**
 * Releases `count` units, all or none.
 *
 * @return as mp_semaphore_release(); MP_EINVAL, too, if `count` is below 1.
 * Python: threading.Semaphore.release(n)
 */
MP_API int mp_semaphore_release_many(mp_semaphore_t *semaphore, int count);

/**
 * How many units could be acquired a moment ago; 0 of NULL. The unit of a dead
 * owner counts only when somebody has acquired and released it.
 * Python: Semaphore.get_value(), on every system
 */
MP_API int mp_semaphore_value(const mp_semaphore_t *semaphore);

/** Whether that is 0. Python: Semaphore.locked() */
MP_API bool mp_semaphore_locked(const mp_semaphore_t *semaphore);

MP_END_DECLS

#endif
