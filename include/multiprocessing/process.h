// SPDX-License-Identifier: Apache-2.0
/**
 * @file process.h
 * Processes: create, start, join, end; and who this process is.
 *
 * @code
 *   mp_process_t *p = NULL;
 *   mp_process_create(&p, work, MP_ARGS(4), NULL);
 *   mp_process_start(p);
 *   mp_process_join(p, MP_FOREVER);
 *   printf("%d\n", mp_process_exitcode(p));
 *   mp_process_destroy(p);
 * @endcode
 */
#ifndef MP_PROCESS_H
#define MP_PROCESS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <multiprocessing/arguments.h>
#include <multiprocessing/context.h>
#include <multiprocessing/export.h>
#include <multiprocessing/launch.h>
#include <multiprocessing/target.h>

/** The exit code of a process that has not ended (Python's None). */
#define MP_EXITCODE_NONE INT_MIN

/**
 * The exit code where another part of the program took the status before the
 * library could, by wait() or by ignoring SIGCHLD (POSIX only).
 */
#define MP_EXITCODE_UNKNOWN INT_MAX

/** A choice with a default. */
typedef enum mp_choice { MP_NO = -1, MP_DEFAULT = 0, MP_YES = 1 } mp_choice_t;

/** Options of mp_process_create(). All zero is the default. */
typedef struct mp_process_options {
    /** NULL: Process-1, Process-2, …; in a child Process-1:1 … */
    const char *name;
    /** A daemonic child is terminated when its creator ends, and may not have
     * children. MP_DEFAULT: as its creator. */
    mp_choice_t daemon;
    /** The child outlives this process: it is neither terminated nor joined
     * when this process ends, and leaves its session. Without it a child is
     * killed by the system when this process ends in whatever way. */
    bool detached;
    /** NULL: the start method in force when the process is created. */
    const mp_context_t *context;
    /** How long mp_process_start() waits for a spawned child to report, in
     * milliseconds. 0: 30 seconds. MP_FOREVER is possible. */
    int64_t start_timeout_ms;
    /** SIGINT, or Ctrl-C at a Windows console, in the child. MP_NO: ignored,
     * from before the target runs; MP_YES: it ends the child; MP_DEFAULT: as
     * this process has it, under spawn on POSIX as MP_YES. A thread takes
     * MP_DEFAULT only. */
    mp_choice_t interrupts;
    /** The program that a spawned child runs, UTF-8, absolute or relative to
     * the current directory; mp_process_start() looks for it. NULL: see
     * mp_set_executable_factory(). */
    const char *executable;
    /** The current directory of the child, UTF-8. NULL: this process's. */
    const char *directory;
    /** Changes of the child's environment, ended by NULL: "NAME=value" sets,
     * "NAME" alone removes; the last word on a name counts. */
    const char *const *environment;
    /** The standard streams of the child (launch.h). */
    mp_stdio_t standard_input;
    mp_stdio_t standard_output;
    mp_stdio_t standard_error;
    /** Descriptors or HANDLEs of which the child gets copies, at most
     * MP_HANDLES_MOST; it finds them by mp_inherited_handle(). They stay the
     * caller's, who keeps them open until mp_process_start() has returned.
     * One that is named twice is given twice. */
    const intptr_t *handles;
    size_t handle_count;
    /** The child leads a session of its own (POSIX; setsid()), but ends with
     * this process: mp_process_kill_tree() then finds what it started also
     * where that has lost its parent. It has no terminal, and Ctrl-C there does
     * not reach it. Windows needs nothing like that, and ignores it. */
    bool session;
} mp_process_options_t;

/** What a process has used. */
typedef struct mp_usage {
    int64_t user_us;     /**< processor time in the program, microseconds */
    int64_t system_us;   /**< processor time in the system, microseconds */
    int64_t peak_memory; /**< largest resident memory, bytes */
} mp_usage_t;

