// SPDX-License-Identifier: Apache-2.0
// Values over connections: their limits, and the shared objects in them, which
// arrive whatever becomes of their sender.
#include "tests/support.h"

#include <stdlib.h>
#include <string.h>

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
    first = NULL;
    second = NULL;
}

static void send(mp_any_t *value)
{
    assert_int_equal(mp_connection_send(first, value, TEST_GUARD_MS), 0);
    mp_any_destroy(value);
}

static mp_any_t *receive(void)
{
    mp_any_t *got = NULL;

    assert_int_equal(mp_connection_recv(second, &got, TEST_GUARD_MS), 0);
    assert_non_null(got);
    return got;
}

static mp_any_t *text_of(size_t size)
{
    mp_any_t *value = NULL;
    char *text = malloc(size);

    assert_non_null(text);
    memset(text, 'x', size);
    assert_int_equal(mp_any_text(&value, text, size), 0);
    free(text);
    return value;
}

// ---- messages ----

static void what_is_no_value_is_gone_when_it_is_refused(void)
{
    mp_any_t *got = NULL;

    make();
    assert_int_equal(mp_connection_send_bytes(first, "\x80\x04?", 3, 0), 0);
    assert_int_equal(mp_connection_send_bytes(first, "text", 4, 0), 0);
    assert_int_equal(mp_connection_send_bytes(first, NULL, 0, 0), 0);
    assert_int_equal(mp_connection_recv(second, &got, 0), MP_EPROTO);
    assert_null(got);
    assert_int_equal(mp_connection_recv(second, &got, 0), MP_ENOTSUP);
    assert_int_equal(mp_connection_recv(second, &got, 0), MP_EPROTO);
    assert_int_equal(mp_connection_poll(second, 0), MP_ETIMEDOUT);
    destroy();
}

static void null_is_refused(void)
{
    mp_any_t *value = text_of(1);

    make();
    assert_int_equal(mp_connection_send(NULL, value, 0), MP_EINVAL);
    assert_int_equal(mp_connection_send(first, NULL, 0), MP_EINVAL);
    assert_int_equal(mp_connection_recv(NULL, &value, 0), MP_EINVAL);
    assert_int_equal(mp_connection_recv(first, NULL, 0), MP_EINVAL);
    assert_int_equal(mp_connection_set_limits(NULL, NULL), MP_EINVAL);
    mp_any_destroy(value);
    destroy();
}

// ---- limits ----

static void a_value_above_the_limit_stays_the_next_message(void)
{
    mp_pickle_options_t options = {.max_bytes = 100};
    mp_any_t *got = NULL;

    make();
    assert_int_equal(mp_connection_set_limits(second, &options), 0);
    send(text_of(200));
    send(text_of(10));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(mp_connection_recv(second, &got, TEST_GUARD_MS),
                         MP_EMSGSIZE);
        assert_null(got);
    }
    assert_int_equal(mp_connection_set_limits(second, NULL), 0);
    got = receive();
    assert_int_equal(mp_any_size(got), 200);
    mp_any_destroy(got);
    got = receive();
    assert_int_equal(mp_any_size(got), 10);
    mp_any_destroy(got);
    destroy();
}

static void limits_hold_for_sending(void)
{
    mp_pickle_options_t options = {.max_bytes = 100};
    mp_any_t *value = text_of(200);

    make();
    assert_int_equal(mp_connection_set_limits(first, &options), 0);
    assert_int_equal(mp_connection_send(first, value, 0), MP_EMSGSIZE);
    assert_int_equal(mp_connection_poll(second, 0), MP_ETIMEDOUT);
    mp_any_destroy(value);
    destroy();
}

static void expect_sending(const char *module, const char *name, int expected)
{
    mp_any_t *value = NULL;

    assert_int_equal(mp_any_global(&value, module, name), 0);
    assert_int_equal(mp_connection_send(first, value, 0), expected);
    mp_any_destroy(value);
}

static void globals_are_copied_with_the_limits(void)
{
    char allowed[] = "one:*";
    const char *rows[] = {allowed, "two:name", NULL};
    mp_pickle_options_t options = {.only_globals = rows};
    mp_any_t *got = NULL;

    make();
    assert_int_equal(mp_connection_set_limits(first, &options), 0);
    memset(allowed, '?', strlen(allowed));
    rows[0] = NULL;
    expect_sending("one", "any", 0);
    expect_sending("two", "name", 0);
    expect_sending("two", "other", MP_EACCES);
    mp_any_destroy(receive());
    mp_any_destroy(receive());
    assert_int_equal(mp_connection_set_limits(second, &options), 0);
    expect_sending("one", "any", 0);
    assert_int_equal(mp_connection_recv(second, &got, TEST_GUARD_MS),
                     MP_EACCES); // its row is empty: nothing is allowed
    assert_null(got);
    assert_int_equal(mp_connection_poll(second, 0), MP_ETIMEDOUT);
    destroy();
}

