// SPDX-License-Identifier: Apache-2.0
// Waiting for any of several, of every kind and of all together.
#include "tests/sync.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static mp_connection_t *first;
static mp_connection_t *second;
static mp_event_t *event;
static mp_listener_t *listener;

static void make(void)
{
    first = NULL;
    second = NULL;
    event = NULL;
    listener = NULL;
    assert_int_equal(mp_pipe(&first, &second, true), 0);
    assert_int_equal(mp_event_create(&event), 0);
    assert_int_equal(mp_listener_create(&listener, NULL, NULL), 0);
}

static void destroy(void)
{
    mp_connection_destroy(first);
    mp_connection_destroy(second);
    mp_event_destroy(event);
    mp_listener_destroy(listener);
}

static int wait_for_one(mp_waitable_t object, int64_t timeout_ms)
{
    return mp_wait(&object, 1, timeout_ms, NULL);
}

static void send_to_first(void)
{
    assert_int_equal(mp_connection_send_bytes(second, "text", 4, 0), 0);
}

static void receive_at_first(void)
{
    char buffer[4];
    size_t size = 0;

    assert_int_equal(
        mp_connection_recv_bytes(first, buffer, 4, &size, TEST_GUARD_MS), 0);
}

// ---- what is given ----

static void nothing_to_wait_for_is_a_sleep(void)
{
    size_t ready = 1;
    int64_t start = test_now_ms();

    assert_int_equal(mp_wait(NULL, 0, 300, &ready), MP_ETIMEDOUT);
    assert_true(test_now_ms() - start >= 299);
    assert_int_equal(ready, 0);
    assert_int_equal(mp_wait(NULL, 0, 0, NULL), MP_ETIMEDOUT);
    assert_int_equal(mp_wait(NULL, 0, -7, NULL), MP_ETIMEDOUT);
}

static void what_cannot_be_waited_for_is_refused(void)
{
    const mp_waitable_t zero = {0};
    mp_waitable_t two[2];
    size_t ready = 1;

    make();
    assert_int_equal(mp_wait(NULL, 1, 0, &ready), MP_EINVAL);
    assert_int_equal(ready, 0);
    assert_int_equal(wait_for_one(zero, 0), MP_EINVAL);
    assert_int_equal(wait_for_one(MP_WAIT_CONNECTION(NULL), 0), MP_EINVAL);
    assert_int_equal(wait_for_one(MP_WAIT_LISTENER(NULL), 0), MP_EINVAL);
    assert_int_equal(wait_for_one(MP_WAIT_PROCESS(NULL), 0), MP_EINVAL);
    assert_int_equal(wait_for_one(MP_WAIT_EVENT(NULL), 0), MP_EINVAL);
    assert_int_equal(wait_for_one(MP_WAIT_HANDLE(-1), 0), MP_EINVAL);
    assert_int_equal(wait_for_one(MP_WAIT_SOCKET(-1), 0), MP_EINVAL);
    assert_int_equal(wait_for_one(MP_WAIT_PROCESS(mp_current_process()), 0),
                     MP_ESTATE);
    send_to_first();
    two[0] = MP_WAIT_CONNECTION(first);
    two[1] = MP_WAIT_EVENT(NULL);
    two[0].ready = true;
    assert_int_equal(mp_wait(two, 2, MP_FOREVER, &ready), MP_EINVAL);
    assert_false(two[0].ready);
    destroy();
}

static void what_is_closed_is_an_error(void)
{
    mp_connection_t *in = NULL;
    mp_connection_t *out = NULL;

    make();
    assert_int_equal(mp_pipe(&in, &out, false), 0);
    assert_int_equal(wait_for_one(MP_WAIT_CONNECTION(out), 0), MP_ESTATE);
    mp_connection_destroy(in);
    mp_connection_destroy(out);
    assert_int_equal(mp_connection_close(first), 0);
    assert_int_equal(mp_listener_close(listener), 0);
    assert_int_equal(wait_for_one(MP_WAIT_CONNECTION(first), 0), MP_ESTATE);
    assert_int_equal(wait_for_one(MP_WAIT_LISTENER(listener), 0), MP_ESTATE);
    destroy();
}

