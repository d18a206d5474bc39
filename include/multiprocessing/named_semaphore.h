// SPDX-License-Identifier: Apache-2.0
/**
 * @file named_semaphore.h
 * Semaphores that have a name, for programs of one user that know nothing of
 * each other.
 *
 * @code
 *   mp_named_semaphore_t *slots = NULL;
 *   mp_named_semaphore_create(&slots, "licences", 4, NULL); // or opens it
 *   if (mp_named_semaphore_acquire(slots, 5000) == 0) {
 *       work();
 *       mp_named_semaphore_release(slots);
 *   }
 *   mp_named_semaphore_destroy(slots);
 *   …
 *   mp_named_semaphore_unlink("licences"); // nobody finds it any more
 * @endcode
 *
 * Names: 1 to 30 letters, digits, `-`, `_` and `.`, with no dot in front;
 * capital letters are told from small ones. Each user has names of his own. On
 * POSIX they are files of 4096 bytes, that nobody else can open, in
 * `/dev/shm/multiprocessing-UID/` (Linux), `multiprocessing/` in the user's
 * folder of caches (macOS), or `/tmp/multiprocessing-UID/` (others, a Linux
 * that has no `/dev/shm`, and the portable build); a capital letter is a `+`
 * and the small one there. On Windows they are objects `Local\mp-page-SID-NAME`
 * and `Local\mp-wake-SID-NAME` of the session, with the user's SID.
 *
 * A name stays until it is removed, on POSIX; on Windows it ends with the last
 * process that has the semaphore open. Nobody owns the units of a semaphore: if
 * a process ends that has acquired one, it is not given back (as with sem_t).
 * No process that is killed, at whatever moment, takes more than that with it:
 * others find the semaphore whole, and sleep no longer than a quarter of a
 * second without looking again.
 */
#ifndef MP_NAMED_SEMAPHORE_H
#define MP_NAMED_SEMAPHORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <multiprocessing/export.h>

/** The most units that a semaphore can have. */
#define MP_NAMED_SEMAPHORE_MOST INT32_MAX

/** A named semaphore, as this process has it open. */
typedef struct mp_named_semaphore mp_named_semaphore_t;

/** All zero is the default. */
typedef struct mp_named_semaphore_options {
    /** MP_EEXIST if there is one of this name. Else that one is opened. */
    bool exclusive;
    /** mp_named_semaphore_sweep() leaves it alone. No effect on Windows. */
    bool persistent;
    /** The most units that it can have. 0: MP_NAMED_SEMAPHORE_MOST. */
    uint32_t maximum;
} mp_named_semaphore_options_t;

MP_BEGIN_DECLS

/** mp_named_semaphore_create() with the size that the caller's options have. */
MP_API int mp_named_semaphore_create_sized(
    mp_named_semaphore_t **out, const char *name, uint32_t value,
    const mp_named_semaphore_options_t *options, size_t options_size);

/**
 * Makes a semaphore of this name, or opens the one that there is: then neither
 * `value` nor the options change it.
 *
 * @param out     receives the semaphore, or NULL on failure.
 * @param value   its units at first.
 * @param options NULL: the defaults.
 * @return 0; MP_EEXIST with `exclusive`, and on Windows, too, if the name was
 *         removed and somebody has it open still; MP_EINVAL the name, or a
 *         value above the maximum; MP_EPROTO something else has the name;
 *         MP_EVERSION another build of the library made it; MP_ETIMEDOUT a
 *         process has been at the names for 5 seconds (it may be stopped);
 *         MP_EACCES another user has taken the folder, or on Windows the name;
 *         MP_ENOSPC, MP_ENOMEM, MP_EMFILE. A semaphore that could not be made
 * leaves no name. Blocks: for moments, while others make, open or remove
 * semaphores. Processes: a forked child has what its parent had open, for
 * itself. Others open it by name. It takes one descriptor, or three handles.
 * Ownership: the caller's, released with mp_named_semaphore_destroy(), which
 *            does not remove the name.
 */