static void an_option_of_a_later_version_is_refused(void)
{
    struct {
        mp_pickle_options_t known;
        size_t later;
    } options = {{0}, 1};

    make();
    assert_int_equal(
        mp_connection_set_limits_sized(first, &options.known, sizeof(options)),
        MP_ENOTSUP);
    options.later = 0;
    assert_int_equal(
        mp_connection_set_limits_sized(first, &options.known, sizeof(options)),
        0);
    destroy();
}

static int receive_text(const mp_args_t *args)
{
    mp_any_t *got = NULL;

    int r =
        mp_connection_recv(mp_args_connection(args, 0), &got, TEST_GUARD_MS);
    bool good = r == 0 && mp_any_size(got) == 200;
    mp_any_destroy(got);
    return good ? 0 : 1;
}
MP_TARGET(receive_text)

static void limits_do_not_travel(void)
{
    mp_pickle_options_t options = {.max_bytes = 100};

    make();
    assert_int_equal(mp_connection_set_limits(second, &options), 0);
    send(text_of(200));
    assert_int_equal(test_call(receive_text, MP_ARGS(second)), 0);
    send(text_of(200));
    mp_any_t *got = NULL;
    assert_int_equal(mp_connection_recv(second, &got, 0), MP_EMSGSIZE);
    destroy();
}

// ---- shared objects ----

static mp_any_t *shared(const void *object)
{
    mp_any_t *value = NULL;

    assert_int_equal(mp_any_shared(&value, object), 0);
    return value;
}

static mp_any_t *new_lock(void)
{
    mp_lock_t *lock = NULL;

    assert_int_equal(mp_lock_create(&lock), 0);
    mp_any_t *value = shared(lock);
    mp_lock_destroy(lock);
    return value;
}

// Whether a lock came that can be acquired and released.
static int try_lock(mp_connection_t *connection)
{
    mp_any_t *got = NULL;
    mp_lock_t *lock = NULL;

    int r = mp_connection_recv(connection, &got, TEST_GUARD_MS);
    if (r == 0) {
        r = mp_any_get_lock(got, &lock);
    }
    if (r == 0) {
        r = mp_lock_acquire(lock, 0);
    }
    if (r == 0) {
        r = mp_lock_release(lock);
    }
    mp_any_destroy(got);
    return r;
}

static int lock_behind_the_gate(const mp_args_t *args)
{
    if (test_gate_pass(mp_args_text(args, 1)) < 0) {
        return 2;
    }
    int r = try_lock(mp_args_connection(args, 0));
    return r == 0 ? 0 : mp_failure(1, "%d: %s", r, mp_last_error()->message);
}
MP_TARGET(lock_behind_the_gate)

static void a_lock_arrives_whose_sender_has_let_go_of_it(void)
{
    test_gate_t gate;

    make();
    test_gate_create(&gate);
    mp_process_t *child =
        test_start(lock_behind_the_gate, MP_ARGS(second, gate.name));
    test_gate_await(&gate, 1);
    send(new_lock());
    mp_any_destroy(new_lock()); // which would be where that one was
    mp_connection_destroy(first);
    first = NULL;
    test_gate_release(&gate, 1);
    assert_int_equal(test_finish(child), 0);
    test_gate_destroy(&gate);
    destroy();
}

static int send_lock(const mp_args_t *args)
{
    mp_lock_t *lock = NULL;
    mp_any_t *value = NULL;

    int r = mp_lock_create(&lock);
    if (r == 0) {
        r = mp_any_shared(&value, lock);
    }
    mp_lock_destroy(lock);
    if (r == 0) {
        r = mp_connection_send(mp_args_connection(args, 0), value,
                               TEST_GUARD_MS);
    }
    mp_any_destroy(value);
    return r == 0 ? 0 : 1;
}
MP_TARGET(send_lock)