/** Why a process ended, and what mp_process_exit_cause() adds to it. */
typedef enum mp_exit_cause {
    MP_EXIT_NONE,       /**< it has not ended */
    MP_EXIT_RETURNED,   /**< by itself: the exit code */
    MP_EXIT_STOPPED,    /**< the same after mp_process_stop() asked it */
    MP_EXIT_TERMINATED, /**< by a terminate of this process: the signal, 15 */
    MP_EXIT_KILLED,     /**< by a kill of this process: the signal, 9 */
    MP_EXIT_SIGNAL,     /**< by another signal, or another's: its number */
    MP_EXIT_STATUS,     /**< by an error of Windows: an NTSTATUS such as
                             0xC0000005, as an int */
    MP_EXIT_UNKNOWN,    /**< another part of the program took the status */
    MP_EXIT_MEMORY      /**< for want of memory, where that is known: the
                             signal, 9, or the NTSTATUS */
} mp_exit_cause_t;

MP_BEGIN_DECLS

/** mp_process_create() with the size of the caller's options struct. */
MP_API int mp_process_create_sized(mp_process_t **out, mp_target_fn target,
                                   const mp_args_t *args,
                                   const mp_process_options_t *options,
                                   size_t options_size);

/** mp_process_create_by_name() with the size of the caller's options. */
MP_API int mp_process_create_by_name_sized(mp_process_t **out, const char *name,
                                           const mp_args_t *args,
                                           const mp_process_options_t *options,
                                           size_t options_size);

/**
 * Prepares a process; nothing runs yet.
 *
 * @param out     receives the process, or NULL on failure.
 * @param target  runs in the child. Under spawn it must be registered with
 *                MP_TARGET, which mp_process_start() checks.
 * @param args    MP_ARGS(…) or MP_NO_ARGS; copied, texts, bytes and values
 *                too. A dict at the end is the keyword arguments, which
 *                mp_args_keyword() finds.
 * @param options NULL: the defaults; copied.
 * @return 0; MP_EINVAL a NULL target or text, an unknown context, detached
 *         and daemonic at once, an empty path, an entry of the environment
 *         without a name, a stream or a handle that is not possible, or too
 *         many handles, an argument that is no shared object any more;
 *         MP_ENOTSUP a detached thread, a session, directory, environment or
 *         stream for a thread, or an executable for anything but spawn;
 *         MP_ERANGE an unsigned argument above INT64_MAX; MP_EACCES a value
 *         with a reference to a shared object of another family; MP_EMSGSIZE,
 *         MP_EDEPTH a value with more than 2^32 items, or a key that is nested
 *         too deeply; MP_ENOMEM; MP_ENOSPC no more memory to share, to hold an
 *         argument; MP_ESYSTEM no random bytes for the key.
 * Ownership: the caller's, released with mp_process_destroy().
 * Python: Process(target=, args=, kwargs=, name=, daemon=)
 */
static inline int mp_process_create(mp_process_t **out, mp_target_fn target,
                                    const mp_args_t *args,
                                    const mp_process_options_t *options)
{
    return mp_process_create_sized(out, target, args, options,
                                   sizeof(mp_process_options_t));
}

/**
 * The same by the name of the target, which may be known only to the program
 * that mp_set_executable() named. Functions of shared libraries are best
 * named: their address can differ from module to module.
 */
static inline int mp_process_create_by_name(mp_process_t **out,
                                            const char *name,
                                            const mp_args_t *args,
                                            const mp_process_options_t *options)
{
    return mp_process_create_by_name_sized(out, name, args, options,
                                           sizeof(mp_process_options_t));
}

/**
 * Starts the process: once, by the process that created it.
 *
 * Under spawn it returns after the child has found its target, so every error
 * of starting is reported here. stdout and stderr are flushed first; flush
 * other streams yourself before you fork, or a forked child writes what is
 * still in their buffers, too.
 *
 * @return 0
 *         MP_ESTATE  started before, closed, not created here, or this process
 *                    is daemonic
 *         MP_EGUARD  spawn of the running program before mp_freeze_support()
 *         MP_EDEPTH  more than 32 generations of processes
 *         MP_ETARGET the target is not registered here, twice under one name,
 *                    or unknown to the child
 *         MP_ENOENT, MP_EACCES the executable is missing or not executable,
 *                    or so is a file of a standard stream, or the directory; a
 *                    forked child finds out about its directory later, and
 *                    ends with exit code 1 and a mp_process_failure()
 *         MP_ESTART  the child ended before its target ran: it never reached
 *                    mp_freeze_support(), or crashed on the way
 *         MP_ETIMEDOUT the child did not report in time (it is killed)
 *         MP_EVERSION the child has another version of the library, or is
 *                    another build of the running program, whose file was
 *                    replaced (spawn; Linux starts the old one still)
 *         MP_EMSGSIZE the arguments are above 1 GiB (spawn)
 *         MP_EPROTO  the child answered something else than it should
 *         MP_EINVAL  a NULL process, or a handle for the child is not open
 *         MP_EMFILE, MP_ENPROC, MP_ENOMEM the system is out of it
 *         MP_ESYSTEM what else the system refuses; mp_last_error() says what
 *         After an error nothing is left running and start may be tried again.
 * Blocks: under spawn until the child reports, at most start_timeout_ms.
 * Threads: several threads may start processes at once.
 * Python: Process.start()
 */
