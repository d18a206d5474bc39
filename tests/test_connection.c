// SPDX-License-Identifier: Apache-2.0
// Connections: whole messages, between threads, processes and those that die.
#include "tests/support.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LARGE ((size_t) 8 << 20) // more than any system buffers

// A named pipe takes a message as a whole or not at all: whoever stops inside
// of one has sent nothing, and breaks nothing.
#ifdef _WIN32
#define KEEPS_WHOLE true
#else
#define KEEPS_WHOLE false
#endif

// Without mp_plat_link_step, who is killed just behind a message may be taken
// for one that died inside of it.
#if defined(MP_TEST_PORTABLE) || defined(__APPLE__)
#define TELLS_BEHIND false
#else
#define TELLS_BEHIND true
#endif

static mp_connection_t *first;
static mp_connection_t *second;

static void make(bool duplex)
{
    first = NULL;
    second = NULL;
    assert_int_equal(mp_pipe(&first, &second, duplex), 0);
    assert_non_null(first);
    assert_non_null(second);
}

static void destroy(void)
{
    mp_connection_destroy(first);
    mp_connection_destroy(second);
}

static unsigned char *pattern(size_t size, unsigned seed)
{
    unsigned char *bytes = malloc(size + 1);

    for (size_t i = 0; bytes != NULL && i < size; i++) {
        bytes[i] = (unsigned char) (seed + i * 7 + (i >> 8));
    }
    return bytes;
}

// ---- between ends of one process ----

static void expect_same(const void *bytes, size_t size)
{
    void *got = NULL;
    size_t got_size = 1;

    assert_int_equal(
        mp_connection_recv_alloc(first, &got, &got_size, 0, TEST_GUARD_MS), 0);
    assert_int_equal(got_size, size);
    assert_true(size == 0 || memcmp(got, bytes, size) == 0);
    assert_int_equal(((char *) got)[size], 0);
    mp_free(got);
}

static void messages_stay_what_they_are(void)
{
    static const size_t sizes[] = {0, 1, 4, 100, 4092, 16384, 16385, 60000};

    for (int duplex = 0; duplex < 2; duplex++) {
        make(duplex != 0);
        for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
            unsigned char *bytes = pattern(sizes[i], (unsigned) i);
            assert_non_null(bytes);
            assert_int_equal(mp_connection_send_bytes(second, bytes, sizes[i],
                                                      TEST_GUARD_MS),
                             0);
            // Wine shows nobody who waits that there is an empty message.
            if (!KEEPS_WHOLE || sizes[i] > 0) {
                assert_int_equal(mp_connection_poll(first, 0), 0);
            }
            expect_same(bytes, sizes[i]);
            free(bytes);
        }
        assert_int_equal(mp_connection_poll(first, 0), MP_ETIMEDOUT);
        destroy();
    }
}

static void one_way_ends_refuse_the_other_direction(void)
{
    char byte = 0;
    size_t size = 0;

    make(false);
    assert_true(mp_connection_readable(first));
    assert_false(mp_connection_writable(first));
    assert_false(mp_connection_readable(second));
    assert_true(mp_connection_writable(second));
    assert_int_equal(mp_connection_send_bytes(first, "x", 1, 0), MP_ESTATE);
    assert_int_equal(mp_connection_recv_bytes(second, &byte, 1, &size, 0),
                     MP_ESTATE);
    assert_int_equal(mp_connection_poll(second, 0), MP_ESTATE);
    destroy();
}

static void a_message_too_long_stays_the_next_one(void)
{
    char buffer[20] = "";
    void *bytes = NULL;
    size_t size = 0;

    make(true);
    assert_int_equal(mp_connection_send_bytes(second, "0123456789", 10, 0), 0);
    assert_int_equal(mp_connection_send_bytes(second, "more", 4, 0), 0);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(mp_connection_recv_bytes(first, buffer, 9, &size, 0),
                         MP_EMSGSIZE);
        assert_int_equal(size, 10);
        assert_int_equal(mp_connection_poll(first, 0), 0);
        assert_int_equal(mp_connection_recv_alloc(first, &bytes, &size, 9, 0),
                         MP_EMSGSIZE);
        assert_null(bytes);
        assert_int_equal(
            mp_connection_recv_bytes_into(first, buffer, 20, 11, &size, 0),
            MP_EMSGSIZE);
    }
    assert_int_equal(
        mp_connection_recv_bytes_into(first, buffer, 20, 10, &size, 0), 0);
    assert_memory_equal(buffer + 10, "0123456789", 10);
    assert_int_equal(buffer[9], 0);
    assert_int_equal(mp_connection_recv_bytes(first, buffer, 20, &size, 0), 0);
    assert_int_equal(size, 4);
    assert_memory_equal(buffer, "more", 4);
    assert_int_equal(
        mp_connection_recv_bytes_into(first, buffer, 20, 21, &size, 0),
        MP_EINVAL);
    destroy();
}

