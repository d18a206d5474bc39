// SPDX-License-Identifier: Apache-2.0
// Every allocation fails once for connections, listeners, clients, values and
// handles on their way, waiting, and children that have ends: the call says so,
// nothing is left behind, and what was there before goes on.
#include "tests/failing.h"
#include "tests/support.h"

#include <string.h>

#include "core/check.h"
#include "core/recover.h"

static mp_connection_t *first;
static mp_connection_t *second;

static void make(void)
{
    assert_int_equal(mp_pipe(&first, &second, true), 0);
}

static void destroy(void)
{
    mp_connection_destroy(first);
    mp_connection_destroy(second);
}

// ---- what must be as before ----

typedef struct state {
    mp__census_t census;
    char handles[2000];
} state_t;

static void take_state(state_t *state)
{
    mp__members_recover(0);
    if (mp__arena_check(&state->census, true) < 0) {
        fail_msg("%s", mp_last_error()->message);
    }
    test_list_handles(state->handles, sizeof(state->handles));
}

static void expect_state(const state_t *before)
{
    state_t now;

    take_state(&now);
    assert_string_equal(now.handles, before->handles);
    assert_int_equal(now.census.blocks, before->census.blocks);
    assert_int_equal(now.census.cells, before->census.cells);
    assert_int_equal(now.census.holders, before->census.holders);
    assert_int_equal(now.census.limbo, before->census.limbo);
}

#define NEVER 1000000

// Ends the failing: whether it happened, which `r` must say.
static bool over(int r)
{
    bool reached = failing == 0;

    failing = 0;
    if (r != (reached ? MP_ENOMEM : 0)) {
        fail_msg("%s: %s", mp_errname(r), mp_last_error()->message);
    }
    return reached;
}

// `once` does a thing while allocation `nth` fails, and returns whether there
// were that many. How many there are.
static long for_each(bool (*once)(long nth))
{
    state_t before;
    long nth = 1;

    (void) once(NEVER); // what is made at the first time only
    take_state(&before);
    while (once(nth)) {
        expect_state(&before);
        nth++;
    }
    expect_state(&before);
    return nth - 1;
}

static void expect_usable(void)
{
    char buffer[4];
    size_t size = 0;

    assert_int_equal(mp_connection_poll(second, 0), MP_ETIMEDOUT);
    assert_int_equal(mp_connection_send_bytes(first, "next", 4, 0), 0);
    assert_int_equal(mp_connection_recv_bytes(second, buffer, 4, &size, 0), 0);
    assert_int_equal(size, 4);
    assert_int_equal(mp_connection_send_bytes(second, "back", 4, 0), 0);
    assert_int_equal(mp_connection_recv_bytes(first, buffer, 4, &size, 0), 0);
    assert_memory_equal(buffer, "back", 4);
}

// ---- pipes and bytes ----

static bool make_once(long nth)
{
    failing = nth;
    int r = mp_pipe(&first, &second, nth % 2 == 0);
    bool reached = over(r);
    assert_true((first == NULL) == reached && (second == NULL) == reached);
    destroy();
    return reached;
}

static void a_pipe_is_made_whole_or_not_at_all(void)
{
    assert_true(for_each(make_once) >= 2);
}

static bool carry_once(long nth)
{
    void *bytes = NULL;
    size_t size = 0;

    make();
    failing = nth;
    assert_int_equal(mp_connection_send_bytes(first, "message", 7, 0), 0);
    bool reached = over(mp_connection_recv_alloc(second, &bytes, &size, 0, 0));
    assert_true((bytes == NULL) == reached);
    if (reached) {
        assert_int_equal(mp_connection_recv_alloc(second, &bytes, &size, 0, 0),
                         0);
    }
    assert_int_equal(size, 7);
    assert_memory_equal(bytes, "message", 8);
    mp_free(bytes);
    expect_usable();
    destroy();
    return reached;
}

static void a_message_without_memory_stays_the_next_one(void)
{
    assert_int_equal(for_each(carry_once), 1);
}

// ---- handles ----

// A copy of the second end's handle.
static intptr_t copy_handle(void)
{
    intptr_t handle = -1;
    intptr_t copy = -1;

    assert_int_equal(mp_connection_fileno(second, &handle), 0);
    assert_int_equal(mp_connection_send_handle(first, handle, 0), 0);
    assert_int_equal(mp_connection_recv_handle(second, &copy, TEST_GUARD_MS),
                     0);
    return copy;
}

