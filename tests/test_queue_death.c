// SPDX-License-Identifier: Apache-2.0
// What is left in a queue by processes that die: the others go on, and what was
// lost is known.
#include "tests/sync.h"

#include <string.h>

static mp_queue_t *make(size_t maxsize, const mp_queue_options_t *options)
{
    mp_queue_t *queue = NULL;

    assert_int_equal(mp_queue_create(&queue, maxsize, options), 0);
    return queue;
}

static int put_number(mp_queue_t *queue, int number, int64_t timeout_ms)
{
    return mp_queue_put_bytes(queue, &number, sizeof(number), timeout_ms);
}

static int get_number(mp_queue_t *queue, int64_t timeout_ms)
{
    int number = 0;
    size_t size = 0;

    int r =
        mp_queue_get_bytes(queue, &number, sizeof(number), &size, timeout_ms);
    return r < 0 ? r : number;
}

static size_t in_use(void)
{
    mp_shared_figures_t figures;

    assert_int_equal(mp_shared_usage(&figures), 0);
    return figures.in_use;
}

// ---- who waits ----

static int get_for_ever(const mp_args_t *args)
{
    if (test_gate_arrive(mp_args_text(args, 0)) != 0) {
        return 1;
    }
    return get_number(mp_args_queue(args, 1), MP_FOREVER);
}
MP_TARGET(get_for_ever)

static int put_for_ever(const mp_args_t *args)
{
    if (test_gate_arrive(mp_args_text(args, 0)) != 0) {
        return 1;
    }
    return put_number(mp_args_queue(args, 1), 1, MP_FOREVER);
}
MP_TARGET(put_for_ever)

static void who_waits_and_dies_takes_nothing_along(void)
{
    mp_queue_t *queue = make(1, NULL);
    test_gate_t gate;

    test_gate_create(&gate);
    mp_process_t *child =
        sync_at_gate(&gate, get_for_ever, MP_ARGS(gate.name, queue));
    test_await_sleep(mp_process_pid(child));
    sync_kill(child);
    assert_int_equal(put_number(queue, 5, 0), 0);
    child = sync_at_gate(&gate, put_for_ever, MP_ARGS(gate.name, queue));
    test_await_sleep(mp_process_pid(child));
    sync_kill(child);
    assert_int_equal(get_number(queue, 0), 5);
    assert_int_equal(put_number(queue, 6, 0), 0);
    assert_int_equal(get_number(queue, 0), 6);
    test_gate_destroy(&gate);
    mp_queue_destroy(queue);
}

// ---- between peek and release, reserve and commit ----

static int peek_and_wait(const mp_args_t *args)
{
    mp_queue_message_t message;

    if (mp_queue_peek(mp_args_queue(args, 1), &message, 0) != 0) {
        return 1;
    }
    return test_gate_pass(mp_args_text(args, 0));
}
MP_TARGET(peek_and_wait)

static mp_queue_t *with_a_message_peeked_at_by_the_dead(bool again, size_t size)
{
    static char bytes[5000];
    mp_queue_options_t options = {.at_least_once = again};
    mp_queue_t *queue = make(1, &options);
    test_gate_t gate;

    test_gate_create(&gate);
    assert_int_equal(mp_queue_put_bytes(queue, bytes, size, 0), 0);
    mp_process_t *child =
        sync_at_gate(&gate, peek_and_wait, MP_ARGS(gate.name, queue));
    assert_int_equal(put_number(queue, 1, 0), MP_EFULL);
    sync_kill(child);
    test_gate_destroy(&gate);
    return queue;
}

static void a_place_is_free_again(void)
{
    for (size_t size = 10; size <= 5000; size *= 500) {
        size_t before = in_use();
        mp_queue_t *queue = with_a_message_peeked_at_by_the_dead(false, size);
        int64_t start = test_now_ms();
        assert_int_equal(put_number(queue, 2, TEST_GUARD_MS), 0);
        sync_expect_in_time(start);
        assert_int_equal(mp_queue_qsize(queue), 1);
        assert_int_equal(get_number(queue, 0), 2);
        assert_int_equal(get_number(queue, 0), MP_EEMPTY);
        mp_queue_destroy(queue);
        assert_true(in_use() <= before + 65536);
    }
}

static void a_message_comes_again(void)
{
    for (size_t size = 10; size <= 5000; size *= 500) {
        mp_queue_t *queue = with_a_message_peeked_at_by_the_dead(true, size);
        mp_queue_message_t got;
        int64_t start = test_now_ms();
        assert_int_equal(mp_queue_peek(queue, &got, TEST_GUARD_MS), 0);
        sync_expect_in_time(start);
        assert_int_equal(got.size, size);
        assert_int_equal(mp_queue_release(queue, &got), 0);
        assert_int_equal(get_number(queue, 300), MP_EEMPTY);
        assert_int_equal(put_number(queue, 2, 0), 0);
        assert_int_equal(get_number(queue, 0), 2);
        mp_queue_destroy(queue);
    }
}