static void the_end_comes_behind_the_last_message(void)
{
    char buffer[4];
    size_t size = 0;

    make(true);
    assert_int_equal(mp_connection_send_bytes(second, "last", 4, 0), 0);
    mp_connection_destroy(second);
    second = NULL;
    assert_int_equal(mp_connection_poll(first, 0), 0);
    assert_int_equal(mp_connection_recv_bytes(first, buffer, 4, &size, 0), 0);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(mp_connection_poll(first, 0), 0);
        assert_int_equal(
            mp_connection_recv_bytes(first, buffer, 4, &size, MP_FOREVER),
            MP_EEOF);
        assert_int_equal(mp_connection_send_bytes(first, "x", 1, MP_FOREVER),
                         MP_EEOF);
    }
    destroy();
}

static void what_is_closed_is_an_error(void)
{
    intptr_t handle = 0;
    char byte = 0;
    size_t size = 0;

    make(true);
    assert_int_equal(mp_connection_fileno(first, &handle), 0);
    assert_false(mp_connection_closed(first));
    assert_int_equal(mp_connection_close(first), 0);
    assert_int_equal(mp_connection_close(first), 0);
    assert_true(mp_connection_closed(first));
    assert_int_equal(mp_connection_fileno(first, &handle), MP_ESTATE);
    assert_int_equal(mp_connection_send_bytes(first, "x", 1, 0), MP_ESTATE);
    assert_int_equal(mp_connection_recv_bytes(first, &byte, 1, &size, 0),
                     MP_ESTATE);
    assert_int_equal(mp_connection_poll(first, 0), MP_ESTATE);
    destroy();
}

static void null_is_refused(void)
{
    intptr_t handle = 0;
    size_t size = 0;

    assert_int_equal(mp_pipe(NULL, &second, true), MP_EINVAL);
    assert_int_equal(mp_pipe(&first, NULL, true), MP_EINVAL);
    assert_int_equal(mp_connection_send_bytes(NULL, "x", 1, 0), MP_EINVAL);
    assert_int_equal(mp_connection_recv_bytes(NULL, NULL, 0, &size, 0),
                     MP_EINVAL);
    assert_int_equal(mp_connection_poll(NULL, 0), MP_EINVAL);
    assert_int_equal(mp_connection_close(NULL), MP_EINVAL);
    assert_int_equal(mp_connection_fileno(NULL, &handle), MP_EINVAL);
    assert_true(mp_connection_closed(NULL));
    mp_connection_destroy(NULL);
    make(true);
    assert_int_equal(mp_connection_send_bytes(first, NULL, 1, 0), MP_EINVAL);
    assert_int_equal(mp_connection_recv_bytes(first, NULL, 1, &size, 0),
                     MP_EINVAL);
    assert_int_equal(mp_connection_fileno(first, NULL), MP_EINVAL);
    destroy();
}

static void a_timeout_without_a_message_breaks_nothing(void)
{
    char buffer[4];
    size_t size = 0;

    make(true);
    int64_t start = test_now_ms();
    assert_int_equal(mp_connection_recv_bytes(first, buffer, 4, &size, 300),
                     MP_ETIMEDOUT);
    assert_int_equal(mp_connection_poll(first, 300), MP_ETIMEDOUT);
    assert_true(test_now_ms() - start >= 598);
    assert_int_equal(mp_connection_send_bytes(second, "here", 4, 0), 0);
    assert_int_equal(mp_connection_recv_bytes(first, buffer, 4, &size, 0), 0);
    destroy();
}