static bool adopt_once(long nth)
{
    mp_connection_t *adopted = NULL;
    state_t before;

    make();
    intptr_t copy = copy_handle();
    take_state(&before);
    failing = nth;
    bool reached = over(mp_connection_from_handle(&adopted, copy, true, true));
    if (adopted == NULL) {
        expect_state(&before); // it is the caller's still
        test_close_handle(copy);
    } else {
        assert_int_equal(mp_connection_send_bytes(first, "x", 1, 0), 0);
        assert_int_equal(mp_connection_poll(adopted, 0), 0);
    }
    mp_connection_destroy(adopted);
    destroy();
    return reached;
}

static void a_handle_that_is_not_adopted_stays_the_callers(void)
{
    assert_true(for_each(adopt_once) >= 1);
}

static bool send_handle_once(long nth)
{
    intptr_t handle = -1;
    intptr_t copy = -1;

    make();
    assert_int_equal(mp_connection_fileno(first, &handle), 0);
    failing = nth;
    int r = mp_connection_send_handle(first, handle, 0);
    if (r == 0) {
        r = mp_connection_recv_handle(second, &copy, 0);
    }
    bool reached = over(r);
    if (copy != -1) {
        test_close_handle(copy);
    }
    expect_usable();
    destroy();
    return reached;
}

static void handles_go_without_memory(void)
{
    assert_int_equal(for_each(send_handle_once), 0);
}

// An end that cannot be made of what came is lost, and nothing else.
static bool send_end_once(long nth)
{
    mp_connection_t *ends[2];
    mp_connection_t *got = NULL;
    char buffer[3];
    size_t size = 0;

    make();
    assert_int_equal(mp_pipe(&ends[0], &ends[1], true), 0);
    failing = nth;
    int r = mp_connection_send_connection(first, ends[1], 0);
    if (r == 0) {
        r = mp_connection_recv_connection(second, &got, 0);
    }
    bool reached = over(r);
    assert_true((got == NULL) == reached);
    mp_connection_destroy(ends[1]);
    if (got != NULL) {
        assert_int_equal(mp_connection_send_bytes(got, "end", 3, 0), 0);
        assert_int_equal(mp_connection_recv_bytes(ends[0], buffer, 3, &size, 0),
                         0);
    } else {
        assert_int_equal(mp_connection_recv_bytes(ends[0], buffer, 3, &size, 0),
                         MP_EEOF);
    }
    mp_connection_destroy(got);
    mp_connection_destroy(ends[0]);
    expect_usable();
    destroy();
    return reached;
}

static void an_end_without_memory_is_closed(void)
{
    assert_true(for_each(send_end_once) >= 1);
}

// ---- values ----

static mp_any_t *value_with_locks(void)
{
    mp_any_t *value = NULL;
    mp_any_t *shared = NULL;
    mp_lock_t *lock = NULL;

    assert_int_equal(mp_any_list(&value, MP_ARGS("text", 1.5, 77)), 0);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(mp_lock_create(&lock), 0);
        assert_int_equal(mp_any_shared(&shared, lock), 0);
        assert_int_equal(mp_any_append(value, shared), 0);
        mp_any_destroy(shared);
        mp_lock_destroy(lock);
    }
    return value;
}

static int use_last_lock(const mp_any_t *value)
{
    mp_lock_t *lock = NULL;

    int r = mp_any_get_lock(mp_any_item(value, 22), &lock);
    if (r == 0) {
        r = mp_lock_acquire(lock, 0);
    }
    return r < 0 ? r : mp_lock_release(lock);
}

static void expect_locks(void)
{
    mp_any_t *got = NULL;

    assert_int_equal(mp_connection_recv(second, &got, 0), 0);
    assert_int_equal(use_last_lock(got), 0);
    mp_any_destroy(got);
}

static bool send_value_once(long nth)
{
    mp_any_t *value = value_with_locks();
    state_t before;

    make();
    take_state(&before);
    failing = nth;
    bool reached = over(mp_connection_send(first, value, 0));
    if (reached) {
        assert_int_equal(mp_connection_poll(second, 0), MP_ETIMEDOUT);
        expect_state(&before);
        assert_int_equal(mp_connection_send(first, value, 0), 0);
    }
    mp_any_destroy(value);
    expect_locks();
    expect_usable();
    destroy();
    return reached;
}

static void a_value_without_memory_is_not_sent(void)
{
    assert_true(for_each(send_value_once) >= 3);
}

