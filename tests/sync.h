// SPDX-License-Identifier: Apache-2.0
// What the tests of locks, semaphores and the like share.
#ifndef MP_TESTS_SYNC_H
#define MP_TESTS_SYNC_H

#include "tests/support.h"

// The methods whose children share the arena, and those of them that can be
// killed.
#define SYNC_ALL TEST_ALL
#define SYNC_PROCESSES TEST_PROCESSES

// As test_run(). The family's memory is there before the first test, or its
// descriptor would look like a leak of that one.
static inline int sync_run(const char *topic, const struct test *tests,
                           size_t count)
{
    mp_lock_t *lock = NULL;

    if (mp_lock_create(&lock) < 0) {
        return 1;
    }
    mp_lock_destroy(lock);
    return test_run(topic, tests, count);
}

// What is promised of a death is one second. The rest is for machines that do
// much else, and for sanitizers.
#ifdef __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SYNC_IS_SLOW
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SYNC_IS_SLOW
#endif
#ifdef SYNC_IS_SLOW
#define SYNC_DEATH_MS 12000
#else
#define SYNC_DEATH_MS 3000
#endif

// A death at `from` or later is known by now, and in time.
static inline void sync_expect_in_time(int64_t from)
{
    int64_t took = test_now_ms() - from;

    assert_true(took < SYNC_DEATH_MS);
}

// Kills a child, wherever it is.
static inline void sync_kill(mp_process_t *process)
{
    assert_int_equal(mp_process_kill(process), 0);
    test_join(process);
    mp_process_destroy(process);
}

// Starts a child that arrives at the gate, and waits until it has.
static inline mp_process_t *sync_at_gate(test_gate_t *gate, mp_target_fn target,
                                         const mp_args_t *args)
{
    mp_process_t *process = test_start(target, args);

    test_gate_await(gate, 1);
    return process;
}

// Ends a child that waits at the gate: by kill(), or as a thread that returns.
static inline void sync_end(mp_process_t *process, test_gate_t *gate)
{
    test_stop(process, gate);
    mp_process_destroy(process);
}

#endif
