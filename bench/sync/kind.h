// SPDX-License-Identifier: Apache-2.0
// Kinds of locks, or what is used as one: how each is made, and the two loops
// that are measured. The loops are made by a macro for each kind, so that its
// calls are direct ones. Also read by C++.
#ifndef BENCH_SYNC_KIND_H
#define BENCH_SYNC_KIND_H

#include <stddef.h>
#include <stdint.h>

#include <multiprocessing/atomic.h>

#include "bench/sync/field.h"

#ifdef __cplusplus
extern "C" {
#endif

int64_t bench_now(void); // bench/common/system.h

// Of <multiprocessing.h>, which Boost's file does without.
typedef struct mp_arg mp_arg_t;
typedef struct mp_args mp_args_t;

#define PLACE_ROOM 512
#define PLACE_NAME_MAX 64

// Where a lock is.
struct place {
    void *at;    // what its calls are given
    void *owner; // of what that lies in, if it is not that
    void *room;  // PLACE_ROOM bytes that all processes share, for its use
    char name[PLACE_NAME_MAX];
};

struct kind {
    const char *name;
    // 0, -1, or 1 if this machine has none.
    int (*make)(struct place *place);
    void (*unmake)(struct place *place);
    // `count` times one after the other: 0, or -1 if a call failed.
    int (*alone)(void *at, unsigned count, int64_t *elapsed);
    // Beside others until the field is stopped. NULL: not measured.
    int (*among)(void *at, struct field *field, unsigned who);
    // In a child that was spawned: finds the lock by its arguments. NULL: all
    // children are forked and have it.
    int (*find)(struct place *place, const mp_args_t *args);
    // The lock as an argument. NULL: it has none.
    mp_arg_t (*argument)(void *at);
};

// The arguments of a child: kind, offset of the field, who it is, name, lock.
enum {
    KIND_ARG_KIND,
    KIND_ARG_FIELD,
    KIND_ARG_WHO,
    KIND_ARG_NAME,
    KIND_ARG_LOCK
};

typedef int kind_call(void *at);

#define KIND_INLINE static inline __attribute__((always_inline))

KIND_INLINE int kind_alone(void *at, unsigned count, int64_t *elapsed,
                           kind_call *take, kind_call *give)
{
    int failed = 0;
    int64_t began = bench_now();

    for (unsigned i = 0; i < count; i++) {
        failed |= take(at);
        failed |= give(at);
    }
    *elapsed = bench_now() - began;
    return failed != 0 ? -1 : 0;
}

KIND_INLINE int kind_among(void *at, struct field *field, unsigned who,
                           kind_call *take, kind_call *give)
{
    uint64_t served = 0;
    int failed = 0;

    while (mp_atomic_load_uint32(&field->stop) == 0 && failed == 0) {
        failed |= take(at);
        field_enter(field, who);
        failed |= give(at);
        served++;
    }
    field->served[who].count = served;
    return failed != 0 ? -1 : 0;
}

// NAME_alone and NAME_among of a lock that is taken and given back by these.
#define KIND_LOOPS(name, take, give)                                           \
    static int name##_alone(void *at, unsigned count, int64_t *elapsed)        \
    {                                                                          \
        return kind_alone(at, count, elapsed, take, give);                     \
    }                                                                          \
    static int name##_among(void *at, struct field *field, unsigned who)       \
    {                                                                          \
        return kind_among(at, field, who, take, give);                         \
    }

// NAME_alone of something that one call does.
#define KIND_LOOP(name, call)                                                  \
    KIND_INLINE int name##_nothing(void *at)                                   \
    {                                                                          \
        (void) at;                                                             \
        return 0;                                                              \
    }                                                                          \
    static int name##_alone(void *at, unsigned count, int64_t *elapsed)        \
    {                                                                          \
        return kind_alone(at, count, elapsed, call, name##_nothing);           \
    }

// This library's, also for the program that is linked as a whole.
extern const struct kind kind_lock;
extern const struct kind kind_rlock;
extern const struct kind kind_raw_lock;
extern const struct kind kind_semaphore;
extern const struct kind kind_value;
extern const struct kind kind_value_add;
extern const struct kind kind_value_inline;
// The limits.
extern const struct kind kind_cas_store;
extern const struct kind kind_atomic_add;
// The peers.
extern const struct kind kind_pthread;
extern const struct kind kind_robust;
extern const struct kind kind_inherit;
extern const struct kind kind_sem_t;
extern const struct kind kind_sem_open;
extern const struct kind kind_boost;
extern const struct kind kind_boost_semaphore;
extern const struct kind kind_apr_default;
extern const struct kind kind_apr_pthread;
extern const struct kind kind_apr_posixsem;
extern const struct kind kind_apr_sysvsem;
extern const struct kind kind_apr_fcntl;
extern const struct kind kind_apr_flock;
extern const struct kind kind_win32_mutex;
extern const struct kind kind_win32_semaphore;

#ifdef __cplusplus
}
#endif

#endif
