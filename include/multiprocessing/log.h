// SPDX-License-Identifier: Apache-2.0
/**
 * @file log.h
 * What the library has to say, and what a program may say in the same way.
 *
 * Nothing is said until a sink is set: the library never prints unless asked.
 *
 * @code
 *   mp_log_to_stderr(MP_LOG_INFO);
 *   mp_process_start(p);
 * @endcode
 * @code
 *   [INFO/MainProcess] Process-1 started by fork, pid 4711
 *   [INFO/Process-1] child process calling its target
 * @endcode
 *
 * | level   | what the library says                                          |
 * |---------|----------------------------------------------------------------|
 * | INFO    | a child was started, or not and why; it begins, ends, was seen |
 * |         | to have ended; this process ends                               |
 * | WARNING | a fork while other threads run (Linux, macOS)                  |
 *
 * No message has an authkey or an argument in it.
 */
#ifndef MP_LOG_H
#define MP_LOG_H

#include <stdbool.h>

#include <multiprocessing/export.h>

/** Levels, as those of Python's package and its logging. Any other number from
 * 1 on is a level, too. */
#define MP_LOG_NOTSET 0 /**< as a logger's level: MP_LOG_WARNING */
#define MP_LOG_SUBDEBUG 5
#define MP_LOG_DEBUG 10
#define MP_LOG_INFO 20
#define MP_LOG_SUBWARNING 25
#define MP_LOG_WARNING 30
#define MP_LOG_ERROR 40
#define MP_LOG_CRITICAL 50

/** The library's logger. There is one in each process. */
typedef struct mp_logger mp_logger_t;

/**
 * Where messages go. It is called for one message at a time in each thread,
 * without locks of the library, so that it may call the library and log: what
 * it logs itself is dropped, and a process that it starts logs nothing. It is
 * called until the process ends. It returns: it must not leave by mp_exit() or
 * longjmp().
 *
 * @param context      as given to mp_logger_set_sink().
 * @param level        of the message, at or above the logger's.
 * @param process_name mp_current_process()'s, at most 100 bytes of it.
 * @param message      without an end of line, at most 800 bytes of it.
 * Ownership: both texts are the library's, and valid during the call.
 * Threads: several threads may be in it at once.
 */
typedef void (*mp_log_fn)(void *context, int level, const char *process_name,
                          const char *message);

MP_BEGIN_DECLS

/**
 * The library's logger.
 *
 * Ownership: static. Python: multiprocessing.get_logger()
 */
MP_API mp_logger_t *mp_get_logger(void);

/**
 * Sets the level below which messages are dropped. MP_LOG_NOTSET, as it is at
 * first, stands for MP_LOG_WARNING.
 *
 * @return 0; MP_EINVAL a NULL logger or a negative level.
 * Processes: a child starts with its creator's level, under every method.
 * Python: logger.setLevel(level)
 */
MP_API int mp_logger_set_level(mp_logger_t *logger, int level);

/** The level that was set; of NULL, MP_LOG_NOTSET. Python: logger.level */
MP_API int mp_logger_level(const mp_logger_t *logger);

/**
 * Whether a message of this level would reach a sink, for messages that are
 * costly to make.
 *
 * Python: logger.isEnabledFor(level)
 */
MP_API bool mp_logger_is_enabled(const mp_logger_t *logger, int level);

/**
 * Sets where messages go, instead of where they went before.
 *
 * @param sink    NULL: nowhere, as at first.
 * @param context handed to each call of the sink. Another thread may be in the
 *                old sink for a moment after this returns.
 * @return 0; MP_EINVAL a NULL logger.
 * Processes: forked children and threads have it, too. A spawned child has its
 *         creator's level, but not this function, whose address means nothing
 *         there: set it before mp_freeze_support(), and spawned children of
 *         this program have it as well.
 * Python: logger.addHandler(handler)
 */
MP_API int mp_logger_set_sink(mp_logger_t *logger, mp_log_fn sink,
                              void *context);

/**
 * Has messages printed to stderr, a line each, instead of where they went
 * before: "[LEVEL/ProcessName] message". A line is written at once, so that
 * those of several processes do not mix.
 *
 * @param level for mp_logger_set_level(); MP_LOG_NOTSET leaves it as it is.
 * @return 0; MP_EINVAL a negative level.
 * Processes: children print, too, under every method.
 * Python: multiprocessing.log_to_stderr(level)
 */
MP_API int mp_log_to_stderr(int level);

/**
 * Logs a message. If the level is off this costs no more than looking. The
 * thread's mp_last_error() and errno stay as they are.
 *
 * @param format as of printf(), without an end of line.
 * Python: get_logger().log(level, format, …)
 */
MP_API void mp_log(int level, const char *format, ...) MP_PRINTF(2, 3);

MP_END_DECLS

#endif
