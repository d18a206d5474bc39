// SPDX-License-Identifier: Apache-2.0
// The handle of a queue for an event loop: ready when there is something to be
// told, until a get has found the queue empty, and nothing is missed.
#include "tests/sync.h"

#include <stdatomic.h>
#include <stdlib.h>

#define ROUNDS 3000
#define BURSTS 400
#define TIMES 200
#define FORKS 40

static mp_queue_t *make(const mp_queue_options_t *options)
{
    mp_queue_t *queue = NULL;

    assert_int_equal(mp_queue_create(&queue, 0, options), 0);
    return queue;
}

static intptr_t handle_of(mp_queue_t *queue)
{
    intptr_t handle = -1;
    int r = mp_queue_fileno(queue, &handle);

    if (r != 0) {
        fail_msg("%s: %s", mp_errname(r), mp_last_error()->message);
    }
    return handle;
}

static int put_number(mp_queue_t *queue, uint64_t number)
{
    return mp_queue_put_bytes(queue, &number, sizeof(number), TEST_GUARD_MS);
}

// A number that is no message's, if there was none.
static int64_t get_number(mp_queue_t *queue, int64_t timeout_ms)
{
    uint64_t number = 0;
    size_t size = 0;

    int r =
        mp_queue_get_bytes(queue, &number, sizeof(number), &size, timeout_ms);
    return r < 0 ? r : (int64_t) number;
}

static void expect_ready(intptr_t handle)
{
    assert_true(test_is_ready(handle, TEST_GUARD_MS));
}

static void expect_quiet(intptr_t handle)
{
    assert_false(test_is_ready(handle, 0));
}

// ---- one process ----

static void wrong_arguments_are_refused(void)
{
    mp_queue_t *queue = make(NULL);
    intptr_t handle = 0;

    assert_int_equal(mp_queue_fileno(NULL, &handle), MP_EINVAL);
    assert_int_equal(mp_queue_fileno(queue, NULL), MP_EINVAL);
    mp_queue_destroy(queue);
}

static void it_is_the_same_each_time(void)
{
    mp_queue_t *queue = make(NULL);
    mp_queue_t *other = make(NULL);
    intptr_t handle = handle_of(queue);

    assert_int_equal(handle_of(queue), handle);
    assert_true(handle_of(other) != handle);
    assert_int_equal(handle_of(queue), handle);
    mp_queue_destroy(other);
    assert_int_equal(handle_of(queue), handle);
    mp_queue_destroy(queue);
}

static void what_is_there_already_is_told(void)
{
    mp_queue_t *queue = make(NULL);

    assert_int_equal(put_number(queue, 1), 0);
    intptr_t handle = handle_of(queue);
    assert_true(test_is_ready(handle, 0));
    assert_int_equal(get_number(queue, 0), 1);
    assert_true(test_is_ready(handle, 0)); // nobody has seen that it is empty
    assert_int_equal(get_number(queue, 0), MP_EEMPTY);
    expect_quiet(handle);
    mp_queue_destroy(queue);
}

static void get_with(mp_queue_t *queue, int how)
{
    mp_queue_message_t message;
    mp_any_t *value = NULL;
    void *bytes = NULL;
    size_t sizes[2];
    size_t done = 0;
    char buffer[8];

    if (how == 0) {
        assert_int_equal(mp_queue_get_alloc(queue, &bytes, sizes, 0),
                         MP_EEMPTY);
    } else if (how == 1) {
        assert_int_equal(mp_queue_get_many(queue, buffer, sizeof(buffer), sizes,
                                           2, &done, 0),
                         MP_EEMPTY);
    } else if (how == 2) {
        assert_int_equal(mp_queue_peek(queue, &message, 0), MP_EEMPTY);
    } else {
        assert_int_equal(mp_queue_get(queue, &value, 20), MP_EEMPTY);
    }
}