// Without memory for its bytes it stays the next one. Without memory for the
// value it is gone, and what it held goes with the pipe.
static bool receive_value_once(long nth)
{
    mp_any_t *value = value_with_locks();
    mp_any_t *got = NULL;
    state_t before;

    make();
    take_state(&before);
    assert_int_equal(mp_connection_send(first, value, 0), 0);
    failing = nth;
    int r = mp_connection_recv(second, &got, 0);
    bool reached = failing == 0;
    bool refused = reached && r < 0; // a slab is done without
    failing = 0;
    assert_int_equal(r, refused ? MP_ENOMEM : 0);
    assert_true((got == NULL) == refused);
    assert_true(nth > 1 || mp_connection_poll(second, 0) == 0);
    if (refused && mp_connection_poll(second, 0) == 0) {
        assert_int_equal(mp_connection_recv(second, &got, 0), 0);
    }
    if (got != NULL) {
        assert_int_equal(use_last_lock(got), 0);
        mp_any_destroy(got);
        expect_state(&before);
    }
    mp_any_destroy(value);
    expect_usable();
    destroy();
    return reached;
}

static void a_value_without_memory_holds_nothing(void)
{
    assert_true(for_each(receive_value_once) >= 20);
}

static bool limit_once(long nth)
{
    static const char *const names[] = {"one:*", "two:name", NULL};
    mp_pickle_options_t options = {.only_globals = names};

    make();
    failing = nth;
    bool reached = over(mp_connection_set_limits(first, &options));
    expect_usable();
    destroy();
    return reached;
}

static void limits_are_set_whole_or_not_at_all(void)
{
    assert_true(for_each(limit_once) >= 3);
}

// ---- waiting ----

#define ENDS 60 // more than are waited for without memory

static bool wait_once(long nth)
{
    mp_waitable_t objects[ENDS + 2];
    mp_listener_t *listener = NULL;
    mp_event_t *event = NULL;
    size_t ready = 0;

    make();
    assert_int_equal(mp_listener_create(&listener, NULL, NULL), 0);
    assert_int_equal(mp_event_create(&event), 0);
    for (int i = 0; i < ENDS; i++) {
        objects[i] = MP_WAIT_CONNECTION(second);
    }
    objects[ENDS] = MP_WAIT_LISTENER(listener);
    objects[ENDS + 1] = MP_WAIT_EVENT(event);
    assert_int_equal(mp_connection_send_bytes(first, "x", 1, 0), 0);
    failing = nth;
    bool reached = over(mp_wait(objects, ENDS + 2, TEST_GUARD_MS, &ready));
    if (reached) {
        assert_int_equal(mp_wait(objects, ENDS + 2, 0, &ready), 0);
    }
    assert_int_equal(ready, ENDS);
    mp_event_destroy(event);
    mp_listener_destroy(listener);
    destroy();
    return reached;
}

static void who_cannot_wait_can_try_again(void)
{
    assert_true(for_each(wait_once) >= 1);
}

// ---- listeners and clients ----

static bool listen_once(long nth)
{
    static const char *const addresses[] = {NULL, "127.0.0.1:0"};
    mp_listener_t *listener = NULL;

    failing = nth;
    int r = mp_listener_create(&listener, addresses[nth % 2], NULL);
    if (r == MP_ENOTSUP) { // a build without the other machines
        failing = 0;
        return nth < 10;
    }
    bool reached = over(r);
    assert_true((listener == NULL) == reached);
    mp_listener_destroy(listener);
    return reached;
}

static void a_listener_is_made_whole_or_not_at_all(void)
{
    assert_true(for_each(listen_once) >= 3);
}

static mp_listener_t *listener;
static bool client_fails; // else the listener's side
static int failures;      // that were no want of memory

static bool talk_to(mp_connection_t *connection, bool speaks)
{
    char buffer[2];
    size_t size = 0;

    int r = speaks ? mp_connection_send_bytes(connection, "x", 1, TEST_GUARD_MS)
                   : 0;
    if (r == 0) {
        r = mp_connection_recv_bytes(connection, buffer, 2, &size,
                                     TEST_GUARD_MS);
    }
    if (r == 0 && !speaks) {
        r = mp_connection_send_bytes(connection, "y", 1, TEST_GUARD_MS);
    }
    return r == 0;
}

// Until one client was served in full. Of a client that has failed is known
// that it has gone, or nothing.
static void serve(void)
{
    mp_connection_t *connection = NULL;
    bool served = false;

    for (int i = 0; i < 4 && !served; i++) {
        int r = mp_listener_accept(listener, &connection, TEST_GUARD_MS);
        served = r == 0 && talk_to(connection, false);
        failures +=
            r == 0 || r == (client_fails ? MP_EAUTH : MP_ENOMEM) ? 0 : 1;
        mp_connection_destroy(connection);
        connection = NULL;
    }
    failures += served ? 0 : 100;
}

