// SPDX-License-Identifier: Apache-2.0
/**
 * @file plugin.h
 * Plug-ins: shared libraries that use this one inside a program that is not
 * yours, such as python3, an editor or a game engine.
 *
 * Such a host cannot be its own spawned child, as nothing in its main() calls
 * mp_freeze_support(). Its children run mp-worker instead, a small program that
 * is installed with the library: it loads the plug-in and runs the target
 * there. A plug-in declares MP_PLUGIN and, before its first spawned child,
 * calls mp_set_executable_to_worker(). It needs no mp_freeze_support().
 *
 * The plug-in may be linked to the library statically or shared. Several
 * plug-ins of one host work side by side. One that has a static copy should
 * keep it to itself, for hosts that load plug-ins with RTLD_GLOBAL: link with
 * -Wl,--exclude-libs,ALL.
 */
#ifndef MP_PLUGIN_H
#define MP_PLUGIN_H

#include <stdint.h>

#include <multiprocessing/export.h>

/** What mp-worker tells a plug-in. For MP_PLUGIN only. */
typedef struct mp_plugin_call {
    uint32_t format; /**< of this struct and of how the worker is started */
    uint32_t size;   /**< of this struct */
    const char *marker;
} mp_plugin_call_t;

/** A declared plug-in. For MP_PLUGIN only. */
typedef struct mp_plugin {
    char *path_;
    struct mp_plugin *next_;
} mp_plugin_t;

/**
 * Makes a shared library a plug-in, at file scope in one of its files:
 *
 * @code
 *   #include <multiprocessing.h>
 *   MP_PLUGIN
 * @endcode
 *
 * It exports one function, mp_plugin_entry, which mp-worker calls in a child.
 */
#define MP_PLUGIN                                                              \
    MP_BEGIN_DECLS                                                             \
    MP_EXPORT int mp_plugin_entry(const mp_plugin_call_t *call);               \
    MP_END_DECLS                                                               \
    int mp_plugin_entry(const mp_plugin_call_t *call)                          \
    {                                                                          \
        return mp__plugin_run(call);                                           \
    }                                                                          \
    static mp_plugin_t mp__plugin;                                             \
    __attribute__((constructor, used)) static void mp__link_plugin(void)       \
    {                                                                          \
        mp__plugin_link(&mp__plugin);                                          \
    }

MP_BEGIN_DECLS

/**
 * Sets mp-worker as the program that spawned children run: mp_set_executable()
 * with the worker's path. It is looked for in this order:
 *
 *   1. what the environment variable MULTIPROCESSING_WORKER names, and then
 *      nowhere else (not looked at in a program with raised rights);
 *   2. beside the module that contains the library, which is the plug-in if it
 *      has a static copy;
 *   3. where an installation has it, seen from that module;
 *   4. where it was to be installed when the library was built.
 *
 * A child is given the file of every module that has targets or MP_PLUGIN and
 * is served by this copy of the library, and loads them in the order in which
 * the host did. What cannot be loaded there is an error of mp_process_start():
 * MP_ENOENT the file is gone, MP_EACCES it cannot be loaded, MP_ETARGET it
 * declares no MP_PLUGIN, MP_EVERSION the worker is of another version.
 *
 * @return 0; MP_ENOENT there is no worker, and mp_last_error() says where it
 *         was looked for; MP_EACCES it cannot be run; MP_ENOMEM; MP_ESYSTEM.
 * Processes: children that run in the worker start theirs in it, too.
 * Python: multiprocessing.set_executable(path of python), as IDLE does
 */
MP_API int mp_set_executable_to_worker(void);

/** For MP_PLUGIN only. */
MP_API void mp__plugin_link(mp_plugin_t *plugin);
/** For MP_PLUGIN only. Returns only what keeps it from running a child. */
MP_API int mp__plugin_run(const mp_plugin_call_t *call);

MP_END_DECLS

#endif