static void every_get_that_finds_nothing_ends_it(void)
{
    mp_queue_t *queue = make(NULL);
    intptr_t handle = handle_of(queue);

    for (int how = 0; how < 4; how++) {
        expect_quiet(handle);
        assert_int_equal(put_number(queue, 1), 0);
        expect_ready(handle);
        assert_int_equal(get_number(queue, 0), 1);
        get_with(queue, how);
    }
    expect_quiet(handle);
    mp_queue_destroy(queue);
}

static void closing_makes_it_ready(void)
{
    mp_queue_t *queue = make(NULL);
    intptr_t handle = handle_of(queue);

    expect_quiet(handle);
    assert_int_equal(mp_queue_close(queue), 0);
    assert_true(test_is_ready(handle, 0));
    assert_int_equal(get_number(queue, 0), MP_ESTATE);
    assert_true(test_is_ready(handle, 0));
    assert_int_equal(mp_queue_fileno(queue, &handle), MP_ESTATE);
    mp_queue_destroy(queue);
}

static void it_goes_with_the_last_hold(void)
{
    mp_queue_t *queue = make(NULL);
    intptr_t handle = handle_of(queue);

    assert_int_equal(mp_queue_hold(queue), 0);
    mp_queue_destroy(queue);
    expect_quiet(handle);
    assert_int_equal(put_number(queue, 1), 0);
    expect_ready(handle);
    assert_int_equal(handle_of(queue), handle);
    mp_queue_destroy(queue);
    assert_false(test_is_ready(handle, 0));
}

// Threads that stayed would have their stacks still.
static void many_come_and_go(void)
{
    int64_t before = 0;

    for (int i = 0; i < TIMES; i++) {
        mp_queue_t *queue = make(NULL);
        intptr_t handle = handle_of(queue);
        if (i % 2 == 0) {
            assert_int_equal(put_number(queue, 1), 0);
        }
        if (i % 4 == 0) {
            expect_ready(handle);
        }
        mp_queue_destroy(queue);
        before = i == TIMES / 2 ? test_address_space() : before;
    }
    assert_true(test_address_space() - before < INT64_C(400) << 20);
}

static void it_can_be_waited_for_with_others(void)
{
    mp_queue_t *queue = make(NULL);
    mp_event_t *event = NULL;

    assert_int_equal(mp_event_create(&event), 0);
    mp_waitable_t rows[] = {MP_WAIT_EVENT(event),
                            MP_WAIT_HANDLE(handle_of(queue))};
    assert_int_equal(mp_wait(rows, 2, 0, NULL), MP_ETIMEDOUT);
    assert_int_equal(put_number(queue, 1), 0);
    assert_int_equal(mp_wait(rows, 2, TEST_GUARD_MS, NULL), 0);
    assert_true(rows[1].ready && !rows[0].ready);
    mp_event_destroy(event);
    mp_queue_destroy(queue);
}

// ---- children ----

static int put_five(const mp_args_t *args)
{
    return put_number(mp_args_queue(args, 0), 5);
}
MP_TARGET(put_five)

static void a_message_makes_it_ready(void)
{
    mp_queue_t *queue = make(NULL);
    intptr_t handle = handle_of(queue);

    for (int i = 0; i < 3; i++) {
        expect_quiet(handle);
        mp_process_t *child = test_start(put_five, MP_ARGS(queue));
        expect_ready(handle);
        assert_int_equal(get_number(queue, 0), 5);
        assert_int_equal(get_number(queue, 0), MP_EEMPTY);
        expect_quiet(handle);
        assert_int_equal(test_finish(child), 0);
    }
    mp_queue_destroy(queue);
}