// From the second end to the first, behind a message that did not come whole.
static void expect_broken(void)
{
    void *got = NULL;
    size_t size = 0;

    if (KEEPS_WHOLE) {
        assert_int_equal(mp_connection_recv_alloc(first, &got, &size, 0, 0),
                         MP_ETIMEDOUT);
        assert_int_equal(mp_connection_send_bytes(second, "x", 1, 0), 0);
        expect_same("x", 1);
        return;
    }
    for (int i = 0; i < 2; i++) {
        assert_int_equal(mp_connection_send_bytes(second, "x", 1, MP_FOREVER),
                         MP_ESTATE);
        assert_int_equal(
            mp_connection_recv_alloc(first, &got, &size, 0, MP_FOREVER),
            MP_ESTATE);
    }
}

static void a_timeout_inside_a_message_breaks_its_direction(void)
{
    unsigned char *bytes = pattern(LARGE, 1);
    char buffer[4];
    size_t size = 0;

    assert_non_null(bytes);
    make(true);
    assert_int_equal(mp_connection_send_bytes(second, bytes, LARGE, 100),
                     MP_ETIMEDOUT);
    expect_broken();
    assert_int_equal(mp_connection_send_bytes(first, "back", 4, 0), 0);
    assert_int_equal(mp_connection_recv_bytes(second, buffer, 4, &size, 0), 0);
    destroy();
    free(bytes);
}

static void values_are_messages(void)
{
    mp_any_t *value = NULL;
    mp_any_t *got = NULL;

    make(true);
    assert_int_equal(mp_any_tuple(&value, MP_ARGS(1, 2.5, "text", MP_NONE)), 0);
    assert_int_equal(mp_connection_send(first, value, TEST_GUARD_MS), 0);
    assert_int_equal(mp_connection_recv(second, &got, TEST_GUARD_MS), 0);
    assert_int_equal(mp_any_equal(value, got), 1);
    mp_any_destroy(value);
    mp_any_destroy(got);
    assert_int_equal(mp_connection_send_bytes(first, "\x80\x04K", 3, 0), 0);
    assert_int_equal(mp_connection_recv(second, &got, 0), MP_EPROTO);
    assert_null(got);
    assert_int_equal(mp_connection_poll(second, 0), MP_ETIMEDOUT);
    destroy();
}

// ---- threads ----

enum { THREADS = 4, MESSAGES = 300 };
static atomic_int errors;

static size_t length_of(unsigned seed)
{
    return seed % 5 == 0 ? seed % 70001 : seed % 900 + 4;
}

// A message says by its first byte how it goes on.
static bool is_pattern(const unsigned char *bytes, size_t size)
{
    unsigned char *same = pattern(size, size == 0 ? 0 : bytes[0]);
    bool is = same != NULL && (size == 0 || memcmp(bytes, same, size) == 0);

    free(same);
    return is;
}

static int send_many(mp_connection_t *connection, unsigned seed)
{
    int r = 0;

    for (unsigned i = 0; r == 0 && i < MESSAGES; i++) {
        size_t size = length_of(seed * 7919 + i * 104729);
        unsigned char *bytes = pattern(size, seed + i);
        r = mp_connection_send_bytes(connection, bytes, size, TEST_GUARD_MS);
        free(bytes);
    }
    return r;
}

static int receive_many(mp_connection_t *connection, int count)
{
    for (int i = 0; i < count; i++) {
        void *bytes = NULL;
        size_t size = 0;
        int r = mp_connection_recv_alloc(connection, &bytes, &size, 0,
                                         TEST_GUARD_MS);
        if (r < 0 || !is_pattern(bytes, size)) {
            return r < 0 ? r : 1;
        }
        mp_free(bytes);
    }
    return 0;
}

static void send_or_receive(int number)
{
    int r = number % 2 == 0 ? send_many(second, (unsigned) number)
                            : receive_many(first, MESSAGES);
    if (r != 0) {
        atomic_fetch_add(&errors, 1);
    }
}

static void messages_of_threads_do_not_mix(void)
{
    atomic_store(&errors, 0);
    make(false);
    test_run_threads(2 * THREADS, send_or_receive);
    assert_int_equal(atomic_load(&errors), 0);
    destroy();
}