static int nothing(const mp_args_t *args)
{
    (void) args;
    return 0;
}
MP_TARGET(nothing)

static void a_process_is_waited_for_while_it_has_a_state(void)
{
    mp_process_t *child = test_create(nothing, MP_NO_ARGS);

    assert_int_equal(wait_for_one(MP_WAIT_PROCESS(child), 0), MP_ESTATE);
    assert_int_equal(mp_process_start(child), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(wait_for_one(MP_WAIT_PROCESS(child), TEST_GUARD_MS),
                         0);
        test_join(child);
    }
    assert_int_equal(mp_process_close(child), 0);
    assert_int_equal(wait_for_one(MP_WAIT_PROCESS(child), 0), MP_ESTATE);
    mp_process_destroy(child);
}

// ---- what is marked ----

static void a_timeout_is_not_early(void)
{
    make();
    mp_waitable_t rows[] = {MP_WAIT_CONNECTION(first), MP_WAIT_EVENT(event),
                            MP_WAIT_LISTENER(listener),
                            MP_WAIT_CONNECTION(second)};

    for (size_t from = 0; from < 4; from++) { // mixed, and the last alone
        for (size_t count = 1; count <= 4 - from; count++) {
            int64_t start = test_now_ms();
            assert_int_equal(mp_wait(rows + from, count, 60, NULL),
                             MP_ETIMEDOUT);
            assert_true(test_now_ms() - start >= 59);
            assert_false(rows[from].ready);
        }
    }
    destroy();
}

static void all_that_is_ready_is_marked_and_nothing_else(void)
{
    size_t ready = 0;

    make();
    mp_waitable_t rows[] = {MP_WAIT_CONNECTION(second), MP_WAIT_EVENT(event),
                            MP_WAIT_LISTENER(listener),
                            MP_WAIT_CONNECTION(first), MP_WAIT_EVENT(event)};
    send_to_first();
    assert_int_equal(mp_wait(rows, 5, TEST_GUARD_MS, &ready), 0);
    assert_int_equal(ready, 1);
    assert_true(rows[3].ready);
    assert_int_equal(mp_event_set(event), 0);
    assert_int_equal(mp_wait(rows, 5, TEST_GUARD_MS, &ready), 0);
    assert_int_equal(ready, 3);
    assert_true(rows[1].ready && rows[3].ready && rows[4].ready);
    receive_at_first();
    assert_int_equal(mp_wait(rows, 5, 0, &ready), 0);
    assert_int_equal(ready, 2);
    assert_false(rows[0].ready || rows[2].ready || rows[3].ready);
    assert_int_equal(mp_event_clear(event), 0);
    assert_int_equal(mp_wait(rows, 5, 0, &ready), MP_ETIMEDOUT);
    assert_int_equal(ready, 0);
    destroy();
}

// What the handle does not tell: the length of this one is taken, and there is
// nothing else of it.
static void a_message_of_which_the_length_is_known_is_ready(void)
{
    char byte = 0;
    size_t size = 0;

    make();
    mp_waitable_t rows[] = {MP_WAIT_CONNECTION(first), MP_WAIT_EVENT(event)};
    assert_int_equal(mp_connection_send_bytes(second, "ab", 2, 0), 0);
    assert_int_equal(mp_connection_recv_bytes(first, &byte, 1, &size, 0),
                     MP_EMSGSIZE);
    for (size_t count = 1; count <= 2; count++) {
        assert_int_equal(mp_wait(rows, count, TEST_GUARD_MS, NULL), 0);
        assert_true(rows[0].ready);
    }
    receive_at_first();
    assert_int_equal(mp_wait(rows, 2, 0, NULL), MP_ETIMEDOUT);
    destroy();
}

