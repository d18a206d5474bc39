// SPDX-License-Identifier: Apache-2.0
/**
 * @file finalize.h
 * The orderly end: what is called when a process ends, how long the end may
 * wait, and the same end on request for programs that go on.
 *
 * A process that ends by returning from its target or from main(), by
 * mp_exit() or by exit(), does this:
 *
 *  1. its finalizers of priority 0 and above, the highest first, those of one
 *     priority in the reverse order of their registration;
 *  2. its daemonic children are terminated, killed after 5 seconds, given up
 *     after 5 more (daemonic threads cannot be ended: they go on until their
 *     process has ended);
 *  3. its other children are joined, as long as mp_set_exit_timeout() says;
 *  4. its finalizers of a priority below 0;
 *  5. what mp_failure() was given is told to the parent, streams are flushed.
 *
 * In a child that returns or calls mp_exit() this comes before its atexit
 * handlers; otherwise it is one of them, as old as the library's first call.
 * A process that a signal, _exit() or mp_process_kill() ends does none of it.
 *
 * Finalizers belong to the process that registered them, under the thread
 * method to the thread: this one runs its own at its end, and a forked child
 * does not run its parent's. (Threads that the library did not start register
 * for their process.)
 *
 * @code
 *   static void remove_folder(void *path)
 *   {
 *       rmdir(path);
 *   }
 *   …
 *   mp_finalize_options_t late = {.priority = -100};
 *   mp_finalize(NULL, remove_folder, path, &late);
 * @endcode
 *
 * What a finalizer may do. It is called by the thread that ends, with none of
 * the library's locks held. It may
 *  - register and cancel finalizers, itself too. What it registers runs at
 *    the same end, in its turn; not without end, however: of those that are
 *    registered while a process ends 1 000 are sure to run, then no more.
 *  - start processes, and wait: step 3 or, from step 4, another one like it
 *    takes care of them.
 *  - call mp_exit(): that ends the finalizer, the rest of the end follows, and
 *    the process ends with this code. (A process that ends by exit() or by
 *    returning from main() keeps the code it has.) One that was called by
 *    mp_finalizer_call() or mp_shutdown() ends its process or thread so.
 *  - call exit(): the rest of the end follows. Where exit() called the
 *    finalizer C does not define this: the library goes on with the end on
 *    glibc, macOS and Windows, but other atexit handlers may be left out.
 *    Under the thread method the whole process ends.
 *  - be left by longjmp() where the caller can be, which atexit handlers and
 *    ended threads exclude. It counts as run, and the end stops there; the
 *    next one takes it up.
 *  - take its time, or hang: the end waits for it and nothing else does. Its
 *    parent may kill the process, and other threads of it go on.
 * When two threads end one process at once, the first one that is through
 * does not wait for the other's finalizer.
 */
#ifndef MP_FINALIZE_H
#define MP_FINALIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <multiprocessing/export.h>

/** Something that is to be called once, at the latest when a process ends. */
typedef struct mp_finalizer mp_finalizer_t;

/** Options of mp_finalize(). All zero is the default. */
typedef struct mp_finalize_options {
    /** Above: earlier. Below 0: after the children have been joined. */
    int priority;
} mp_finalize_options_t;

MP_BEGIN_DECLS

/** mp_finalize() with the size of the caller's options struct. */
MP_API int mp_finalize_sized(mp_finalizer_t **out, void (*run)(void *argument),
                             void *argument,
                             const mp_finalize_options_t *options,
                             size_t options_size);

/**
 * Has `run` called with `argument` when this process ends, or this thread of
 * the thread method.
 *
 * @param out      receives the finalizer; NULL if nobody will ask for it.
 * @param argument handed on; the library does not look at it.
 * @param options  NULL: the defaults; copied.
 * @return 0; MP_EINVAL a NULL function; MP_ESTATE this process is past its
 *         end; MP_ENOMEM.
 * Processes: not inherited. A forked child has the memory, too, but to it
 *            these finalizers are its parent's.
 * Ownership: the handle is the caller's, released with mp_finalizer_destroy();
 *            the argument stays his and must live until `run` was called or
 *            the finalizer was cancelled.
 * Python: util.Finalize(None, run, args=, exitpriority=)
 */
