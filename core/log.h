// SPDX-License-Identifier: Apache-2.0
// What the library itself says, and how a spawned child comes to say it.
//
// A sink is the user's code: none of these calls is made with a lock held,
// unless its name says so.
#ifndef MP_CORE_LOG_H
#define MP_CORE_LOG_H

#include <multiprocessing/log.h>

#include "core/process.h"

// What a spawned child is told of the logger. A callback has no meaning there.
typedef struct mp__log_settings {
    int level;
    bool to_stderr;
} mp__log_settings_t;

mp__log_settings_t mp__log_settings(void);
// In the child. A sink of its own gives way to stderr only.
void mp__log_inherit(const mp__log_settings_t *settings);

// What a sink starts is silent, or it would start more of it with each message:
// a forked child is so by itself, a spawned one by its settings, a thread is
// made so.
bool mp__log_is_silent(void);
void mp__log_silence(bool silent);

// The name of a process as messages have it: cut at a whole character.
#define MP__LOG_NAME_MOST 100
#define MP__LOG_NAME_SIZE (MP__LOG_NAME_MOST + 2)
void mp__log_name(const mp_process_t *process, char name[MP__LOG_NAME_SIZE]);

// ---- what is said of processes (log_process.c) ----

// Beside the messages of log_process.c, where a child begins and ends.
#define MP__LOG_CALLING "child process calling its target"
#define MP__LOG_EXITING "process exiting with exit code %d"

// Says that a process was started, or why not: mp_last_error() if r < 0.
void mp__log_start(mp_process_t *process, int r);
// Names the hazard if other threads run while this process is about to fork.
void mp__log_fork(mp_process_t *process);

// The end of a child is seen with the lock held. It is noted then, and said by
// whoever has let go of the lock.
void mp__log_ended_locked(mp_process_t *process);
void mp__log_ended(void);

#endif