static void a_closed_side_and_a_broken_direction_are_ready(void)
{
    enum { LARGE = 8 << 20 };
    char *bytes = calloc(LARGE, 1);

    assert_non_null(bytes);
    make();
    assert_int_equal(mp_connection_send_bytes(second, bytes, LARGE, 100),
                     MP_ETIMEDOUT);
    if (mp_connection_send_bytes(second, "x", 1, 0) == MP_ESTATE) {
        assert_int_equal(wait_for_one(MP_WAIT_CONNECTION(first), TEST_GUARD_MS),
                         0);
    } // a named pipe takes back what did not go whole
    assert_int_equal(wait_for_one(MP_WAIT_CONNECTION(second), 0), MP_ETIMEDOUT);
    assert_int_equal(mp_connection_close(first), 0);
    assert_int_equal(wait_for_one(MP_WAIT_CONNECTION(second), TEST_GUARD_MS),
                     0);
    destroy();
    free(bytes);
}

enum { MANY = 150 }; // more than Windows waits for in one call

static void more_than_windows_waits_for_at_once(void)
{
    static mp_connection_t *ends[MANY][2];
    mp_waitable_t rows[MANY + 2];
    size_t ready = 0;

    make();
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(mp_pipe(&ends[i][0], &ends[i][1], true), 0);
        rows[i] = MP_WAIT_CONNECTION(ends[i][0]);
    }
    rows[MANY] = MP_WAIT_EVENT(event);
    rows[MANY + 1] = MP_WAIT_LISTENER(listener);
    for (size_t count = MANY; count <= MANY + 2; count++) {
        assert_int_equal(mp_wait(rows, count, 30, NULL), MP_ETIMEDOUT);
        assert_int_equal(
            mp_connection_send_bytes(ends[MANY - 1][1], "text", 4, 0), 0);
        assert_int_equal(mp_wait(rows, count, TEST_GUARD_MS, &ready), 0);
        assert_int_equal(ready, 1);
        assert_true(rows[MANY - 1].ready);
        mp_connection_t *kept = first;
        first = ends[MANY - 1][0];
        receive_at_first();
        first = kept;
    }
    for (int i = 0; i < MANY; i++) {
        mp_connection_destroy(ends[i][0]);
        mp_connection_destroy(ends[i][1]);
    }
    destroy();
}

// ---- threads ----

static mp_waitable_t waited[3];
static size_t waited_count;
static int result;

static void wait_or(int number, void (*act)(void))
{
    if (number == 0) {
        result = mp_wait(waited, waited_count, TEST_GUARD_MS, NULL);
    } else {
        test_use_processor(50);
        act();
    }
}

static void close_first(void)
{
    (void) mp_connection_close(first);
}

static void wait_or_close(int number)
{
    wait_or(number, close_first);
}

static void close_listener(void)
{
    (void) mp_listener_close(listener);
}

static void wait_or_close_listener(int number)
{
    wait_or(number, close_listener);
}

static void a_close_ends_the_wait_of_another_thread(void)
{
    for (size_t with = 0; with < 2; with++) {
        make();
        waited[0] = MP_WAIT_CONNECTION(first);
        waited[1] = MP_WAIT_EVENT(event);
        waited_count = 1 + with;
        test_run_threads(2, wait_or_close);
        assert_int_equal(result, MP_ESTATE);
        waited[0] = MP_WAIT_LISTENER(listener);
        test_run_threads(2, wait_or_close_listener);
        assert_int_equal(result, MP_ESTATE);
        destroy();
    }
}

static mp_event_t *other_event;
static atomic_bool over;

static void wait_or_set_and_clear(int number)
{
    if (number == 0) {
        result = mp_wait(waited, waited_count, TEST_GUARD_MS, NULL);
        atomic_store(&over, true);
        return;
    }
    while (!atomic_load(&over)) {
        test_use_processor(20);
        (void) mp_event_set(other_event);
        (void) mp_event_clear(other_event);
    }
}

static void an_event_that_is_set_and_cleared_at_once_is_seen(void)
{
    make();
    assert_int_equal(mp_event_create(&other_event), 0);
    waited[0] = MP_WAIT_EVENT(other_event);
    waited[1] = MP_WAIT_EVENT(event);
    waited[2] = MP_WAIT_CONNECTION(first);
    for (waited_count = 1; waited_count <= 3; waited_count++) {
        atomic_store(&over, false);
        test_run_threads(2, wait_or_set_and_clear);
        assert_int_equal(result, 0);
        assert_true(waited[0].ready);
        assert_false(waited[1].ready || waited[2].ready);
    }
    mp_event_destroy(other_event);
    destroy();
}