static inline int mp_finalize(mp_finalizer_t **out, void (*run)(void *argument),
                              void *argument,
                              const mp_finalize_options_t *options)
{
    return mp_finalize_sized(out, run, argument, options,
                             sizeof(mp_finalize_options_t));
}

/**
 * The same with priority 0 and without a handle: an atexit() that also works in
 * forked children and in threads.
 *
 * @return as mp_finalize(). Python: atexit.register(run, argument)
 */
MP_API int mp_at_exit(void (*run)(void *argument), void *argument);

/**
 * Calls the finalizer now, in this thread, and not again at the end.
 *
 * @return 0 it was called; MP_ESTATE not: it was called before (perhaps
 *         another thread is still in it), was cancelled, or is another
 *         process's; MP_EINVAL a NULL finalizer.
 * Blocks: as long as the function takes.
 * Threads: any thread of the process may call it; one of them runs it.
 * Python: calling the Finalize object
 */
MP_API int mp_finalizer_call(mp_finalizer_t *finalizer);

/**
 * Has it never called.
 *
 * @return 0; MP_ESTATE and MP_EINVAL as mp_finalizer_call().
 * Python: Finalize.cancel()
 */
MP_API int mp_finalizer_cancel(mp_finalizer_t *finalizer);

/**
 * Whether it is still to be called: false from the moment its call begins,
 * after it was cancelled, in other processes, and for NULL.
 *
 * Python: Finalize.still_active()
 */
MP_API bool mp_finalizer_is_active(const mp_finalizer_t *finalizer);

/**
 * Releases the handle. NULL is fine. The finalizer stays what it is: one that
 * is active is called at the end.
 *
 * Threads: no other thread may use this pointer any more.
 */
MP_API void mp_finalizer_destroy(mp_finalizer_t *finalizer);

/**
 * How long a process that ends waits for its children that are not daemonic,
 * for all of them together. Those that still run then are left alone: the
 * process goes on to its end. Unless they are detached, and so not joined at
 * all, they are ended by the system with it, as if killed. Threads of the
 * thread method are cut off with their process; of one that was started by
 * such a thread, only this thread's end does not wait any longer.
 *
 * @param timeout_ms milliseconds; MP_FOREVER, which is the default; another
 *                   negative value counts as 0: they are not waited for.
 * @return 0; MP_ENOMEM or MP_ESYSTEM the library cannot begin to work.
 * Processes: a child starts with its parent's setting, under every method.
 *            The threads of one process share one.
 * Python: - (Python waits for ever)
 */
MP_API int mp_set_exit_timeout(int64_t timeout_ms);

/** The setting, MP_FOREVER if nothing was set. */
MP_API int64_t mp_get_exit_timeout(void);

/**
 * The orderly end now, for a host that goes on: steps 1 to 4 for this process
 * (in a thread of the thread method: for this thread). Afterwards processes
 * can be started and finalizers be registered again, and at the end of the
 * process nothing is done twice.
 *
 * Daemonic children are killed after half of the time, or 5 seconds, and
 * given up after all of it, or 10 seconds. Daemonic threads cannot be ended,
 * but a host that unloads their code has to know of them: they are waited for
 * as long, and are left.
 *
 * @param timeout_ms how long to wait for children, in milliseconds, with the
 *                   time that finalizers take; MP_FOREVER. Finalizers are
 *                   called also if it has passed: what they do is not
 *                   stopped half way.
 * @return 0 all is done; MP_ETIMEDOUT children run still: mp_last_error()
 *         names them, mp_active_children() has them, and the finalizers
 *         below 0 wait for them. Call it again, or leave it to the end of
 *         the process.
 * Blocks: up to timeout_ms, and as long as finalizers take.
 * Processes: detached children are left alone.
 */
MP_API int mp_shutdown(int64_t timeout_ms);

MP_END_DECLS

#endif