static void a_lock_arrives_whose_sender_has_ended(void)
{
    enum { SENT = 3 };

    make();
    for (int i = 0; i < SENT; i++) {
        assert_int_equal(test_call(send_lock, MP_ARGS(first)), 0);
    }
    mp_any_destroy(new_lock());
    for (int i = 0; i < SENT; i++) {
        assert_int_equal(try_lock(second), 0);
    }
    destroy();
}

static int send_lock_and_wait(const mp_args_t *args)
{
    int r = send_lock(args);

    (void) test_gate_pass(mp_args_text(args, 1));
    return r;
}
MP_TARGET(send_lock_and_wait)

static void a_lock_arrives_whose_sender_was_killed(void)
{
    mp_shared_figures_t figures;
    test_gate_t gate;

    make();
    test_gate_create(&gate);
    mp_process_t *child =
        test_start(send_lock_and_wait, MP_ARGS(first, gate.name));
    test_gate_await(&gate, 1);
    test_stop(child, &gate);
    mp_process_destroy(child);
    assert_int_equal(mp_shared_usage(&figures), 0); // recovers all it had
    assert_int_equal(try_lock(second), 0);
    test_gate_destroy(&gate);
    destroy();
}

static int lock_from(const mp_args_t *args)
{
    mp_connection_t *connection = NULL;

    int r = mp_client(&connection, mp_args_text(args, 0), NULL, TEST_GUARD_MS);
    if (r == 0) {
        r = try_lock(connection);
    }
    if (r == 0) {
        r = mp_connection_send_bytes(connection, "had", 3, TEST_GUARD_MS);
    }
    int code = r == 0 ? 0 : mp_failure(1, "%s", mp_last_error()->message);
    mp_connection_destroy(connection);
    return code;
}
MP_TARGET(lock_from)

// Where the system does not tell who is at the other end, that may be anybody.
static bool is_told_apart(void)
{
    mp_peer_t peer;

    int r = mp_connection_peer(first, &peer);
    assert_true(r == 0 || r == MP_ENOTSUP);
#ifndef MP_TEST_PORTABLE
    assert_int_equal(r, 0);
#endif
    return r == 0;
}

static void send_and_be_told(void)
{
    size_t size = 0;
    char had[4];

    send(new_lock());
    mp_any_destroy(new_lock()); // which would be where that one was
    assert_int_equal(
        mp_connection_recv_bytes(first, had, 4, &size, TEST_GUARD_MS), 0);
}

static void expect_no_lock_goes(void)
{
    mp_any_t *lock = new_lock();

    assert_int_equal(mp_connection_send(first, lock, 0), MP_ESTATE);
    mp_any_destroy(lock);
}

static void a_lock_goes_through_a_listener_to_the_family(void)
{
    mp_listener_t *listener = NULL;

    assert_int_equal(mp_listener_create(&listener, NULL, NULL), 0);
    mp_process_t *child =
        test_start(lock_from, MP_ARGS(mp_listener_address(listener)));
    assert_int_equal(mp_listener_accept(listener, &first, TEST_GUARD_MS), 0);
    bool told_apart = is_told_apart();
    if (told_apart) {
        send_and_be_told();
    } else {
        expect_no_lock_goes();
    }
    mp_connection_destroy(first);
    first = NULL;
    assert_int_equal(test_finish(child), told_apart ? 0 : 1);
    mp_listener_destroy(listener);
}

#ifdef MP_NO_SHAREDCTYPES
#define ARRAY_TESTS
#else
static int64_t in_use(void)
{
    mp_shared_figures_t figures;

    assert_int_equal(mp_shared_usage(&figures), 0);
    return (int64_t) figures.in_use;
}

// With a lock of its own, which goes with it.
static void send_array(void)
{
    mp_array_t *array = NULL;

    assert_int_equal(mp_array_create(&array, MP_C_INT64, 1 << 15, NULL, NULL),
                     0);
    mp_any_t *value = shared(array);
    mp_array_destroy(array);
    send(value);
}

static int use_array(const mp_args_t *args)
{
    mp_array_t *array = NULL;
    mp_any_t *got = NULL;

    if (test_gate_pass(mp_args_text(args, 1)) < 0 ||
        mp_connection_recv(mp_args_connection(args, 0), &got, TEST_GUARD_MS) <
            0 ||
        mp_any_get_array(got, &array) < 0) {
        return 1;
    }
    int r = mp_array_acquire(array, TEST_GUARD_MS);
    if (r == 0) {
        r = mp_array_release(array);
    }
    mp_any_destroy(got);
    return r == 0 ? 0 : 2;
}
MP_TARGET(use_array)