static inline int
mp_named_semaphore_create(mp_named_semaphore_t **out, const char *name,
                          uint32_t value,
                          const mp_named_semaphore_options_t *options)
{
    return mp_named_semaphore_create_sized(
        out, name, value, options, sizeof(mp_named_semaphore_options_t));
}

/**
 * Opens a semaphore that there is. Who opens it owns nothing: the name stays.
 *
 * @return 0; MP_ENOENT no such name; otherwise as mp_named_semaphore_create().
 * Blocks: as mp_named_semaphore_create().
 */
MP_API int mp_named_semaphore_open(mp_named_semaphore_t **out,
                                   const char *name);

/**
 * Takes a unit, or waits for one.
 *
 * @param timeout_ms milliseconds; 0: only try; MP_FOREVER. Time is monotonic.
 * @return 0; MP_ETIMEDOUT; MP_EINVAL NULL; MP_ESTATE it is closed.
 * Blocks: up to timeout_ms.
 * Python: Semaphore.acquire(block, timeout)
 */
MP_API int mp_named_semaphore_acquire(mp_named_semaphore_t *semaphore,
                                      int64_t timeout_ms);

/**
 * Gives a unit, whoever acquired it.
 *
 * @return 0; MP_ERANGE it has its maximum already; MP_EINVAL NULL; MP_ESTATE
 *         it is closed.
 * Python: Semaphore.release()
 */
MP_API int mp_named_semaphore_release(mp_named_semaphore_t *semaphore);

/**
 * Gives so many units in one step, or none of them.
 *
 * @return as mp_named_semaphore_release().
 */
MP_API int mp_named_semaphore_release_many(mp_named_semaphore_t *semaphore,
                                           uint32_t count);

/**
 * How many units it has; it may be another number already.
 *
 * @return the number; MP_EINVAL NULL; MP_ESTATE it is closed.
 * Python: Semaphore.get_value()
 */
MP_API int64_t mp_named_semaphore_value(const mp_named_semaphore_t *semaphore);

/**
 * The name, also once it is closed.
 *
 * @return NULL for NULL.
 * Ownership: the semaphore's.
 */
MP_API const char *
mp_named_semaphore_name(const mp_named_semaphore_t *semaphore);

/**
 * Takes the semaphore out of this process. A second call does nothing.
 *
 * Threads: none may use it any more.
 * Processes: the others keep it, a forked child its own.
 */
MP_API void mp_named_semaphore_close(mp_named_semaphore_t *semaphore);

/** Closes it and frees what this process knows of it. NULL is fine. */
MP_API void mp_named_semaphore_destroy(mp_named_semaphore_t *semaphore);

/**
 * Removes a name, also that of a page that is damaged. Who has the semaphore
 * open keeps it; nobody finds it any more. On Windows the name cannot be made
 * anew before the last of them has closed it.
 *
 * @return 0; MP_ENOENT no such name; MP_EPROTO it is something that cannot be
 *         removed, a folder, say; MP_EINVAL the name; MP_ETIMEDOUT, MP_EACCES,
 *         MP_EMFILE as for creating.
 * Blocks: as mp_named_semaphore_create().
 */
MP_API int mp_named_semaphore_unlink(const char *name);

/**
 * Removes all names of this user that no living process has open and that were
 * not made `persistent`: what crashes have left. A process that is stopped is
 * alive. Files that are no semaphores are left alone.
 *
 * @param removed receives how many there were; NULL is fine.
 * @return 0; MP_ETIMEDOUT, MP_EACCES, MP_EMFILE as for creating; then some may
 *         be left. On Windows, where nothing is left by crashes, always 0
 *         names.
 * Blocks: as mp_named_semaphore_create().
 */
MP_API int mp_named_semaphore_sweep(int *removed);

MP_END_DECLS

#endif
