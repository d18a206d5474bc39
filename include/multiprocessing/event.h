// SPDX-License-Identifier: Apache-2.0
/**
 * @file event.h
 * Events for processes and threads alike: a flag that is waited for.
 */
#ifndef MP_EVENT_H
#define MP_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include <multiprocessing/export.h>

/** A flag. Python: Event */
typedef struct mp_event mp_event_t;

MP_BEGIN_DECLS

/**
 * Makes an event, not set.
 *
 * @return as mp_lock_create().
 * Ownership: the caller's, released with mp_event_destroy().
 * Inherits: as mp_lock_create().
 * Python: multiprocessing.Event()
 */
MP_API int mp_event_create(mp_event_t **out);

/** As mp_lock_destroy(). */
MP_API void mp_event_destroy(mp_event_t *event);

/** As mp_lock_hold(). */
MP_API int mp_event_hold(mp_event_t *event);

/**
 * Sets the event: all that wait for it return, also if it is cleared before
 * they get to run. It takes no lock; on POSIX systems a signal handler may
 * call it.
 *
 * @return 0, also if it was set; MP_EINVAL NULL.
 * Python: Event.set()
 */
MP_API int mp_event_set(mp_event_t *event);

/**
 * Clears it.
 *
 * @return as mp_event_set(), and from where.
 * Python: Event.clear()
 */
MP_API int mp_event_clear(mp_event_t *event);

/** Whether it is set. Python: Event.is_set() */
MP_API bool mp_event_is_set(const mp_event_t *event);

/**
 * Waits until the event is set.
 *
 * @param timeout_ms milliseconds; 0: only look; MP_FOREVER. Time is monotonic.
 * @return 0 it is set, or was while this call waited; MP_ETIMEDOUT; MP_EINVAL
 *         NULL; MP_ENPROC, MP_ENOMEM as mp_lock_acquire().
 * Blocks: up to timeout_ms.
 * Python: Event.wait(timeout)
 */
MP_API int mp_event_wait(mp_event_t *event, int64_t timeout_ms);

MP_END_DECLS

#endif