static void wait_or_close(int number)
{
    char byte = 0;
    size_t size = 0;

    if (number > 0) {
        test_use_processor(50);
        (void) mp_connection_close(first);
    } else if (mp_connection_recv_bytes(first, &byte, 1, &size, MP_FOREVER) !=
               MP_ESTATE) {
        atomic_fetch_add(&errors, 1);
    }
}

static void a_close_ends_the_wait_of_another_thread(void)
{
    atomic_store(&errors, 0);
    make(true);
    test_run_threads(2, wait_or_close);
    assert_int_equal(atomic_load(&errors), 0);
    destroy();
}

// ---- children ----

static int echo(const mp_args_t *args)
{
    mp_connection_t *connection = mp_args_connection(args, 0);
    void *bytes = NULL;
    size_t size = 0;
    int r = 0;

    while (r == 0) {
        r = mp_connection_recv_alloc(connection, &bytes, &size, 0,
                                     TEST_GUARD_MS);
        if (r == 0) {
            r = mp_connection_send_bytes(connection, bytes, size,
                                         TEST_GUARD_MS);
            mp_free(bytes);
        }
    }
    return r == MP_EEOF ? 0 : 1;
}
MP_TARGET(echo)

static void a_child_answers_until_the_other_side_is_closed(void)
{
    unsigned char *bytes = pattern(LARGE, 3);

    assert_non_null(bytes);
    make(true);
    mp_process_t *child = test_start(echo, MP_ARGS(second));
    mp_connection_destroy(second);
    second = NULL;
    for (size_t size = 0; size <= LARGE; size = size * 8 + 1) {
        assert_int_equal(
            mp_connection_send_bytes(first, bytes, size, TEST_GUARD_MS), 0);
        expect_same(bytes, size);
    }
    destroy();
    assert_int_equal(test_finish(child), 0);
    free(bytes);
}

static int send_as(const mp_args_t *args)
{
    return send_many(mp_args_connection(args, 0),
                     (unsigned) mp_args_int(args, 1)) == 0
               ? 0
               : 1;
}
MP_TARGET(send_as)

static int receive_some(const mp_args_t *args)
{
    return receive_many(mp_args_connection(args, 0), MESSAGES);
}
MP_TARGET(receive_some)

static void messages_of_processes_do_not_mix(void)
{
    mp_process_t *children[6];

    make(false);
    for (int i = 0; i < 3; i++) {
        children[i] = test_start(send_as, MP_ARGS(second, i));
        children[3 + i] = test_start(receive_some, MP_ARGS(first));
    }
    for (int i = 0; i < 6; i++) {
        assert_int_equal(test_finish(children[i]), 0);
    }
    destroy();
}

#define STAIRS 6

// Messages of 1, 2, 3 … bytes, of which so many are received here.
static void make_stairs(size_t received)
{
    char bytes[STAIRS] = {0};

    make(false);
    for (size_t size = 1; size <= STAIRS; size++) {
        assert_int_equal(mp_connection_send_bytes(second, bytes, size, 0), 0);
    }
    for (size_t size = 1; size <= received; size++) {
        size_t got = 0;
        assert_int_equal(
            mp_connection_recv_bytes(first, bytes, STAIRS, &got, 0), 0);
        assert_int_equal(got, size);
    }
}

static int receive_step(const mp_args_t *args)
{
    char bytes[STAIRS];
    size_t size = 0;

    return mp_connection_recv_bytes(mp_args_connection(args, 0), bytes, STAIRS,
                                    &size, TEST_GUARD_MS) == 0 &&
                   size == (size_t) mp_args_int(args, 1)
               ? 0
               : 1;
}
MP_TARGET(receive_step)

// Who receives short messages sees what is behind them; that is not true any
// more when somebody else has received.
static void what_one_has_seen_another_may_receive(void)
{
    make_stairs(2);
    for (size_t size = 3; size <= STAIRS; size += 2) {
        char bytes[STAIRS];
        size_t got = 0;
        mp_process_t *child = test_start(receive_step, MP_ARGS(first, size));
        assert_int_equal(test_finish(child), 0);
        assert_int_equal(
            mp_connection_recv_bytes(first, bytes, STAIRS, &got, 0), 0);
        assert_int_equal(got, size + 1);
    }
    destroy();
}