MP_API int mp_process_start(mp_process_t *process);

/**
 * Waits until the process has ended, and collects its exit code.
 *
 * @param timeout_ms milliseconds, 0: only look, MP_FOREVER.
 * @return 0 it has ended; MP_ETIMEDOUT it runs still; MP_ESTATE not started,
 *         closed, this process itself, or no child of this process.
 * Blocks: up to timeout_ms.
 * Threads: any number of threads may join one process.
 * Python: Process.join(timeout)
 */
MP_API int mp_process_join(mp_process_t *process, int64_t timeout_ms);

/**
 * Whether it runs.
 *
 * @return 1 it runs (always for this process itself); 0 not started or ended;
 *         MP_ESTATE closed, or neither this process nor a child or parent.
 * Python: Process.is_alive()
 */
MP_API int mp_process_is_alive(mp_process_t *process);

/**
 * Asks the process to end: SIGTERM, on Windows TerminateProcess. Its exit
 * code is then -15 unless it handled the signal. Its finalizers and atexit
 * handlers do not run, and its own children go on. No error if it has ended.
 *
 * @return 0; MP_ESTATE not started, closed, or no child; MP_ENOTSUP a thread;
 *         MP_EACCES the child runs as another user; MP_EINVAL NULL.
 * Python: Process.terminate()
 */
MP_API int mp_process_terminate(mp_process_t *process);

/** The same by SIGKILL (exit code -9, on Windows too). Python: kill() */
MP_API int mp_process_kill(mp_process_t *process);

/**
 * The same by SIGINT, as Ctrl-C does.
 *
 * @return as mp_process_terminate(); MP_ENOTSUP on Windows.
 * Python: Process.interrupt()
 */
MP_API int mp_process_interrupt(mp_process_t *process);

/**
 * Terminates the process and all that it started, in any way: children of its
 * children, and programs that do not know the library.
 *
 * Windows: all that was born below the child (in its job) is ended, also when
 * its own parent, or the child, has ended; not what left the job, as detached
 * children do.
 *
 * Linux and macOS: the child, those that have one of them as parent, and all of
 * a session that one of them leads; detached children, too. They are stopped
 * first (SIGSTOP), so that none escapes by starting another, then get SIGTERM
 * and go on (SIGCONT). What has lost its parent is found only in such a session
 * (the option `session` makes one): nothing else tells whose it was. After the
 * end of the child nobody is found. If the caller is killed in the middle of
 * this, those that it has found by then stay stopped until somebody sends them
 * SIGCONT; but on Linux children of this library end with their parent still.
 *
 * Other systems: the child, and its process group if it leads one.
 *
 * Never is a process signalled that is none of these, whoever has a number by
 * now. Children that a process started by this library are tied to it: they
 * may be killed by its end before they have handled SIGTERM.
 *
 * @return as mp_process_terminate(); MP_EACCES some of them run as another
 *         user, the others were signalled; MP_ENOMEM, MP_EMFILE: nobody was.
 * Blocks: while it looks for them: milliseconds, more if one of them does not
 *         stop at once.
 * Threads: a join by another one may take as long; with a deadline that is
 *         nearer it is MP_ETIMEDOUT, though the child may have ended.
 * Python: psutil.Process(pid).children(recursive=True), one by one
 */
MP_API int mp_process_terminate_tree(mp_process_t *process);

/** The same by SIGKILL (exit code -9, on Windows too). */
MP_API int mp_process_kill_tree(mp_process_t *process);