static void an_array_arrives_with_its_lock(void)
{
    test_gate_t gate;

    make();
    test_gate_create(&gate);
    mp_process_t *child = test_start(use_array, MP_ARGS(second, gate.name));
    test_gate_await(&gate, 1);
    send_array();
    mp_any_destroy(new_lock());
    test_gate_release(&gate, 1);
    assert_int_equal(test_finish(child), 0);
    test_gate_destroy(&gate);
    destroy();
}

static void what_nobody_receives_goes_with_the_pipe(void)
{
    make();
    destroy();
    int64_t before = in_use();
    make();
    for (int i = 0; i < 4; i++) {
        send_array();
    }
    assert_true(in_use() - before > 4 << 18);
    mp_any_destroy(receive());
    mp_any_destroy(receive());
    assert_true(in_use() - before < 3 << 18);
    destroy();
    assert_true(in_use() - before < 1 << 18);
}
#define ARRAY_TESTS                                                            \
    {"an array arrives with its lock", an_array_arrives_with_its_lock,         \
     TEST_ALL},                                                                \
        {"what nobody receives goes with the pipe",                            \
         what_nobody_receives_goes_with_the_pipe, TEST_ONCE},
#endif

static void many_messages_hold_one_lock(void)
{
    enum { SENT = 200 };
    mp_any_t *lock = new_lock();

    make();
    for (int i = 0; i < SENT; i++) {
        assert_int_equal(mp_connection_send(first, lock, TEST_GUARD_MS), 0);
    }
    mp_any_destroy(lock);
    for (int i = 0; i < SENT; i++) {
        assert_int_equal(try_lock(second), 0);
    }
    destroy();
}

#if MP_REMOTE
static mp_listener_t *listener;

static void accept_one(int number)
{
    if (number == 0) {
        (void) mp_listener_accept(listener, &first, TEST_GUARD_MS);
    } else {
        (void) mp_client(&second, mp_listener_address(listener), NULL,
                         TEST_GUARD_MS);
    }
}

static void a_shared_object_goes_to_nobody_who_may_be_a_stranger(void)
{
    mp_any_t *lock = new_lock();

    assert_int_equal(mp_listener_create(&listener, "127.0.0.1:0", NULL), 0);
    test_run_threads(2, accept_one);
    assert_non_null(first);
    assert_non_null(second);
    assert_int_equal(mp_connection_send(first, lock, 0), MP_ESTATE);
    assert_int_equal(mp_connection_poll(second, 0), MP_ETIMEDOUT);
    send(text_of(5));
    mp_any_destroy(receive());
    mp_any_destroy(lock);
    mp_listener_destroy(listener);
    destroy();
}
#define REMOTE_TESTS                                                           \
    {"a shared object goes to nobody who may be a stranger",                   \
     a_shared_object_goes_to_nobody_who_may_be_a_stranger, TEST_ONCE},
#else
#define REMOTE_TESTS
#endif

static const struct test tests[] = {
    {"what is no value is gone when it is refused",
     what_is_no_value_is_gone_when_it_is_refused, TEST_ONCE},
    {"NULL is refused", null_is_refused, TEST_ONCE},
    {"a value above the limit stays the next message",
     a_value_above_the_limit_stays_the_next_message, TEST_ONCE},
    {"limits hold for sending", limits_hold_for_sending, TEST_ONCE},
    {"globals are copied with the limits", globals_are_copied_with_the_limits,
     TEST_ONCE},
    {"an option of a later version is refused",
     an_option_of_a_later_version_is_refused, TEST_ONCE},
    {"limits do not travel", limits_do_not_travel, TEST_ALL},
    {"a lock arrives whose sender has let go of it",
     a_lock_arrives_whose_sender_has_let_go_of_it, TEST_ALL},
    {"a lock arrives whose sender has ended",
     a_lock_arrives_whose_sender_has_ended, TEST_ALL},
    {"a lock arrives whose sender was killed",
     a_lock_arrives_whose_sender_was_killed, TEST_PROCESSES},
    {"a lock goes through a listener to the family",
     a_lock_goes_through_a_listener_to_the_family, TEST_ALL},
    {"many messages hold one lock", many_messages_hold_one_lock, TEST_ONCE},
    ARRAY_TESTS REMOTE_TESTS};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("connection_values", tests,
                    sizeof(tests) / sizeof(tests[0]));
}