// Both copies of an end are closed by the child of one and the parent of the
// other; a brother that was forked meanwhile has none.
static void a_brother_keeps_no_end_open(void)
{
    char byte = 0;
    size_t size = 0;
    test_gate_t gate;

    test_gate_create(&gate);
    make(true);
    mp_process_t *brother =
        test_start(test_wait_at_gate, MP_ARGS(gate.name, 0));
    test_gate_await(&gate, 1);
    mp_process_t *child = test_start(echo, MP_ARGS(second));
    mp_connection_destroy(first);
    first = NULL;
    mp_connection_destroy(second);
    second = NULL;
    assert_int_equal(test_finish(child), 0);
    assert_false(mp_connection_recv_bytes(NULL, &byte, 1, &size, 0) == 0);
    test_gate_release(&gate, 1);
    assert_int_equal(test_finish(brother), 0);
    test_gate_destroy(&gate);
}

static int has_nothing_to_receive(const mp_args_t *args)
{
    for (size_t i = 0; i < mp_args_count(args); i++) {
        if (mp_connection_poll(mp_args_connection(args, i), 0) !=
            MP_ETIMEDOUT) {
            return 1;
        }
    }
    return 0;
}
MP_TARGET(has_nothing_to_receive)

// The numbers of what a thread had are given again: what lies below them is
// taken.
static void a_fork_closes_nothing_for_a_thread_that_was(void)
{
    mp_process_options_t options = {.context = mp_get_context("thread")};
    mp_connection_t *below[16];
    mp_process_t *thread = NULL;

    for (int i = 0; i < 16; i += 2) {
        assert_int_equal(mp_pipe(&below[i], &below[i + 1], true), 0);
    }
    make(true);
    assert_int_equal(
        mp_process_create(&thread, echo, MP_ARGS(second), &options), 0);
    assert_int_equal(mp_process_start(thread), 0);
    destroy();
    assert_int_equal(test_finish(thread), 0);
    make(true);
    mp_connection_t *more = NULL;
    mp_connection_t *most = NULL;
    assert_int_equal(mp_pipe(&more, &most, true), 0);
    assert_int_equal(
        test_call(has_nothing_to_receive, MP_ARGS(first, second, more, most)),
        0);
    destroy();
    mp_connection_destroy(more);
    mp_connection_destroy(most);
    for (int i = 0; i < 16; i++) {
        mp_connection_destroy(below[i]);
    }
}

static void a_closed_end_starts_no_child(void)
{
    make(true);
    mp_process_t *child = test_create(echo, MP_ARGS(second));
    assert_int_equal(mp_connection_close(second), 0);
    assert_int_equal(mp_process_start(child), MP_ESTATE);
    mp_process_destroy(child);
    destroy();
}

static int wrong_kind(const mp_args_t *args)
{
    mp_lock_t *lock = NULL;
    mp_connection_t *connection = NULL;

    return mp_args_type(args, 0) == (int) MP_ARG_PORT &&
                   mp_args_get_lock(args, 0, &lock) == MP_ETYPE &&
                   mp_args_get_connection(args, 1, &connection) == MP_ETYPE
               ? 0
               : 1;
}
MP_TARGET(wrong_kind)

static void an_argument_is_of_its_kind(void)
{
    mp_process_t *refused = NULL;
    int nothing = 0;

    make(true);
    assert_int_equal(test_call(wrong_kind, MP_ARGS(first, 1)), 0);
    assert_int_equal(mp_process_create(&refused, wrong_kind,
                                       MP_ARGS(MP_PORT((void *) &nothing)),
                                       NULL),
                     MP_EINVAL);
    destroy();
}

// ---- deaths ----

static int send_large(const mp_args_t *args)
{
    unsigned char *bytes = pattern(LARGE, 0);

    return bytes != NULL &&
                   mp_connection_send_bytes(mp_args_connection(args, 0), bytes,
                                            LARGE, TEST_GUARD_MS) == 0
               ? 0
               : 1;
}
MP_TARGET(send_large)

static void kill_child(mp_process_t *child)
{
    assert_int_equal(mp_process_kill(child), 0);
    (void) test_finish(child);
}