// ---- listeners ----

static const char *address;
static int accepted;
static int connected;

static mp_connection_t *accept_by_waiting(int64_t timeout_ms, int *r)
{
    int64_t end = test_now_ms() + timeout_ms;
    mp_connection_t *connection = NULL;

    do {
        *r = wait_for_one(MP_WAIT_LISTENER(listener), end - test_now_ms());
        if (*r == 0) {
            *r = mp_listener_accept(listener, &connection, 0);
        }
    } while (*r == MP_ETIMEDOUT && test_now_ms() < end);
    return connection;
}

static void connect_once(void)
{
    mp_connection_t *connection = NULL;

    connected = mp_client(&connection, address, NULL, TEST_GUARD_MS);
    mp_connection_destroy(connection);
}

static void accept_or_connect(int number)
{
    if (number == 0) {
        mp_connection_destroy(accept_by_waiting(TEST_GUARD_MS, &accepted));
    } else {
        connect_once();
    }
}

static void clients_are_accepted_without_blocking(void)
{
    make();
    address = mp_listener_address(listener);
    for (int i = 0; i < 10; i++) {
        test_run_threads(2, accept_or_connect);
        assert_int_equal(accepted, 0);
        assert_int_equal(connected, 0);
    }
    destroy();
}

static mp_connection_t *silent;

static void let_a_silent_client_in(void)
{
    const mp_client_options_t mute = {.open = true};
    mp_connection_t *connection = NULL;

    address = mp_listener_address(listener);
    assert_int_equal(mp_client(&silent, address, &mute, TEST_GUARD_MS), 0);
    assert_int_equal(wait_for_one(MP_WAIT_LISTENER(listener), TEST_GUARD_MS),
                     0);
    assert_int_equal(mp_listener_accept(listener, &connection, 0),
                     MP_ETIMEDOUT);
}

// Who was let in is not at the door any more.
static void a_guest_that_goes_or_runs_out_of_time_is_told(void)
{
    const mp_listener_options_t options = {.handshake_timeout_ms = 300};
    mp_connection_t *connection = NULL;

    for (int goes = 0; goes < 2; goes++) {
        make();
        mp_listener_destroy(listener);
        assert_int_equal(
            mp_listener_create(&listener, NULL, goes ? NULL : &options), 0);
        let_a_silent_client_in();
        if (goes) {
            assert_int_equal(wait_for_one(MP_WAIT_LISTENER(listener), 50),
                             MP_ETIMEDOUT);
            mp_connection_destroy(silent);
        }
        assert_int_equal(
            wait_for_one(MP_WAIT_LISTENER(listener), TEST_GUARD_MS), 0);
        assert_int_equal(mp_listener_accept(listener, &connection, 0),
                         MP_EAUTH);
        assert_int_equal(wait_for_one(MP_WAIT_LISTENER(listener), 0),
                         MP_ETIMEDOUT);
        if (!goes) {
            mp_connection_destroy(silent);
        }
        destroy();
    }
}

static void wait_accept_or_connect(int number)
{
    mp_connection_t *connection = NULL;

    if (number == 0) {
        while (!atomic_load(&over)) {
            (void) wait_for_one(MP_WAIT_LISTENER(listener), 20);
        }
    } else if (number == 1) {
        accepted = mp_listener_accept(listener, &connection, TEST_GUARD_MS);
        mp_connection_destroy(connection);
        atomic_store(&over, true);
    } else {
        test_use_processor(50);
        connect_once();
    }
}

static void who_waits_is_not_in_the_way_of_who_accepts(void)
{
    make();
    let_a_silent_client_in(); // who waits has the turn because of it
    atomic_store(&over, false);
    test_run_threads(3, wait_accept_or_connect);
    assert_int_equal(accepted, 0);
    assert_int_equal(connected, 0);
    mp_connection_destroy(silent);
    destroy();
}

// ---- children ----

static int say_and_end(const mp_args_t *args)
{
    return mp_connection_send_bytes(mp_args_connection(args, 0), "text", 4,
                                    TEST_GUARD_MS);
}
MP_TARGET(say_and_end)

