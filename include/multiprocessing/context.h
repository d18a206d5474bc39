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
 * It must call mp_freeze_support() and know the targets by their names.
 *
 * @param path UTF-8, absolute or relative to the current directory (it is
 *             made absolute now); copied. NULL: the running program again.
 * @return 0; MP_ENOENT no such file; MP_EACCES not executable; MP_EINVAL an
 *         empty path; MP_ENOMEM.
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