// This process has the sending end, too, so the system shows it no end.
static void a_death_inside_a_message_ends_the_wait_for_its_rest(void)
{
    void *bytes = NULL;
    size_t size = 0;

    make(false);
    mp_process_t *child = test_start(send_large, MP_ARGS(second));
    assert_int_equal(mp_connection_poll(first, TEST_GUARD_MS), 0);
    kill_child(child);
    if (!KEEPS_WHOLE) {
        assert_int_equal(
            mp_connection_recv_alloc(first, &bytes, &size, 0, MP_FOREVER),
            MP_ESTATE);
    }
    expect_broken();
    destroy();
}

// Each answers and is killed, until one is taken for dead inside of a message.
static void kill_behind_answers(void)
{
    char buffer[4];
    size_t size = 0;

    for (int i = 0; i < 20; i++) {
        mp_process_t *child = test_start(echo, MP_ARGS(second));
        int r = mp_connection_send_bytes(first, "ping", 4, 0);
        if (r == 0) {
            r = mp_connection_recv_bytes(first, buffer, 4, &size,
                                         TEST_GUARD_MS);
        }
        kill_child(child);
        if (i > 0 && r == MP_ESTATE && !TELLS_BEHIND) {
            return;
        }
        assert_int_equal(r, 0);
    }
}

static void a_death_between_messages_harms_nobody(void)
{
    char buffer[4];
    size_t size = 0;

    make(true);
    kill_behind_answers();
    int r = mp_connection_send_bytes(first, "ping", 4, 0);
    if (r != MP_ESTATE || TELLS_BEHIND) {
        assert_int_equal(r, 0);
        assert_int_equal(mp_connection_recv_bytes(second, buffer, 4, &size, 0),
                         0);
    }
    destroy();
}

// ---- ends and handles on their way ----

static int take_an_end(const mp_args_t *args)
{
    mp_connection_t *end = NULL;

    if (mp_connection_recv_connection(mp_args_connection(args, 0), &end,
                                      TEST_GUARD_MS) < 0) {
        return 1;
    }
    int r = mp_connection_send_bytes(end, "through", 7, TEST_GUARD_MS);
    mp_connection_destroy(end);
    return r == 0 ? 0 : 1;
}
MP_TARGET(take_an_end)

// The child, which runs, is given an end whose other one is `mine`.
static void expect_through(mp_process_t *child, mp_connection_t *mine,
                           mp_connection_t *its)
{
    char buffer[7];
    size_t size = 0;

    assert_int_equal(mp_connection_send_connection(first, its, TEST_GUARD_MS),
                     0);
    mp_connection_destroy(its);
    assert_int_equal(
        mp_connection_recv_bytes(mine, buffer, 7, &size, TEST_GUARD_MS), 0);
    assert_memory_equal(buffer, "through", 7);
    assert_int_equal(
        mp_connection_recv_bytes(mine, buffer, 7, &size, TEST_GUARD_MS),
        MP_EEOF);
    assert_int_equal(test_finish(child), 0);
    mp_connection_destroy(mine);
}

static void an_end_goes_to_a_process_that_runs(void)
{
    mp_connection_t *its = NULL;
    mp_connection_t *mine = NULL;

    make(true);
    mp_process_t *child = test_start(take_an_end, MP_ARGS(second));
    assert_int_equal(mp_pipe(&mine, &its, false), 0);
    expect_through(child, mine, its);
    destroy();
}

// A TCP connection, too, whose end is known to Winsock by more than its handle.
static void an_end_of_a_client_goes_to_a_process_that_runs(void)
{
    mp_listener_options_t options = {.open = true};
    mp_connection_t *mine = NULL;
    mp_connection_t *its = NULL;
    mp_listener_t *listener = NULL;
    mp_client_options_t client = {.open = true};

    if (mp_listener_create(&listener, "127.0.0.1:0", &options) == MP_ENOTSUP) {
        return;
    }
    make(true);
    mp_process_t *child = test_start(take_an_end, MP_ARGS(second));
    assert_int_equal(
        mp_client(&mine, mp_listener_address(listener), &client, TEST_GUARD_MS),
        0);
    assert_int_equal(mp_listener_accept(listener, &its, TEST_GUARD_MS), 0);
    expect_through(child, mine, its);
    mp_listener_destroy(listener);
    destroy();
}