static void each_queue_has_its_own(void)
{
    mp_queue_t *queues[2] = {make(NULL), make(NULL)};
    intptr_t handles[2] = {handle_of(queues[0]), handle_of(queues[1])};

    for (int i = 0; i < 2; i++) {
        assert_int_equal(test_call(put_five, MP_ARGS(queues[i])), 0);
        expect_ready(handles[i]);
        expect_quiet(handles[1 - i]);
        assert_int_equal(get_number(queues[i], 0), 5);
        assert_int_equal(get_number(queues[i], 0), MP_EEMPTY);
        expect_quiet(handles[i]);
    }
    mp_queue_destroy(queues[0]);
    mp_queue_destroy(queues[1]);
}

static int shut_down(const mp_args_t *args)
{
    return mp_queue_shutdown(mp_args_queue(args, 0), mp_args_int(args, 1) != 0);
}
MP_TARGET(shut_down)

static void a_shutdown_makes_it_ready(void)
{
    for (int immediate = 0; immediate < 2; immediate++) {
        mp_queue_t *queue = make(NULL);
        intptr_t handle = handle_of(queue);
        expect_quiet(handle);
        mp_process_t *child = test_start(shut_down, MP_ARGS(queue, immediate));
        expect_ready(handle);
        assert_int_equal(test_finish(child), 0);
        assert_int_equal(get_number(queue, 0), MP_ESHUTDOWN);
        assert_true(test_is_ready(handle, 0));
        mp_queue_destroy(queue);
    }
}

// The numbers that come until the queue is empty; whether they are the next.
static bool drain(mp_queue_t *queue, int64_t *next)
{
    int64_t number = get_number(queue, 0);

    while (number == *next) {
        ++*next;
        number = get_number(queue, 0);
    }
    return number == MP_EEMPTY;
}

static int put_in_bursts(const mp_args_t *args)
{
    mp_queue_t *queue = mp_args_queue(args, 0);
    uint64_t number = 0;

    for (int burst = 0; burst < BURSTS; burst++) {
        for (int i = 0; i <= burst % 13; i++) {
            if (put_number(queue, number++) != 0) {
                return 1;
            }
        }
        for (volatile int pause = burst * 37 % 5000; pause > 0; pause--) {
        }
    }
    return put_number(queue, UINT32_MAX);
}
MP_TARGET(put_in_bursts)

// One that is lost would be waited for until the guard.
static void no_message_is_missed(void)
{
    mp_queue_t *queue = make(NULL);
    intptr_t handle = handle_of(queue);
    int64_t next = 0;
    int64_t number = 0;
    mp_process_t *child = test_start(put_in_bursts, MP_ARGS(queue));

    while (number != UINT32_MAX) {
        expect_ready(handle);
        number = get_number(queue, 0);
        while (number == next) {
            next++;
            number = get_number(queue, 0);
        }
        assert_true(number == MP_EEMPTY || number == UINT32_MAX);
    }
    assert_int_equal(test_finish(child), 0);
    mp_queue_destroy(queue);
}

// By the handle of its own: it answers until it is told to end.
static int echo(const mp_args_t *args)
{
    mp_queue_t *in = mp_args_queue(args, 0);
    mp_queue_t *out = mp_args_queue(args, 1);
    intptr_t handle = -1;

    if (mp_queue_fileno(in, &handle) != 0) {
        return 1;
    }
    for (;;) {
        if (!test_is_ready(handle, TEST_GUARD_MS)) {
            return 2;
        }
        int64_t number = get_number(in, 0);
        for (; number >= 0; number = get_number(in, 0)) {
            if (put_number(out, (uint64_t) number) != 0) {
                return 3;
            }
        }
        if (number != MP_EEMPTY) {
            return number == MP_ESHUTDOWN ? 0 : 4;
        }
    }
}
MP_TARGET(echo)