static void a_message_comes_again_to_who_waits_for_several(void)
{
    mp_queue_t *queue = with_a_message_peeked_at_by_the_dead(true, 10);
    mp_waitable_t any[] = {MP_WAIT_QUEUE(queue)};

    assert_int_equal(mp_wait(any, 1, TEST_GUARD_MS, NULL), 0);
    mp_queue_destroy(queue);
}

static void a_message_comes_again_from_a_shut_queue(void)
{
    mp_queue_t *queue = with_a_message_peeked_at_by_the_dead(true, 10);
    mp_queue_message_t got;

    assert_int_equal(mp_queue_shutdown(queue, false), 0);
    assert_int_equal(mp_queue_peek(queue, &got, TEST_GUARD_MS), 0);
    assert_int_equal(mp_queue_release(queue, &got), 0);
    assert_int_equal(mp_queue_peek(queue, &got, TEST_GUARD_MS), MP_ESHUTDOWN);
    mp_queue_destroy(queue);
}

// Whether who puts waits or only tries.
static void the_bytes_of_the_dead_are_forgotten(void)
{
    static char bytes[100];

    for (int fails = 0; fails < 2; fails++) {
        mp_queue_options_t options = {.max_bytes = 100,
                                      .fail_at_max_bytes = fails};
        mp_queue_t *queue = make(0, &options);
        test_gate_t gate;
        test_gate_create(&gate);
        assert_int_equal(mp_queue_put_bytes(queue, bytes, 100, 0), 0);
        sync_kill(
            sync_at_gate(&gate, peek_and_wait, MP_ARGS(gate.name, queue)));
        int64_t start = test_now_ms();
        while (mp_queue_put_bytes(queue, bytes, 100, 0) != 0) {
            sync_expect_in_time(start);
            (void) mp_wait(NULL, 0, 1, NULL);
        }
        test_gate_destroy(&gate);
        mp_queue_destroy(queue);
    }
}

static int reserve_and_wait(const mp_args_t *args)
{
    mp_queue_message_t message;

    if (mp_queue_reserve(mp_args_queue(args, 1), &message, 1 << 20) != 0) {
        return 1;
    }
    return test_gate_pass(mp_args_text(args, 0));
}
MP_TARGET(reserve_and_wait)

static void what_was_reserved_is_freed(void)
{
    mp_queue_t *queue = make(1, NULL);
    test_gate_t gate;

    test_gate_create(&gate);
    size_t before = in_use();
    mp_process_t *child =
        sync_at_gate(&gate, reserve_and_wait, MP_ARGS(gate.name, queue));
    assert_true(in_use() >= before + (1 << 20));
    assert_int_equal(put_number(queue, 1, 0), 0); // it is in nobody's way
    sync_kill(child);
    assert_true(in_use() < before + (1 << 20));
    assert_int_equal(get_number(queue, 0), 1);
    test_gate_destroy(&gate);
    mp_queue_destroy(queue);
}

// ---- what was put lives on ----

static int put_and_wait(const mp_args_t *args)
{
    static char bytes[100000];
    mp_queue_t *queue = mp_args_queue(args, 1);

    memset(bytes, 7, sizeof(bytes));
    for (size_t size = 1; size <= sizeof(bytes); size *= 10) {
        if (mp_queue_put_bytes(queue, bytes, size, 0) != 0) {
            return 1;
        }
    }
    for (int i = 0; i < 1000; i++) {
        if (put_number(queue, i, 0) != 0) {
            return 2;
        }
    }
    return test_gate_pass(mp_args_text(args, 0));
}
MP_TARGET(put_and_wait)

static void messages_outlive_who_put_them(void)
{
    mp_queue_t *queue = make(0, NULL);
    test_gate_t gate;

    test_gate_create(&gate);
    sync_kill(sync_at_gate(&gate, put_and_wait, MP_ARGS(gate.name, queue)));
    (void) in_use(); // looks for the dead
    for (size_t size = 1; size <= 100000; size *= 10) {
        mp_queue_message_t got;
        assert_int_equal(mp_queue_peek(queue, &got, 0), 0);
        assert_int_equal(got.size, size);
        for (size_t i = 0; i < size; i++) {
            assert_int_equal(((char *) got.bytes)[i], 7);
        }
        assert_int_equal(mp_queue_release(queue, &got), 0);
    }
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(get_number(queue, 0), i);
    }
    test_gate_destroy(&gate);
    mp_queue_destroy(queue);
}

// ---- tasks ----

static int get_and_wait(const mp_args_t *args)
{
    if (get_number(mp_args_queue(args, 1), 0) < 0) {
        return 1;
    }
    return test_gate_pass(mp_args_text(args, 0));
}
MP_TARGET(get_and_wait)