/**
 * Has the process end, gently if it goes: asks it to stop, waits up to
 * `grace_ms`, terminates it, and kills it one second later.
 *
 * The child sees the request by mp_stop_requested() or mp_stop_handle(). On
 * POSIX a child that has called neither before is not known to look, and gets
 * SIGTERM at once together with the request; it has its grace for a handler of
 * that, and is killed after it. Call mp_stop_requested() first in a target that
 * shall not be ended by SIGTERM. On Windows every child has the grace.
 *
 * A thread cannot be ended: it is asked, and waited for.
 *
 * @param grace_ms milliseconds; 0: none; MP_FOREVER: as long as it takes.
 * @return 0 it has ended, also before, and its exit code is there;
 *         MP_ETIMEDOUT a thread runs still, or a process did not end within
 *         10 seconds after it was killed; MP_ESTATE not started, closed, this
 *         process itself, or no child of this process.
 * Blocks: up to grace_ms and 11 seconds.
 * Threads: others may join, kill or stop the process meanwhile.
 * Python: Process.terminate(), join(timeout), kill()
 */
MP_API int mp_process_stop(mp_process_t *process, int64_t grace_ms);

/**
 * Whether the parent wants this child, or this thread of the thread method, to
 * stop. Once true it stays so. False in a process that is no child; children
 * of this one have requests of their own.
 *
 * Costs an atomic load, on Windows a look at an event. Not for signal handlers.
 */
MP_API bool mp_stop_requested(void);

/**
 * A handle that is ready (readable on POSIX, signalled on Windows) once
 * mp_stop_requested() is true, and stays so. On POSIX the first call in a
 * process starts a thread of the library's own.
 *
 * @param handle receives a descriptor, on Windows a HANDLE.
 * @return 0; MP_EINVAL NULL; MP_ESTATE this is no child; MP_ENOTSUP the system
 *         refuses shared memory; MP_EMFILE, MP_ENPROC, MP_ENOMEM.
 * Ownership: the library's; do not read from it, do not close it. Valid until
 * the child, or the thread, ends; children of this one have none of it.
 */
MP_API int mp_stop_handle(intptr_t *handle);

/**
 * Releases what the system holds for the process. What is known of it (name,
 * pid, exit code, failure, usage) can still be asked; calls that need the
 * process itself return MP_ESTATE from then on.
 *
 * @return 0, also the second time; MP_ESTATE it runs still.
 * Python: Process.close()
 */
MP_API int mp_process_close(mp_process_t *process);

/**
 * Releases the caller's hold on the process. NULL is fine. A child that still
 * runs goes on: it stays in mp_active_children() and is joined, or terminated
 * if it is daemonic, when this process ends.
 *
 * Threads: no other thread may use this pointer any more.
 */
MP_API void mp_process_destroy(mp_process_t *process);

/**
 * The name, for people; need not be unique.
 *
 * Ownership: the process's; valid until mp_process_set_name() or destroy.
 * Python: Process.name
 */
MP_API const char *mp_process_name(const mp_process_t *process);

/** @return 0; MP_EINVAL NULL; MP_ENOMEM. Python: Process.name = … */
MP_API int mp_process_set_name(mp_process_t *process, const char *name);

/**
 * The system's number of the process; 0 before start. That of a thread is
 * the number of the process it runs in. Python: Process.pid
 */
MP_API int64_t mp_process_pid(const mp_process_t *process);

/**
 * The exit code: what the target returned or mp_exit() was given (its low 8
 * bits on POSIX), -N if signal N ended it, MP_EXITCODE_NONE while it has not
 * ended, MP_EXITCODE_UNKNOWN where another took the status.
 *
 * Python: Process.exitcode
 */
MP_API int mp_process_exitcode(mp_process_t *process);

/**
 * Why the process ended.
 *
 * MP_EXIT_MEMORY is an inference on Linux, which says of no process that it was
 * killed for want of memory. It counts such kills for a control group (oom_kill
 * in memory.events, or in memory.oom_control of v1). A child that SIGKILL
 * ended, and this process did not send it, is told so if the count of this
 * process's group, as it was at its first start, has grown by one that explains
 * no other child. So a child that somebody killed can be taken for one that
 * another process's death explains; and one that died in a group of its own is
 * MP_EXIT_SIGNAL with 9, as where nothing counts (macOS, other systems). On
 * Windows it is a process that ended with STATUS_NO_MEMORY or
 * STATUS_COMMITMENT_LIMIT.
 *
 * @param detail receives what the cause says of it, else 0. May be NULL.
 */
