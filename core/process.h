// SPDX-License-Identifier: Apache-2.0
// What a process is inside. Members are guarded by MP_PLAT_LOCK_STATE, unless
// they never change after creation.
#ifndef MP_CORE_PROCESS_H
#define MP_CORE_PROCESS_H

#include <stdatomic.h>

#include <multiprocessing/process.h>

#include "platform/platform.h"

typedef struct mp__settings mp__settings_t;   // core/settings.h
typedef struct mp__inherited mp__inherited_t; // core/inherited.h

typedef enum mp__kind {
    MP__KIND_CHILD,
    MP__KIND_SELF,  // this process
    MP__KIND_PARENT // the one that started it
} mp__kind_t;

typedef enum mp__phase {
    MP__PHASE_NEW,
    MP__PHASE_STARTING,
    MP__PHASE_RUNNING,
    MP__PHASE_ENDED,
    MP__PHASE_CLOSED
} mp__phase_t;

struct mp_process {
    // Fixed at creation.
    mp__kind_t kind;
    unsigned generation; // the fork after which it was made
    const mp_context_t *context;
    mp_target_fn function; // NULL where only the name is known
    char *target_name;     // NULL where only the function is known
    mp_args_t *args;
    char *identity; // "2:1"; "" in the first process
    int64_t start_timeout_ms;
    bool detached;
    mp_choice_t interrupts;
    mp__settings_t *settings; // NULL: none
    mp_process_t *creator;    // held; NULL where that is another process

    int references;
    int waiters; // threads that use the handles without the lock
    int walkers; // those that signal its tree: it is not collected meanwhile
    mp__phase_t phase;
    char *name;
    bool name_is_static;
    bool daemon;
    int depth; // generations of processes above it
    void *authkey;
    size_t authkey_size;
    unsigned children_made;      // for the identities of its children
    mp_plat_child_t child;       // of a process
    intptr_t pipes[3];           // our ends of its standard streams
    mp__inherited_t *inherited;  // of this process, or of a thread; NULL: none
    mp_plat_event_t *ended;      // of a thread; NULL of a process
    mp_plat_event_t *stop_event; // of a thread that asked for one
    atomic_bool stop_asked;
    bool terminated; // by this process
    bool killed;     // the same
    enum mp_plat_how how;
    int exitcode;
    bool usage_known;
    mp_usage_t usage;
    char *failure;
    bool silent;        // a sink of the log started it; of a thread
    bool abandoned;     // it did not end when this process had to
    mp_process_t *next; // in the list of children
};

// Copies; NULL with MP_ENOMEM recorded. A copy of no bytes is not NULL.
char *mp__copy_text(const char *text);
void *mp__copy_bytes(const void *bytes, size_t size);

// A process with one reference and nothing but zeros; NULL as above.
mp_process_t *mp__process_new(void);
// References. The last release frees; both take the lock unless `_locked`.
void mp__process_hold(mp_process_t *process);
void mp__process_release(mp_process_t *process);
void mp__process_hold_locked(mp_process_t *process);
// Frees nothing, so that it may be called with the lock held: true if this was
// the last reference and mp__process_free() is due.
bool mp__process_drop_locked(mp_process_t *process);
void mp__process_free(mp_process_t *process);

// Makes sure that a process has a key, its creator's or a new one.
int mp__authkey_ready(mp_process_t *process);

#endif
