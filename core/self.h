// SPDX-License-Identifier: Apache-2.0
// Who this process is: set up once, and anew after each fork.
#ifndef MP_CORE_SELF_H
#define MP_CORE_SELF_H

#include <stdbool.h>

#include "core/process.h"

#define MP__DEPTH_MOST 32 // generations of processes
#define MP__DEPTH_VARIABLE "MULTIPROCESSING_C_DEPTH"

// What stands behind the library's marker on a command line, or NULL. It is the
// first argument or the last one: a launcher has arguments of its own before
// it, or adds some behind it. Others in between are the user's own data.
const char *mp__marker_of(int argc, char *const *argv);

// Brings the library up in this process. Each public call that works with
// processes begins with it.
int mp__ready(void);

// How a child came to be. All of it is owned.
typedef struct mp__origin {
    char *name;
    char *identity;
    void *authkey;
    size_t authkey_size;
    char *parent_name;
    bool daemon;
    int depth;
} mp__origin_t;

// Copies of what is given. MP_ENOMEM: nothing is left to free.
int mp__origin_make(mp__origin_t *origin, const char *name,
                    const char *identity, const char *parent_name,
                    const void *authkey, size_t authkey_size);
// The same of a process that is about to be started: taken under the lock, as
// names and keys may be set by other threads meanwhile, and before a fork, so
// that the child has nothing to fail at.
int mp__origin_of(mp__origin_t *origin, const mp_process_t *process);
void mp__origin_free(mp__origin_t *origin);

// Makes this process the child that it is, after a fork or in a spawned one.
// What the origin owns, the link to the parent, and what it was given (NULL:
// nothing), become its own.
void mp__become_child(const mp__origin_t *origin, const mp_plat_child_t *link,
                      mp__inherited_t *inherited);

// Makes `process` the current one of this thread (NULL: this process).
void mp__set_current(mp_process_t *process);

bool mp__in_child(void);       // this code runs in a child or a thread of ours
unsigned mp__generation(void); // how many forks lie behind this process
// This process, a child, ends with its parent from now on, unless detached.
int mp__parent_tie(bool detached);
const mp_plat_child_t *mp__parent_link(void); // NULL if this is no child

// The guard against spawning without end. The running program may be spawned
// once mp_freeze_support() ran in it, or its target runs.
void mp__guard_open(void);
bool mp__guard_is_open(void);
// 0, or MP_EGUARD. `running_program`: the child would be this program again.
int mp__guard_check(bool running_program);

#endif
