// SPDX-License-Identifier: Apache-2.0
/**
 * @file target.h
 * Targets: functions that run in another process, known there by their name.
 */
#ifndef MP_TARGET_H
#define MP_TARGET_H

#include <multiprocessing/arguments.h>
#include <multiprocessing/export.h>

/**
 * A function that can run in another process.
 *
 * @return the exit code of the child, as main() does: 0 is success.
 */
typedef int (*mp_target_fn)(const mp_args_t *args);

/** A registered target. Both first members are given; the rest is zero. */
typedef struct mp_target {
    const char *name;
    mp_target_fn function;
    struct mp_target *next_; /**< the library's */
} mp_target_t;

/**
 * Makes a function known to spawned children, at file scope:
 *
 * @code
 *   static int work(const mp_args_t *args) { … }
 *   MP_TARGET(work)
 * @endcode
 *
 * A target is known by its name and the module (program or shared library) it
 * is in. Two of one name in one module are an error when one of them is
 * started: use MP_TARGET_NAMED. The fork and thread methods need no
 * registration to start a function by its address.
 *
 * Put it beside the function. In a static library, a file that nothing else
 * refers to is dropped by the linker with its targets: there use
 * mp_register_targets().
 */
#define MP_TARGET(function) MP_TARGET_NAMED(function, #function)

/** The same under a name of your choice, such as "module.work". */
#define MP_TARGET_NAMED(function, name)                                        \
    static mp_target_t mp__target_##function = {name, function, NULL};         \
    __attribute__((constructor, used)) static void mp__link_##function(void)   \
    {                                                                          \
        mp__target_link(&mp__target_##function);                               \
    }

MP_BEGIN_DECLS

/**
 * Registers targets from a table that ends with a row of NULLs, as an
 * alternative to MP_TARGET. Call it before mp_freeze_support(), in every
 * program that may be the child.
 *
 * @param table static: the library keeps its address. A table that is
 *              registered already is left as it is.
 * @return 0; MP_EINVAL a NULL table, or a row with a name but no function.
 */
MP_API int mp_register_targets(mp_target_t *table);

/**
 * Makes this program able to be its own spawned child. Call it first in main().
 *
 * In a spawned child it runs the target and ends the process: it never
 * returns. Everywhere else it returns at once, and from then on
 * mp_process_start() may spawn this program again; until then it refuses with
 * MP_EGUARD, so that a forgotten call cannot multiply processes without end.
 *
 * @param argc, argv those of main(), or 0 and NULL: the library then reads the
 *                   command line from the system.
 * Threads: call it before other threads are started.
 * Python: multiprocessing.freeze_support()
 */
MP_API void mp_freeze_support(int argc, char **argv);

/** For MP_TARGET only. */
MP_API void mp__target_link(mp_target_t *target);

MP_END_DECLS

#endif