static void the_end_of_the_other_side_is_seen(void)
{
    char byte = 0;
    size_t size = 0;

    make();
    mp_process_t *child = test_start(say_and_end, MP_ARGS(second));
    mp_connection_destroy(second);
    second = NULL;
    mp_waitable_t rows[] = {MP_WAIT_CONNECTION(first), MP_WAIT_EVENT(event)};
    assert_int_equal(mp_wait(rows, 2, TEST_GUARD_MS, NULL), 0);
    assert_true(rows[0].ready);
    receive_at_first();
    assert_int_equal(mp_wait(rows, 2, TEST_GUARD_MS, NULL), 0);
    assert_true(rows[0].ready);
    assert_int_equal(mp_connection_recv_bytes(first, &byte, 1, &size, 0),
                     MP_EEOF);
    assert_int_equal(test_finish(child), 0);
    destroy();
}

static int wait_at_gate(const mp_args_t *args)
{
    (void) mp_args_connection(args, 1);
    return test_gate_arrive(mp_args_text(args, 0)) == 0
               ? test_gate_pass(mp_args_text(args, 0))
               : 1;
}
MP_TARGET(wait_at_gate)

// This process has the other end, too, so only the sentinel tells.
static void a_killed_child_is_seen_while_its_message_is_waited_for(void)
{
    test_gate_t gate;

    make();
    test_gate_create(&gate);
    mp_process_t *child =
        sync_at_gate(&gate, wait_at_gate, MP_ARGS(gate.name, second));
    mp_waitable_t rows[] = {MP_WAIT_CONNECTION(first), MP_WAIT_PROCESS(child),
                            MP_WAIT_EVENT(event)};
    for (size_t count = 2; count <= 3; count++) {
        assert_int_equal(mp_wait(rows, count, 50, NULL), MP_ETIMEDOUT);
    }
    assert_int_equal(mp_process_kill(child), 0);
    for (size_t count = 2; count <= 3; count++) {
        assert_int_equal(mp_wait(rows, count, TEST_GUARD_MS, NULL), 0);
        assert_true(rows[1].ready);
        assert_false(rows[0].ready);
    }
    test_join(child);
    mp_process_destroy(child);
    test_gate_destroy(&gate);
    destroy();
}

static void the_child_that_ends_is_marked(void)
{
    mp_process_t *children[3];
    mp_waitable_t rows[4];
    intptr_t sentinel = 0;
    test_gate_t gates[3];
    size_t ready = 0;

    make();
    for (int i = 0; i < 3; i++) {
        test_gate_create(&gates[i]);
        children[i] = sync_at_gate(&gates[i], wait_at_gate,
                                   MP_ARGS(gates[i].name, second));
        rows[i] = MP_WAIT_PROCESS(children[i]);
    }
    assert_int_equal(mp_process_sentinel(children[1], &sentinel), 0);
    rows[3] = MP_WAIT_HANDLE(sentinel);
    assert_int_equal(mp_wait(rows, 4, 30, &ready), MP_ETIMEDOUT);
    test_gate_release(&gates[1], 1);
    assert_int_equal(mp_wait(rows, 3, TEST_GUARD_MS, &ready), 0);
    assert_true(rows[1].ready);
    assert_int_equal(mp_wait(rows, 4, TEST_GUARD_MS, &ready), 0);
    assert_true(rows[3].ready);
    assert_int_equal(ready, 2);
    test_gate_release(&gates[0], 1);
    test_gate_release(&gates[2], 1);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(test_finish(children[i]), 0);
        test_gate_destroy(&gates[i]);
    }
    destroy();
}

static int set_it(const mp_args_t *args)
{
    return mp_event_set(mp_args_event(args, 0));
}
MP_TARGET(set_it)

static void an_event_of_a_child_is_seen(void)
{
    make();
    mp_waitable_t rows[] = {MP_WAIT_EVENT(event), MP_WAIT_CONNECTION(first)};
    for (size_t count = 1; count <= 2; count++) {
        mp_process_t *child = test_start(set_it, MP_ARGS(event));
        assert_int_equal(mp_wait(rows, count, TEST_GUARD_MS, NULL), 0);
        assert_true(rows[0].ready);
        assert_int_equal(test_finish(child), 0);
        assert_int_equal(mp_event_clear(event), 0);
    }
    destroy();
}

