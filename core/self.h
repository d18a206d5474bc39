// SPDX-License-Identifier: Apache-2.0
// Who this process is: set up once, and anew after each fork.
#ifndef MP_CORE_SELF_H
#define MP_CORE_SELF_H

#include <stdbool.h>

#include "core/process.h"

#define MP__DEPTH_MOST 32 // generations of processes
#define MP__DEPTH_VARIABLE "MULTIPROCESSING_C_DEPTH"

// Brings the library up in this process. Each public call that works with
// processes begins with it.
int mp__ready(void);

// How this process came to be, as its child needs it.
typedef struct mp__origin {
    const char *name;
    const char *identity;
    const char *parent_name;
    bool daemon;
    const void *authkey;
    size_t authkey_size;
    int depth;
    const mp_plat_child_t *parent; // its handles become ours
} mp__origin_t;

// Makes this process the child that it is, after a fork or in a spawned one.
int mp__become_child(const mp__origin_t *origin);

// Makes `process` the current one of this thread (NULL: this process).
void mp__set_current(mp_process_t *process);

bool mp__in_child(void);       // this code runs in a child or a thread of ours
unsigned mp__generation(void); // how many forks lie behind this process
intptr_t mp__parent_channel(void); // the start channel, in a child

// The guard against spawning without end. The running program may be spawned
// once mp_freeze_support() ran in it, or its target runs.
void mp__guard_open(void);
// 0, or MP_EGUARD. `running_program`: the child would be this program again.
int mp__guard_check(bool running_program);

#endif
