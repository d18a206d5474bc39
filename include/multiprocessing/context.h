// SPDX-License-Identifier: Apache-2.0
/**
 * @file context.h
 * How children are started: "fork", "spawn" or "thread".
 *
 * | method | what a child is                              | where           |
 * |--------|----------------------------------------------|-----------------|
 * | fork   | a copy of this process                       | Linux, macOS    |
 * | spawn  | a fresh run of a program, this one if not set | everywhere     |
 * | thread | a thread of this process                     | everywhere      |
 *
 * The default is fork on Linux and other POSIX systems, and spawn on macOS
 * (whose frameworks do not survive a fork) and Windows (which has none).
 */
#ifndef MP_CONTEXT_H
#define MP_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <multiprocessing/export.h>

/** A start method with its settings, for the `.context` of options. */
typedef struct mp_context mp_context_t;

MP_BEGIN_DECLS

/**
 * The context of a start method.
 *
 * @param method "fork", "spawn", "thread", or NULL for the default, which this
 *               call then settles, as mp_get_start_method() does.
 * @return never NULL. For a method that this system does not have the result
 *         is a context that every call refuses with MP_EINVAL, so that it can
 *         be written straight into options; mp_context_method() is then NULL.
 * Ownership: static.
 * Python: multiprocessing.get_context(method)
 */
MP_API const mp_context_t *mp_get_context(const char *method);

/** Options of mp_context_create(). All zero is the default. */
typedef struct mp_context_options {
    /** The program that spawned children run, as for mp_set_executable(),
     * unless the options of a process name another. NULL: not named. */
    const char *executable;
    /** The start timeout of processes whose options name none, in
     * milliseconds. 0: 30 seconds. */
    int64_t start_timeout_ms;
} mp_context_options_t;

/** mp_context_create() with the size of the caller's options struct. */
MP_API int mp_context_create_sized(mp_context_t **out, const char *method,
                                   const mp_context_options_t *options,
                                   size_t options_size);

/**
 * A context with settings of its own.
 *
 * @param out     receives the context, or NULL on failure.
 * @param method  as for mp_get_context().
 * @param options NULL: the defaults; copied.
 * @return 0; MP_EINVAL no such method here; MP_ENOTSUP an executable for
 *         anything but spawn; MP_ENOENT, MP_EACCES as mp_set_executable();
 *         MP_ENOMEM.
 * Ownership: the caller's, released with mp_context_destroy(). Processes copy
 *            what they need of it when they are created.
 */
static inline int mp_context_create(mp_context_t **out, const char *method,
                                    const mp_context_options_t *options)
{
    return mp_context_create_sized(out, method, options,
                                   sizeof(mp_context_options_t));
}

/** Releases a context that mp_context_create() made. NULL is fine. */
MP_API void mp_context_destroy(mp_context_t *context);

/** The name of a context's start method; NULL of a refused context. */
MP_API const char *mp_context_method(const mp_context_t *context);

/**
 * Sets the start method of every process that names no context. A program
 * calls it at most once, in main(), after mp_freeze_support().
 *
 * @param method as for mp_get_context(); NULL with `force` forgets the choice.
 * @param force  set it even if it was settled before.
 * @return 0; MP_EINVAL unknown method; MP_ESTATE settled before.
 * Processes: a child starts with its creator's choice.
 * Python: multiprocessing.set_start_method(method, force)
 */
MP_API int mp_set_start_method(const char *method, bool force);

/**
 * The start method in force.
 *
 * @param allow_none true: NULL if none was set yet; false: settle the default.
 * Ownership: static.
 * Python: multiprocessing.get_start_method(allow_none)
 */
MP_API const char *mp_get_start_method(bool allow_none);

/**
 * The start methods of this system, the default first, NULL at the end.
 *
 * Ownership: static.
 * Python: multiprocessing.get_all_start_methods()
 */
MP_API const char *const *mp_get_all_start_methods(void);

/**
 * The program that spawned children run, instead of the running one.
 *
 * It must call mp_freeze_support() and know the targets by their names; or be
 * mp-worker, for plug-ins: see mp_set_executable_to_worker().
 *
 * @param path UTF-8, absolute or relative to the current directory (it is
 *             made absolute now); copied. NULL: the running program again.
 * @return 0; MP_ENOENT no such file; MP_EACCES not executable, or on a file
 *         system that is mounted noexec; MP_EINVAL an empty path; MP_ENOMEM;
 *         MP_ESYSTEM a path that the system cannot follow.
 * Python: multiprocessing.set_executable(path)
 */
MP_API int mp_set_executable(const char *path);

/**
 * The program that spawned children run, UTF-8.
 *
 * @param path receives the path.
 * @return 0; MP_ENOMEM; MP_ESYSTEM the system does not tell.
 * Ownership: the caller's, freed with mp_free().
 * Python: multiprocessing.spawn.get_executable()
 */
MP_API int mp_get_executable(char **path);

MP_END_DECLS

#endif