static void a_task_that_died_is_told(void)
{
    mp_queue_options_t options = {.joinable = true};
    mp_queue_t *queue = make(0, &options);
    test_gate_t gate;

    test_gate_create(&gate);
    assert_int_equal(put_number(queue, 1, 0), 0);
    assert_int_equal(put_number(queue, 2, 0), 0);
    mp_process_t *child =
        sync_at_gate(&gate, get_and_wait, MP_ARGS(gate.name, queue));
    assert_int_equal(get_number(queue, 0), 2);
    assert_int_equal(mp_queue_task_done(queue), 0);
    assert_int_equal(mp_queue_join(queue, 10), MP_ETIMEDOUT);
    sync_kill(child);
    int64_t start = test_now_ms();
    assert_int_equal(mp_queue_join(queue, TEST_GUARD_MS), MP_OWNERDIED);
    sync_expect_in_time(start);
    assert_int_equal(mp_queue_join(queue, 0), 0); // told once
    assert_int_equal(mp_queue_unfinished(queue), 0);
    test_gate_destroy(&gate);
    mp_queue_destroy(queue);
}

static void a_task_that_comes_again_did_not_die(void)
{
    mp_queue_options_t options = {.joinable = true, .at_least_once = true};
    mp_queue_t *queue = make(0, &options);
    test_gate_t gate;

    test_gate_create(&gate);
    assert_int_equal(put_number(queue, 1, 0), 0);
    sync_kill(sync_at_gate(&gate, peek_and_wait, MP_ARGS(gate.name, queue)));
    assert_int_equal(get_number(queue, TEST_GUARD_MS), 1);
    assert_int_equal(mp_queue_task_done(queue), 0);
    assert_int_equal(mp_queue_join(queue, TEST_GUARD_MS), 0);
    test_gate_destroy(&gate);
    mp_queue_destroy(queue);
}

// ---- the last other side ----

static void the_end_of_all_others_is_told(void)
{
    mp_queue_options_t options = {.end_with_others = true};
    mp_queue_t *queue = make(1, &options);
    test_gate_t gate;

    test_gate_create(&gate);
    assert_int_equal(get_number(queue, MP_FOREVER), MP_EEOF);
    mp_process_t *child =
        sync_at_gate(&gate, test_wait_at_gate, MP_ARGS(gate.name, 0, queue));
    assert_int_equal(get_number(queue, 300), MP_EEMPTY);
    assert_int_equal(put_number(queue, 1, 0), 0);
    assert_int_equal(put_number(queue, 1, 300), MP_EFULL);
    sync_kill(child);
    int64_t start = test_now_ms();
    assert_int_equal(put_number(queue, 1, MP_FOREVER), MP_EEOF);
    assert_int_equal(get_number(queue, MP_FOREVER), 1);
    assert_int_equal(get_number(queue, MP_FOREVER), MP_EEOF);
    sync_expect_in_time(start);
    test_gate_destroy(&gate);
    mp_queue_destroy(queue);
}

static void who_waits_is_told_of_that_end(void)
{
    mp_queue_options_t options = {.end_with_others = true};
    mp_queue_t *queue = make(1, &options);
    test_gate_t gate;

    test_gate_create(&gate);
    mp_process_t *child =
        sync_at_gate(&gate, test_wait_at_gate, MP_ARGS(gate.name, 3, queue));
    test_gate_release(&gate, 1); // it ends while this one waits, or before
    assert_int_equal(get_number(queue, TEST_GUARD_MS), MP_EEOF);
    assert_int_equal(test_finish(child), 3);
    test_gate_destroy(&gate);
    mp_queue_destroy(queue);
}

static const struct test tests[] = {
    {"who waits and dies takes nothing along",
     who_waits_and_dies_takes_nothing_along, SYNC_PROCESSES},
    {"a place is free again", a_place_is_free_again, SYNC_PROCESSES},
    {"a message comes again", a_message_comes_again, SYNC_PROCESSES},
    {"a message comes again to who waits for several",
     a_message_comes_again_to_who_waits_for_several, SYNC_PROCESSES},
    {"a message comes again from a shut queue",
     a_message_comes_again_from_a_shut_queue, SYNC_PROCESSES},
    {"the bytes of the dead are forgotten", the_bytes_of_the_dead_are_forgotten,
     SYNC_PROCESSES},
    {"what was reserved is freed", what_was_reserved_is_freed, SYNC_PROCESSES},
    {"messages outlive who put them", messages_outlive_who_put_them,
     SYNC_PROCESSES},
    {"a task that died is told", a_task_that_died_is_told, SYNC_PROCESSES},
    {"a task that comes again did not die", a_task_that_comes_again_did_not_die,
     SYNC_PROCESSES},
    {"the end of all others is told", the_end_of_all_others_is_told,
     SYNC_PROCESSES},
    {"who waits is told of that end", who_waits_is_told_of_that_end,
     SYNC_PROCESSES},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return sync_run("queues and death", tests,
                    sizeof(tests) / sizeof(tests[0]));
}