static void no_wake_is_lost_in_thousands_of_rounds(void)
{
    mp_queue_t *in = make(NULL);
    mp_queue_t *out = make(NULL);
    intptr_t unused = handle_of(in); // a forked child has none of it
    intptr_t handle = handle_of(out);
    int64_t next = 0;
    mp_process_t *child = test_start(echo, MP_ARGS(in, out));

    expect_quiet(handle);
    for (int64_t i = 0; i < ROUNDS; i++) {
        assert_int_equal(put_number(in, (uint64_t) i), 0);
        while (next <= i) {
            expect_ready(handle);
            assert_true(drain(out, &next));
        }
    }
    assert_int_equal(mp_queue_shutdown(in, false), 0);
    assert_int_equal(test_finish(child), 0);
    expect_ready(unused);
    mp_queue_destroy(in);
    mp_queue_destroy(out);
}

static int answer(const mp_args_t *args)
{
    for (;;) {
        int64_t number = get_number(mp_args_queue(args, 0), TEST_GUARD_MS);
        if (number < 0) {
            return number == MP_ESHUTDOWN ? 0 : 1;
        }
        if (put_number(mp_args_queue(args, 1), (uint64_t) number) != 0) {
            return 2;
        }
    }
}
MP_TARGET(answer)

// Who sleeps to get is not passed over for the sake of those who only look.
static void who_waits_beside_it_is_served(void)
{
    mp_queue_t *queue = make(NULL);
    mp_queue_t *answers = make(NULL);
    intptr_t handle = handle_of(queue);
    mp_process_t *child = test_start(answer, MP_ARGS(queue, answers));

    for (int i = 0; i < 100; i++) {
        assert_int_equal(put_number(queue, (uint64_t) i), 0);
        assert_int_equal(get_number(answers, TEST_GUARD_MS), i);
        assert_int_equal(get_number(queue, 0), MP_EEMPTY);
        expect_quiet(handle);
    }
    assert_int_equal(mp_queue_shutdown(queue, false), 0);
    assert_int_equal(test_finish(child), 0);
    mp_queue_destroy(queue);
    mp_queue_destroy(answers);
}

// ---- deaths ----

static int pass_gate(const mp_args_t *args)
{
    const char *gate = mp_args_text(args, 1);

    return test_gate_arrive(gate) == 0 ? test_gate_pass(gate) : 1;
}
MP_TARGET(pass_gate)

static void that_nobody_else_is_left_makes_it_ready(void)
{
    mp_queue_options_t options = {.end_with_others = true};
    test_gate_t gate;

    mp_queue_t *queue = make(&options);
    test_gate_create(&gate);
    mp_process_t *child =
        sync_at_gate(&gate, pass_gate, MP_ARGS(queue, gate.name));
    intptr_t handle = handle_of(queue);
    expect_quiet(handle);
    assert_int_equal(get_number(queue, 0), MP_EEMPTY);
    sync_kill(child);
    expect_ready(handle);
    assert_int_equal(get_number(queue, 0), MP_EEOF);
    test_gate_destroy(&gate);
    mp_queue_destroy(queue);
}

static int peek_at_gate(const mp_args_t *args)
{
    mp_queue_message_t message;

    return mp_queue_peek(mp_args_queue(args, 0), &message, TEST_GUARD_MS) == 0
               ? pass_gate(args)
               : 2;
}
MP_TARGET(peek_at_gate)

static void what_comes_again_makes_it_ready(void)
{
    mp_queue_options_t options = {.at_least_once = true};
    test_gate_t gate;

    mp_queue_t *queue = make(&options);
    test_gate_create(&gate);
    assert_int_equal(put_number(queue, 7), 0);
    mp_process_t *child =
        sync_at_gate(&gate, peek_at_gate, MP_ARGS(queue, gate.name));
    intptr_t handle = handle_of(queue);
    expect_quiet(handle);
    sync_kill(child);
    expect_ready(handle);
    assert_int_equal(get_number(queue, 0), 7);
    assert_int_equal(get_number(queue, 0), MP_EEMPTY);
    expect_quiet(handle);
    test_gate_destroy(&gate);
    mp_queue_destroy(queue);
}

// ---- children that come while handles come and go ----

static atomic_bool is_over;
static atomic_int wrong;

