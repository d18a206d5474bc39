// SPDX-License-Identifier: Apache-2.0
// Kinds of events: what many wait for until one sets it.
#ifndef BENCH_SYNC_ALARM_H
#define BENCH_SYNC_ALARM_H

#include <stdint.h>

#include <multiprocessing.h>

#define ALARM_ROOM 512
#define ALARM_NAME_MAX 64

struct alarm_place {
    void *at;
    void *room; // ALARM_ROOM bytes that all processes share
    char name[ALARM_NAME_MAX];
};

enum {
    ALARM_ARG_KIND,
    ALARM_ARG_OFFSET,
    ALARM_ARG_WHO,
    ALARM_ARG_NAME,
    ALARM_ARG_EVENT
};

// All return 0 or -1.
struct alarm {
    const char *name;
    int (*make)(struct alarm_place *place);
    void (*unmake)(struct alarm_place *place);
    int (*set)(void *at);
    int (*clear)(void *at);
    int (*wait)(void *at);
    // As those of struct kind.
    int (*find)(struct alarm_place *place, const mp_args_t *args);
    mp_arg_t (*argument)(void *at);
};

extern const struct alarm alarm_ours;
extern const struct alarm alarm_futex;
extern const struct alarm alarm_condition;
extern const struct alarm alarm_win32;

#endif
