// SPDX-License-Identifier: Apache-2.0
/**
 * @file launch.h
 * What a child is started with: its standard streams, other handles, and a
 * factory that decides which program is run, and how.
 *
 * @code
 *   mp_process_options_t options = {
 *       .directory = "/srv/data",
 *       .environment = (const char *const[]){"LANG=C", "DISPLAY", NULL},
 *       .standard_output = {.kind = MP_STDIO_PIPE}};
 *   mp_process_create(&p, work, MP_NO_ARGS, &options);
 *   mp_process_start(p);
 *   mp_process_stdio(p, MP_STDOUT, &handle);
 * @endcode
 */
#ifndef MP_LAUNCH_H
#define MP_LAUNCH_H

#include <stddef.h>
#include <stdint.h>

#include <multiprocessing/export.h>

/** A process: process.h. */
typedef struct mp_process mp_process_t;

/** What a standard stream of a child is. */
typedef enum mp_stdio_kind {
    MP_STDIO_INHERIT = 0, /**< this process's own */
    MP_STDIO_NULL,        /**< nothing: reads end at once, output is lost */
    MP_STDIO_FILE,        /**< the file `path`; output makes it empty first */
    MP_STDIO_APPEND,      /**< output at the end of the file `path` */
    MP_STDIO_PIPE,        /**< this process has the other end */
    MP_STDIO_HANDLE       /**< `handle`, a descriptor or HANDLE */
} mp_stdio_kind_t;

/** A standard stream of a child. All zero: this process's own. */
typedef struct mp_stdio {
    mp_stdio_kind_t kind;
    /** UTF-8; opened by mp_process_start(), in this process. */
    const char *path;
    /** Stays the caller's, who keeps it open until mp_process_start(). */
    intptr_t handle;
} mp_stdio_t;

/** The standard streams, by their numbers. */
typedef enum mp_stream {
    MP_STDIN = 0,
    MP_STDOUT = 1,
    MP_STDERR = 2
} mp_stream_t;

/** The most handles that a child can be given beside its standard streams. */
#define MP_HANDLES_MOST 250

/** What a factory fills: see mp_set_executable_factory(). */
typedef struct mp_launch mp_launch_t;

/**
 * Decides what is run for a process that is being started by spawn.
 *
 * @return 0, or an MP_E… code that mp_process_start() then returns.
 */
typedef int (*mp_executable_fn)(void *context, mp_process_t *process,
                                mp_launch_t *launch);

MP_BEGIN_DECLS

/**
 * This process's end of a pipe that the options of a process asked for. It can
 * be read (MP_STDOUT, MP_STDERR) or written to (MP_STDIN).
 *
 * @param handle receives a descriptor, on Windows a HANDLE (no overlapped
 *               operations).
 * @return 0; MP_ESTATE not started, closed, or no child of this process;
 *         MP_ENOENT the stream is no pipe, or its pipe was closed; MP_EINVAL.
 * Ownership: the process's, until mp_process_stdio_close(),
 *            mp_process_close() or the end of the process object.
 * Python: Popen.stdin, .stdout, .stderr
 */
MP_API int mp_process_stdio(mp_process_t *process, mp_stream_t which,
                            intptr_t *handle);

/**
 * Closes this process's end of a pipe: the child then reads the end of its
 * input.
 *
 * @return as mp_process_stdio().
 * Threads: no other thread may use the handle any more.
 * Python: Popen.stdin.close()
 */
MP_API int mp_process_stdio_close(mp_process_t *process, mp_stream_t which);

/**
 * In a child: one of the handles that it was given by `.handles` of its
 * options, by its index there. It is a copy of the child's own, with another
 * number, and not inherited by what the child starts.
 *
 * @param handle receives a descriptor, on Windows a HANDLE.
 * @return 0; MP_ENOENT it was not given so many; MP_ESTATE this is no child;
 *         MP_EINVAL NULL.
 * Ownership: from the first call on the child's, which closes it when it
 *            likes; later calls give the same number. What is never asked for
 *            is closed at the end of the child, or of the thread.
 * Processes: those that a child forks have what it has asked for.
 * Python: reduction.DupFd(fd).detach(), Popen(pass_fds=)
 */
MP_API int mp_inherited_handle(size_t index, intptr_t *handle);

/**
 * Sets what decides which program a spawned child runs.
 *
 * Who names a program first is heard: the options of the process, its context,
 * the factory, mp_set_executable(), and at last it is the running program. The
 * factory is asked only if the first two say nothing. Under fork and thread it
 * is not asked.
 *
 * @code
 *   static int under_valgrind(void *context, mp_process_t *process,
 *                             mp_launch_t *launch)
 *   {
 *       int r = mp_launch_set_path(launch, "/usr/bin/valgrind");
 *       return r < 0 ? r : mp_launch_add_argument(launch, context);
 *   }
 * @endcode
 * @param factory called by mp_process_start(), in its thread, with no lock of
 *                the library held. NULL removes it.
 * @param context handed to it; must live as long as it may be called.
 * Threads: several threads may start processes, and be in it, at once.
 */
MP_API void mp_set_executable_factory(mp_executable_fn factory, void *context);

/**
 * The program to run, instead of what mp_set_executable() named.
 *
 * @param path UTF-8; copied.
 * @return as mp_set_executable(); MP_EINVAL for NULL, too.
 */
MP_API int mp_launch_set_path(mp_launch_t *launch, const char *path);

/**
 * Adds an argument. The arguments stand before the library's own one, which
 * the child finds as the first or as the last of its command line: a launcher
 * must pass it on so, and run the child in its own place (exec), because only
 * the process that was started is the child.
 *
 * @param argument any text, UTF-8 on Windows; copied.
 * @return 0; MP_EINVAL NULL; MP_ENOMEM.
 */
MP_API int mp_launch_add_argument(mp_launch_t *launch, const char *argument);

/**
 * Changes the environment as an entry of `.environment` does; the options of
 * the process come behind and win.
 *
 * @return 0; MP_EINVAL NULL, or no name; MP_ENOMEM.
 */
MP_API int mp_launch_add_environment(mp_launch_t *launch, const char *entry);

/**
 * The current directory of the child, unless the options of the process name
 * one.
 *
 * @return 0; MP_EINVAL NULL or empty; MP_ENOMEM.
 */
MP_API int mp_launch_set_directory(mp_launch_t *launch, const char *path);

MP_END_DECLS

#endif