static void visit(void)
{
    mp_connection_t *connection = NULL;
    bool served = false;

    for (int i = 0; i < 4 && !served; i++) {
        int r = mp_client(&connection, mp_listener_address(listener), NULL,
                          TEST_GUARD_MS);
        served = r == 0 && talk_to(connection, true);
        failures +=
            r == 0 || r == (client_fails ? MP_ENOMEM : MP_EEOF) ? 0 : 10000;
        mp_connection_destroy(connection);
        connection = NULL;
    }
    failures += served ? 0 : 1000000;
}

static void serve_or_visit(int number)
{
    failing_spare((number == 1) != client_fails);
    if (number == 0) {
        serve();
    } else {
        visit();
    }
}

static bool meet_once(long nth)
{
    failures = 0;
    assert_int_equal(mp_listener_create(&listener, NULL, NULL), 0);
    failing = nth;
    test_run_threads(2, serve_or_visit);
    bool reached = failing == 0;
    failing = 0;
    assert_int_equal(failures, 0);
    mp_listener_destroy(listener);
    return reached;
}

static void a_client_without_memory_is_in_nobodys_way(void)
{
    client_fails = true;
    assert_true(for_each(meet_once) >= 2);
}

static void a_listener_without_memory_serves_the_next(void)
{
    client_fails = false;
    assert_true(for_each(meet_once) >= 2);
}

// ---- children ----

static int use_ports(const mp_args_t *args)
{
    failing_spare(true); // it is the start that fails
    const char *address = mp_listener_address(mp_args_listener(args, 1));
    int r =
        address == NULL
            ? MP_EINVAL
            : mp_connection_send_bytes(mp_args_connection(args, 0), "x", 1, 0);

    return r == 0 ? 5 : 6;
}
MP_TARGET(use_ports)

// A forked child counts on: it may fail on its own, and says so.
static void expect_byte(mp_process_t *process, bool reached)
{
    char byte;
    size_t size = 0;

    test_join(process);
    if (!reached && mp_process_exitcode(process) == 1) {
        return;
    }
    assert_int_equal(mp_process_exitcode(process), 5);
    assert_int_equal(mp_connection_recv_bytes(first, &byte, 1, &size, 0), 0);
}

// What the library can do without is no error.
static bool start_once(long nth)
{
    mp_process_options_t options = test_options();
    mp_process_t *process = NULL;

    make();
    failing = nth;
    int r = mp_process_create(&process, use_ports, MP_ARGS(second, listener),
                              &options);
    if (r == 0) {
        r = mp_process_start(process);
    }
    bool reached = failing == 0;
    failing = 0;
    assert_true(r == 0 || (reached && r == MP_ENOMEM));
    if (r == 0) {
        expect_byte(process, reached);
    }
    mp_process_destroy(process);
    expect_usable();
    destroy();
    return reached;
}

static void a_child_has_all_ends_or_is_none(void)
{
    assert_int_equal(
        mp_listener_create(&listener, MP_REMOTE ? "127.0.0.1:0" : NULL, NULL),
        0);
    assert_true(for_each(start_once) >= 5);
    mp_listener_destroy(listener);
}

static const struct test tests[] = {
    {"a pipe is made whole or not at all", a_pipe_is_made_whole_or_not_at_all,
     TEST_ONCE},
    {"a message without memory stays the next one",
     a_message_without_memory_stays_the_next_one, TEST_ONCE},
    {"a handle that is not adopted stays the caller's",
     a_handle_that_is_not_adopted_stays_the_callers, TEST_ONCE},
    {"handles go without memory", handles_go_without_memory, TEST_ONCE},
    {"an end without memory is closed", an_end_without_memory_is_closed,
     TEST_ONCE},
    {"a value without memory is not sent", a_value_without_memory_is_not_sent,
     TEST_ONCE},
    {"a value without memory holds nothing",
     a_value_without_memory_holds_nothing, TEST_ONCE},
    {"limits are set whole or not at all", limits_are_set_whole_or_not_at_all,
     TEST_ONCE},
    {"who cannot wait can try again", who_cannot_wait_can_try_again, TEST_ONCE},
    {"a listener is made whole or not at all",
     a_listener_is_made_whole_or_not_at_all, TEST_ONCE},
    {"a client without memory is in nobody's way",
     a_client_without_memory_is_in_nobodys_way, TEST_ONCE},
    {"a listener without memory serves the next",
     a_listener_without_memory_serves_the_next, TEST_ONCE},
    {"a child has all ends or is none", a_child_has_all_ends_or_is_none,
     TEST_ALL},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    make(); // the family's memory is there before the first test
    destroy();
    return test_run("connections without memory", tests,
                    sizeof(tests) / sizeof(tests[0]));
}