static int put_and_look(const mp_args_t *args)
{
    mp_queue_t *queue = mp_args_queue(args, 0);
    intptr_t handle = -1;

    if (put_number(queue, 5) != 0 || mp_queue_fileno(queue, &handle) != 0) {
        return 1;
    }
    bool ready = test_is_ready(handle, TEST_GUARD_MS);
    mp_queue_destroy(queue);
    return ready ? 0 : 2;
}
MP_TARGET(put_and_look)

static void make_and_drop(void)
{
    mp_queue_t *queue = NULL;
    intptr_t handle = -1;

    if (mp_queue_create(&queue, 0, NULL) != 0) {
        atomic_fetch_add(&wrong, 1);
        return;
    }
    if (mp_queue_fileno(queue, &handle) != 0 || put_number(queue, 1) != 0 ||
        !test_is_ready(handle, TEST_GUARD_MS) || get_number(queue, 0) != 1 ||
        get_number(queue, 0) != MP_EEMPTY || test_is_ready(handle, 0)) {
        atomic_fetch_add(&wrong, 1);
    }
    mp_queue_destroy(queue);
}

static void start_or_make(int number)
{
    if (number > 0) {
        while (!atomic_load(&is_over)) {
            make_and_drop();
        }
        return;
    }
    for (int i = 0; i < FORKS; i++) {
        mp_queue_t *queue = make(NULL);
        intptr_t handle = handle_of(queue);
        mp_process_t *child = test_start(put_and_look, MP_ARGS(queue));
        if (!test_is_ready(handle, TEST_GUARD_MS) || test_finish(child) != 0) {
            atomic_fetch_add(&wrong, 1);
        }
        mp_queue_destroy(queue);
    }
    atomic_store(&is_over, true);
}

// The sanitizers take no care of their own locks at a fork, which threads that
// come and go have all the time.
#ifdef SYNC_IS_SLOW
#define FORKS_SAFELY TEST_SPAWN
#else
#define FORKS_SAFELY TEST_PROCESSES
#endif

static void children_may_come_meanwhile(void)
{
    atomic_store(&is_over, false);
    atomic_store(&wrong, 0);
    test_run_threads(3, start_or_make);
    assert_int_equal(atomic_load(&wrong), 0);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"wrong arguments are refused", wrong_arguments_are_refused, TEST_ONCE},
        {"it is the same each time", it_is_the_same_each_time, TEST_ONCE},
        {"what is there already is told", what_is_there_already_is_told,
         TEST_ONCE},
        {"every get that finds nothing ends it",
         every_get_that_finds_nothing_ends_it, TEST_ONCE},
        {"closing makes it ready", closing_makes_it_ready, TEST_ONCE},
        {"it goes with the last hold", it_goes_with_the_last_hold, TEST_ONCE},
        {"many come and go", many_come_and_go, TEST_ONCE},
        {"it can be waited for with others", it_can_be_waited_for_with_others,
         TEST_ONCE},
        {"a message makes it ready", a_message_makes_it_ready, TEST_ALL},
        {"each queue has its own", each_queue_has_its_own, TEST_ALL},
        {"a shutdown makes it ready", a_shutdown_makes_it_ready, TEST_ALL},
        {"no message is missed", no_message_is_missed, TEST_ALL},
        {"no wake is lost in thousands of rounds",
         no_wake_is_lost_in_thousands_of_rounds, TEST_ALL},
        {"who waits beside it is served", who_waits_beside_it_is_served,
         TEST_PROCESSES},
        {"that nobody else is left makes it ready",
         that_nobody_else_is_left_makes_it_ready, TEST_PROCESSES},
        {"what comes again makes it ready", what_comes_again_makes_it_ready,
         TEST_PROCESSES},
        {"children may come meanwhile", children_may_come_meanwhile,
         FORKS_SAFELY},
    };

    mp_freeze_support(argc, argv);
    return sync_run("the handle of a queue", tests,
                    sizeof(tests) / sizeof(tests[0]));
}