enum { STOPPED = 5 };

static int wait_for_more_or_a_stop(const mp_args_t *args)
{
    mp_waitable_t rows[2] = {MP_WAIT_CONNECTION(mp_args_connection(args, 0))};
    intptr_t stop = 0;

    if (mp_stop_handle(&stop) != 0) {
        return 1;
    }
    rows[1] = MP_WAIT_HANDLE(stop);
    if (test_gate_arrive(mp_args_text(args, 1)) != 0 ||
        mp_wait(rows, 2, TEST_GUARD_MS, NULL) != 0) {
        return 2;
    }
    return rows[1].ready && !rows[0].ready ? STOPPED : 3;
}
MP_TARGET(wait_for_more_or_a_stop)

static void a_stop_handle_cancels_it(void)
{
    test_gate_t gate;

    make();
    test_gate_create(&gate);
    mp_process_t *child = sync_at_gate(&gate, wait_for_more_or_a_stop,
                                       MP_ARGS(second, gate.name));
    assert_int_equal(mp_process_stop(child, TEST_GUARD_MS), 0);
    assert_int_equal(test_finish(child), STOPPED);
    test_gate_destroy(&gate);
    destroy();
}

static int wait_for_parent(const mp_args_t *args)
{
    (void) args;
    return wait_for_one(MP_WAIT_PROCESS(mp_parent_process()), 20) ==
                   MP_ETIMEDOUT
               ? 0
               : 1;
}
MP_TARGET(wait_for_parent)

static void a_child_waits_for_its_parent(void)
{
    assert_int_equal(test_call(wait_for_parent, MP_NO_ARGS), 0);
}

static const struct test tests[] = {
    {"nothing to wait for is a sleep", nothing_to_wait_for_is_a_sleep,
     TEST_ONCE},
    {"what cannot be waited for is refused",
     what_cannot_be_waited_for_is_refused, TEST_ONCE},
    {"what is closed is an error", what_is_closed_is_an_error, TEST_ONCE},
    {"a timeout is not early", a_timeout_is_not_early, TEST_ONCE},
    {"all that is ready is marked and nothing else",
     all_that_is_ready_is_marked_and_nothing_else, TEST_ONCE},
    {"a message of which the length is known is ready",
     a_message_of_which_the_length_is_known_is_ready, TEST_ONCE},
    {"a closed side and a broken direction are ready",
     a_closed_side_and_a_broken_direction_are_ready, TEST_ONCE},
    {"more than Windows waits for at once", more_than_windows_waits_for_at_once,
     TEST_ONCE},
    {"a close ends the wait of another thread",
     a_close_ends_the_wait_of_another_thread, TEST_ONCE},
    {"an event that is set and cleared at once is seen",
     an_event_that_is_set_and_cleared_at_once_is_seen, TEST_ONCE},
    {"clients are accepted without blocking",
     clients_are_accepted_without_blocking, TEST_ONCE},
    {"a guest that goes or runs out of time is told",
     a_guest_that_goes_or_runs_out_of_time_is_told, TEST_ONCE},
    {"who waits is not in the way of who accepts",
     who_waits_is_not_in_the_way_of_who_accepts, TEST_ONCE},
    {"a process is waited for while it has a state",
     a_process_is_waited_for_while_it_has_a_state, TEST_ALL},
    {"the end of the other side is seen", the_end_of_the_other_side_is_seen,
     TEST_ALL},
    {"a killed child is seen while its message is waited for",
     a_killed_child_is_seen_while_its_message_is_waited_for, TEST_PROCESSES},
    {"the child that ends is marked", the_child_that_ends_is_marked, TEST_ALL},
    {"an event of a child is seen", an_event_of_a_child_is_seen, TEST_ALL},
    {"a stop handle cancels it", a_stop_handle_cancels_it, TEST_ALL},
    {"a child waits for its parent", a_child_waits_for_its_parent,
     TEST_PROCESSES},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return sync_run("wait", tests, sizeof(tests) / sizeof(tests[0]));
}
