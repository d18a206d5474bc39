// SPDX-License-Identifier: Apache-2.0
// Many processes: at once, one after the other, from many threads.
#include "tests/support.h"

#include <stdlib.h>
#include <string.h>

#define AT_ONCE 100
#define THREADS 8
#define PER_THREAD 20
#ifdef _WIN32 // a start takes a hundred times as long under Wine
#define IN_TURN 100
#else
#define IN_TURN 1000
#endif

static int return_it(const mp_args_t *args)
{
    return (int) mp_args_int(args, 0);
}
MP_TARGET(return_it)

static void hundred_children_at_once(void)
{
    static mp_process_t *processes[AT_ONCE];
    mp_process_t **children = NULL;
    size_t count = 0;
    test_gate_t gate;

    test_gate_create(&gate);
    for (int i = 0; i < AT_ONCE; i++) {
        processes[i] = test_start(test_wait_at_gate, MP_ARGS(gate.name, i));
    }
    test_gate_await(&gate, AT_ONCE);
    assert_int_equal(mp_active_children(&children, &count), 0);
    mp_active_children_free(children, count);
    assert_int_equal(count, AT_ONCE);
    test_gate_release(&gate, AT_ONCE);
    for (int i = 0; i < AT_ONCE; i++) {
        assert_int_equal(test_finish(processes[i]), i);
    }
    test_gate_destroy(&gate);
}

// Each holds a lock, and so has something in the memory of the family.
static void start_in_turn(int count, mp_lock_t *lock)
{
    for (int i = 0; i < count; i++) {
        assert_int_equal(test_call(return_it, MP_ARGS(i % 100, lock)), i % 100);
    }
}

static int64_t shared_bytes(void)
{
    mp_shared_figures_t figures;

    assert_int_equal(mp_shared_usage(&figures), 0);
    return (int64_t) figures.in_use;
}

// The stack of a lost thread or a kilobyte lost at each start would show, and
// in shared memory a cell.
static void nothing_grows(void)
{
    mp_lock_t *lock = NULL;

    assert_int_equal(mp_lock_create(&lock), 0);
    start_in_turn(IN_TURN / 2, lock);
    int64_t before = test_address_space();
    int64_t shared = shared_bytes();
    start_in_turn(IN_TURN / 2, lock);
    assert_true(test_address_space() <= before + (1 << 19));
    assert_true(shared_bytes() <= shared + (1 << 14));
    mp_lock_destroy(lock);
}

static int wrong[THREADS];

static void start_in_thread(int number)
{
    mp_process_options_t options = test_options();
    mp_process_t *processes[PER_THREAD] = {NULL};

    wrong[number] = 0;
    for (int i = 0; i < PER_THREAD; i++) {
        if (mp_process_create(&processes[i], return_it,
                              MP_ARGS(number * 10 + i), &options) != 0 ||
            mp_process_start(processes[i]) != 0) {
            wrong[number] += 1000;
        }
    }
    for (int i = 0; i < PER_THREAD; i++) {
        if (mp_process_join(processes[i], TEST_GUARD_MS) != 0 ||
            mp_process_exitcode(processes[i]) != number * 10 + i) {
            wrong[number]++;
        }
        mp_process_destroy(processes[i]);
    }
}

static void threads_start_processes_at_once(void)
{
    test_run_threads(THREADS, start_in_thread);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(wrong[i], 0);
    }
}

// Arguments above the limit of a start block.
static void gigabyte_of_arguments_is_refused(void)
{
    mp_process_options_t options = test_options();
    mp_process_t *process = NULL;
    size_t size = ((size_t) 1 << 30) + 1;
    void *bytes = calloc(1, size);

    if (bytes == NULL) {
        skip();
    }
    int r = mp_process_create(&process, return_it,
                              MP_ARGS(MP_BYTES(bytes, size)), &options);
    free(bytes);
    if (r == MP_ENOMEM) {
        skip();
    }
    assert_int_equal(r, 0);
    assert_int_equal(mp_process_start(process), MP_EMSGSIZE);
    mp_process_destroy(process);
}

static const struct test tests[] = {
    {"a hundred children run at once", hundred_children_at_once, TEST_ALL},
    {"nothing grows when processes come and go", nothing_grows, TEST_ALL},
    {"eight threads start processes at once", threads_start_processes_at_once,
     TEST_ALL},
    {"arguments above 1 GiB are refused", gigabyte_of_arguments_is_refused,
     TEST_SPAWN},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("many", tests, sizeof(tests) / sizeof(tests[0]));
}