// Killed before it takes it, or with it in its hands: nobody waits for ever.
static void an_end_for_the_dead_hangs_nobody(void)
{
    mp_connection_t *its = NULL;
    mp_connection_t *mine = NULL;
    char buffer[7];
    size_t size = 0;

    make(true);
    mp_process_t *child = test_start(take_an_end, MP_ARGS(second));
    kill_child(child);
    mp_connection_destroy(second);
    second = NULL;
    assert_int_equal(mp_pipe(&mine, &its, true), 0);
    (void) mp_connection_send_connection(first, its, TEST_GUARD_MS);
    mp_connection_destroy(its);
    mp_connection_destroy(first);
    first = NULL;
    assert_int_equal(mp_connection_recv_bytes(mine, buffer, 7, &size, 50),
                     MP_EEOF);
    mp_connection_destroy(mine);
}

static int write_to_a_handle(const mp_args_t *args)
{
    intptr_t handle = 0;

    if (mp_connection_recv_handle(mp_args_connection(args, 0), &handle,
                                  TEST_GUARD_MS) < 0) {
        return 1;
    }
    test_write_pipe(handle, "written there");
    test_close_handle(handle);
    return 0;
}
MP_TARGET(write_to_a_handle)

static void a_handle_goes_to_a_process_that_runs(void)
{
    char path[300];
    char text[30] = "";

    make(true);
    mp_process_t *child = test_start(write_to_a_handle, MP_ARGS(second));
    test_make_file(path, sizeof(path));
    intptr_t handle = test_open_for_writing(path);
    assert_int_equal(mp_connection_send_handle(first, handle, TEST_GUARD_MS),
                     0);
    assert_int_equal(test_finish(child), 0);
    test_close_handle(handle);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(text, sizeof(text), file));
    (void) fclose(file);
    assert_string_equal(text, "written there");
    test_remove_file(path);
    destroy();
}

static const struct test tests[] = {
    {"messages stay what they are", messages_stay_what_they_are, TEST_ONCE},
    {"one-way ends refuse the other direction",
     one_way_ends_refuse_the_other_direction, TEST_ONCE},
    {"a message too long stays the next one",
     a_message_too_long_stays_the_next_one, TEST_ONCE},
    {"the end comes behind the last message",
     the_end_comes_behind_the_last_message, TEST_ONCE},
    {"what is closed is an error", what_is_closed_is_an_error, TEST_ONCE},
    {"NULL is refused", null_is_refused, TEST_ONCE},
    {"a timeout without a message breaks nothing",
     a_timeout_without_a_message_breaks_nothing, TEST_ONCE},
    {"a timeout inside a message breaks its direction",
     a_timeout_inside_a_message_breaks_its_direction, TEST_ONCE},
    {"values are messages", values_are_messages, TEST_ONCE},
    {"messages of threads do not mix", messages_of_threads_do_not_mix,
     TEST_ONCE},
    {"a close ends the wait of another thread",
     a_close_ends_the_wait_of_another_thread, TEST_ONCE},
    {"a child answers until the other side is closed",
     a_child_answers_until_the_other_side_is_closed, TEST_ALL},
    {"messages of processes do not mix", messages_of_processes_do_not_mix,
     TEST_ALL},
    {"what one has seen another may receive",
     what_one_has_seen_another_may_receive, TEST_ALL},
    {"a brother keeps no end open", a_brother_keeps_no_end_open, TEST_ALL},
    {"a fork closes nothing for a thread that was",
     a_fork_closes_nothing_for_a_thread_that_was, TEST_FORK},
    {"a closed end starts no child", a_closed_end_starts_no_child, TEST_ALL},
    {"an argument is of its kind", an_argument_is_of_its_kind, TEST_ALL},
    {"a death inside a message ends the wait for its rest",
     a_death_inside_a_message_ends_the_wait_for_its_rest, TEST_PROCESSES},
    {"a death between messages harms nobody",
     a_death_between_messages_harms_nobody, TEST_PROCESSES},
    {"an end goes to a process that runs", an_end_goes_to_a_process_that_runs,
     TEST_ALL},
    {"an end of a client goes to a process that runs",
     an_end_of_a_client_goes_to_a_process_that_runs, TEST_ALL},
    {"an end for the dead hangs nobody", an_end_for_the_dead_hangs_nobody,
     TEST_PROCESSES},
    {"a handle goes to a process that runs",
     a_handle_goes_to_a_process_that_runs, TEST_ALL},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("connection", tests, sizeof(tests) / sizeof(tests[0]));
}
