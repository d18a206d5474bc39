// SPDX-License-Identifier: Apache-2.0
/**
 * @file lock.h
 * Locks for processes and threads alike. They lie in memory that the family of
 * processes shares: making one takes no system object, and taking one that is
 * free does not enter the system.
 *
 * @code
 *   mp_lock_t *lock = NULL;
 *   mp_lock_create(&lock);
 *   mp_process_create(&p, work, MP_ARGS(lock), NULL);
 *   …
 *   int r = mp_lock_acquire(lock, MP_FOREVER);
 *   if (r == MP_OWNERDIED) {
 *       repair_what_it_guards();
 *   }
 *   mp_lock_release(lock);
 * @endcode
 *
 * If a process, or a thread of the thread method, ends while it holds a lock,
 * however it ends, the next one gets the lock within a second, with the remark
 * MP_OWNERDIED: it holds the lock, and should look at what the lock guards.
 */
#ifndef MP_LOCK_H
#define MP_LOCK_H

#include <stdbool.h>
#include <stdint.h>

#include <multiprocessing/export.h>

/** A lock: not recursive, released by anybody. Python: Lock */
typedef struct mp_lock mp_lock_t;

/** A lock of one thread, which may take it again. Python: RLock */
typedef struct mp_rlock mp_rlock_t;

MP_BEGIN_DECLS

/**
 * Makes a lock, free.
 *
 * @param out receives the lock, or NULL on failure.
 * @return 0; MP_ENOMEM, MP_ENOSPC no more memory to share; MP_EMFILE;
 *         MP_ENPROC the family has 4096 processes already.
 * Ownership: the caller's, released with mp_lock_destroy().
 * Inherits: a child that is forked later has it under the same address; others
 *           get it as an argument.
 * Python: multiprocessing.Lock()
 */
MP_API int mp_lock_create(mp_lock_t **out);

/**
 * Releases this process's hold on the lock; it goes with the last one. NULL is
 * fine.
 */
MP_API void mp_lock_destroy(mp_lock_t *lock);

/**
 * Holds the lock once more: it then takes another destroy. For a target that
 * keeps an argument longer than it runs, or gives it to a thread of its own.
 *
 * @return 0; MP_EINVAL no such lock; MP_ENOENT it is gone; MP_ENOMEM,
 * MP_ENOSPC. Python: one more reference
 */
MP_API int mp_lock_hold(mp_lock_t *lock);

/**
 * Acquires the lock.
 *
 * @param timeout_ms milliseconds; 0: only try; MP_FOREVER. Time is monotonic.
 * @return 0 acquired; MP_OWNERDIED acquired, but the last holder ended while
 *         it held the lock; MP_ETIMEDOUT; MP_EINVAL NULL; MP_ENPROC, MP_ENOMEM
 *         this process, forked outside of the library, cannot join the family.
 * Blocks: up to timeout_ms.
 * Python: Lock.acquire(block, timeout)
 */
MP_API int mp_lock_acquire(mp_lock_t *lock, int64_t timeout_ms);

/**
 * Releases the lock, whoever acquired it.
 *
 * @return 0; MP_ESTATE it is not locked; MP_EINVAL NULL.
 * Python: Lock.release()
 */
MP_API int mp_lock_release(mp_lock_t *lock);

/**
 * Whether somebody holds it; true also of a holder that died.
 * Python: Lock.locked()
 */
MP_API bool mp_lock_locked(const mp_lock_t *lock);

/** As mp_lock_create(). Python: multiprocessing.RLock() */
MP_API int mp_rlock_create(mp_rlock_t **out);

/** As mp_lock_destroy(). */
MP_API void mp_rlock_destroy(mp_rlock_t *lock);

/** As mp_lock_hold(). */
MP_API int mp_rlock_hold(mp_rlock_t *lock);

/**
 * Acquires the lock, once more if this thread holds it already.
 *
 * @return as mp_lock_acquire(); MP_ERANGE acquired 2^32 - 1 times already.
 * Blocks: up to timeout_ms.
 * Python: RLock.acquire(block, timeout)
 */
MP_API int mp_rlock_acquire(mp_rlock_t *lock, int64_t timeout_ms);

/**
 * Releases it once.
 *
 * @return 0; MP_ESTATE this thread does not hold it; MP_EINVAL NULL.
 * Python: RLock.release()
 */
MP_API int mp_rlock_release(mp_rlock_t *lock);

/** Whether somebody holds it. Python: RLock.locked() */
MP_API bool mp_rlock_locked(const mp_rlock_t *lock);

MP_END_DECLS

#endif