MP_API mp_exit_cause_t mp_process_exit_cause(mp_process_t *process,
                                             int *detail);

/**
 * What the child said with mp_failure() before it ended, or why its start
 * failed.
 *
 * @return NULL if it said nothing or has not ended.
 * Ownership: the process's; valid until it is started again or destroyed.
 * Python: the text that an uncaught exception prints
 */
MP_API const char *mp_process_failure(mp_process_t *process);

/** Python: Process.daemon */
MP_API bool mp_process_daemon(const mp_process_t *process);

/** @return 0; MP_ESTATE started before. Python: Process.daemon = … */
MP_API int mp_process_set_daemon(mp_process_t *process, bool daemon);

/**
 * A handle that is ready (readable on POSIX, signalled on Windows) once the
 * process has ended, for poll(), WaitForMultipleObjects() or an event loop.
 * It is the signal to call mp_process_join(), which may take a moment more.
 *
 * @param sentinel receives a descriptor, on Windows a HANDLE.
 * @return 0; MP_ESTATE not started, closed, or no child; MP_EMFILE; MP_ENOMEM.
 * Ownership: the process's; do not read from it, do not close it.
 * Python: Process.sentinel
 */
MP_API int mp_process_sentinel(mp_process_t *process, intptr_t *sentinel);

/**
 * The secret of a family of processes: 32 random bytes in the first one,
 * inherited by children when they are created.
 *
 * @param key, size receive it; valid until mp_process_set_authkey().
 * @return 0; MP_ESYSTEM the system gives no random bytes; MP_ENOMEM.
 * Python: Process.authkey
 */
MP_API int mp_process_authkey(mp_process_t *process, const void **key,
                              size_t *size);

/** @return 0; MP_EINVAL NULL; MP_ENOMEM. Python: Process.authkey = … */
MP_API int mp_process_set_authkey(mp_process_t *process, const void *key,
                                  size_t size);

/**
 * What a child has used in all, after its end.
 *
 * @return 0; MP_ESTATE it has not ended; MP_ENOTSUP a thread, or the status
 *         was taken by another.
 * Python: resource.getrusage(RUSAGE_CHILDREN), per child
 */
MP_API int mp_process_usage(mp_process_t *process, mp_usage_t *usage);

/**
 * This process, or the thread that the thread method started.
 *
 * Ownership: borrowed, always valid. Python: current_process()
 */
MP_API mp_process_t *mp_current_process(void);

/**
 * The process that started this one: its name, pid, is_alive and join may be
 * asked.
 *
 * @return NULL in a process that the library did not start.
 * Ownership: borrowed, always valid. Python: parent_process()
 */
MP_API mp_process_t *mp_parent_process(void);

/**
 * The children of this process that have not ended. Those that have are
 * collected on the way. In a thread of the thread method they are its own; when
 * it has ended, those that it left are the process's.
 *
 * @param children receives an array, NULL if there are none.
 * @return 0; MP_ENOMEM.
 * Ownership: release it with mp_active_children_free().
 * Python: active_children()
 */
MP_API int mp_active_children(mp_process_t ***children, size_t *count);

/** Releases the array of mp_active_children() and its holds. NULL is fine. */
MP_API void mp_active_children_free(mp_process_t **children, size_t count);

/**
 * Ends this child: its finalizers run (finalize.h), its daemonic children are
 * terminated and the others joined, streams are flushed. Under the thread
 * method only the thread ends (C code above it is left as by longjmp). In a
 * process that is no child it is exit().
 *
 * Python: sys.exit(code)
 */
MP_API MP_NORETURN void mp_exit(int code);

/**
 * Says why this child fails; its parent reads it with mp_process_failure().
 * The last call counts; a text above 1000 bytes is cut.
 *
 * @code
 *   return mp_failure(3, "cannot read %s", path);
 * @endcode
 * @return `code`, for return and mp_exit(). Outside of a child nothing else
 *         happens.
 * Python: sys.exit("text"), or an uncaught exception
 */
MP_API int mp_failure(int code, const char *format, ...) MP_PRINTF(2, 3);

MP_END_DECLS

#endif
