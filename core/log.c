// SPDX-License-Identifier: Apache-2.0
#include "core/log.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "core/self.h"
#include "platform/fail.h"

// Together a line below 1024 bytes: some C libraries write more than that in
// pieces.
#define MESSAGE_MOST 800
#define LINE_SIZE 1000

#define NOBODY_LISTENS INT_MAX

typedef struct sink {
    mp_log_fn call; // NULL: nowhere
    void *context;
} sink_t;

// Guarded by the state lock, but for the threshold: the least level that goes
// anywhere, which is all that a message costs that does not.
struct mp_logger {
    atomic_int threshold;
    int level;
    sink_t sink;
};

static struct mp_logger the_logger = {.threshold = NOBODY_LISTENS};

// ---- settings ----

mp_logger_t *mp_get_logger(void)
{
    return &the_logger;
}

static void settle_locked(mp_logger_t *logger)
{
    int least = logger->level == MP_LOG_NOTSET ? MP_LOG_WARNING : logger->level;

    atomic_store_explicit(&logger->threshold,
                          logger->sink.call == NULL ? NOBODY_LISTENS : least,
                          memory_order_relaxed);
}

static int check_level(int level)
{
    return level >= 0 ? 0 : mp__fail(MP_EINVAL, 0, "log level %d", level);
}

static int check_logger(const mp_logger_t *logger)
{
    return logger != NULL ? 0 : mp__fail(MP_EINVAL, 0, "the logger is NULL");
}

int mp_logger_set_level(mp_logger_t *logger, int level)
{
    int r = check_logger(logger);
    if (r == 0) {
        r = check_level(level);
    }
    if (r < 0) {
        return r;
    }
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    logger->level = level;
    settle_locked(logger);
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return 0;
}

int mp_logger_level(const mp_logger_t *logger)
{
    if (logger == NULL) {
        return MP_LOG_NOTSET;
    }
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    int level = logger->level;
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return level;
}

bool mp_logger_is_enabled(const mp_logger_t *logger, int level)
{
    return logger != NULL &&
           level >=
               atomic_load_explicit(&logger->threshold, memory_order_relaxed);
}

static void set_sink(mp_logger_t *logger, sink_t sink, int level)
{
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    logger->sink = sink;
    if (level != MP_LOG_NOTSET) {
        logger->level = level;
    }
    settle_locked(logger);
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
}

int mp_logger_set_sink(mp_logger_t *logger, mp_log_fn sink, void *context)
{
    int r = check_logger(logger);
    if (r == 0) {
        set_sink(logger, (sink_t){sink, context}, MP_LOG_NOTSET);
    }
    return r;
}

// ---- stderr ----

static const char *level_name(int level, char *text, size_t size)
{
    switch (level) {
    case MP_LOG_SUBDEBUG:
        return "SUBDEBUG";
    case MP_LOG_DEBUG:
        return "DEBUG";
    case MP_LOG_INFO:
        return "INFO";
    case MP_LOG_SUBWARNING:
        return "SUBWARNING";
    case MP_LOG_WARNING:
        return "WARNING";
    case MP_LOG_ERROR:
        return "ERROR";
    case MP_LOG_CRITICAL:
        return "CRITICAL";
    default:
        (void) snprintf(text, size, "Level %d", level);
        return text;
    }
}

// C libraries make one write of what fputs() gives to a stream without a
// buffer, as stderr is; if the program gave it one, fflush() does.
static void print_line(void *context, int level, const char *process_name,
                       const char *message)
{
    char number[24];
    char line[LINE_SIZE];

    (void) context;
    (void) snprintf(line, sizeof(line), "[%s/%s] %s\n",
                    level_name(level, number, sizeof(number)), process_name,
                    message);
    (void) fputs(line, stderr);
    (void) fflush(stderr);
}

int mp_log_to_stderr(int level)
{
    int r = check_level(level);
    if (r == 0) {
        set_sink(&the_logger, (sink_t){print_line, NULL}, level);
    }
    return r;
}

// ---- messages ----

// Cuts a text at a whole character. There must be a byte to look at behind
// `most`.
static void cut(char *text, size_t most)
{
    size_t length = most;

    if (strlen(text) <= most) {
        return;
    }
    while (length > 0 && ((unsigned char) text[length] & 0xC0) == 0x80) {
        length--;
    }
    text[length] = '\0';
}

static void copy_name_locked(char name[MP__LOG_NAME_SIZE],
                             const mp_process_t *process)
{
    (void) snprintf(name, MP__LOG_NAME_SIZE, "%s", process->name);
    cut(name, MP__LOG_NAME_MOST);
}

void mp__log_name(const mp_process_t *process, char name[MP__LOG_NAME_SIZE])
{
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    copy_name_locked(name, process);
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
}

// A sink that fails in the library must not take away why a call of the user's
// failed before.
static void call_sink(const sink_t *sink, int level, const char *name,
                      const char *message)
{
    mp_plat_local_t *local = mp_plat_local();
    mp_error_t error = local->error;
    char text[MP_PLAT_TEXT_SIZE];

    memcpy(text, local->text, sizeof(text));
    sink->call(sink->context, level, name, message);
    memcpy(local->text, text, sizeof(text));
    local->error = error;
}

bool mp__log_is_silent(void)
{
    return mp_plat_local()->silent;
}

// Written only if it has to be: a forked child would copy its page.
void mp__log_silence(bool silent)
{
    mp_plat_local_t *local = mp_plat_local();
    if (local->silent != silent) {
        local->silent = silent;
    }
}

// A sink that logs must not come back here.
static void hand_over(int level, const char *message)
{
    const mp_process_t *process = mp_current_process();
    char name[MP__LOG_NAME_SIZE];

    if (mp__log_is_silent()) {
        return;
    }
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    const sink_t sink = the_logger.sink;
    copy_name_locked(name, process);
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    if (sink.call != NULL) {
        mp__log_silence(true);
        call_sink(&sink, level, name, message);
        mp__log_silence(false);
    }
}

void mp_log(int level, const char *format, ...)
{
    char message[MESSAGE_MOST + 2];
    va_list arguments;

    if (!mp_logger_is_enabled(&the_logger, level)) {
        return;
    }
    int os_code = errno;
    va_start(arguments, format);
    int length = vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    if (length >= 0) {
        cut(message, MESSAGE_MOST);
        hand_over(level, message);
    }
    errno = os_code;
}

// ---- what a spawned child is told ----

mp__log_settings_t mp__log_settings(void)
{
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    mp__log_settings_t settings = {the_logger.level,
                                   the_logger.sink.call == print_line};
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    const mp__log_settings_t silence = {INT_MAX, false};
    return mp__log_is_silent() ? silence : settings;
}

void mp__log_inherit(const mp__log_settings_t *settings)
{
    if (settings->to_stderr) {
        (void) mp_log_to_stderr(MP_LOG_NOTSET);
    }
    (void) mp_logger_set_level(&the_logger, settings->level);
}
