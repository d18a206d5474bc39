// SPDX-License-Identifier: Apache-2.0
// Connections out of descriptors (POSIX): with one more in each round until a
// call succeeds, so that it fails wherever it opens one.
#define _GNU_SOURCE // POSIX 2008, which C11 hides
#include "tests/support.h"

#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define ROUNDS_MOST 50

// ---- few descriptors ----

static int fillers[1000];
static int filled;
static int next;
static rlim_t usual;

static void limit_descriptors(rlim_t most)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = most;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

// Fills the gaps below the highest one, so that a limit leaves free as many as
// are wanted.
static void begin_few(void)
{
    struct rlimit limit;
    int highest = 0;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    usual = limit.rlim_cur;
    for (int fd = 0; fd < 2000; fd++) {
        highest = fcntl(fd, F_GETFD) >= 0 ? fd : highest;
    }
    next = highest + 1;
    for (filled = 0; filled < 1000; filled++) {
        int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
        assert_true(fd >= 0);
        if (fd >= next) {
            (void) close(fd);
            return;
        }
        fillers[filled] = fd;
    }
}

static void end_few(void)
{
    while (filled > 0) {
        (void) close(fillers[--filled]);
    }
}

// Does it with more and more descriptors: how often it failed for want of one.
// `try` returns the code of a call, of which only success may leave something;
// it asserts nothing, as no test would have descriptors after that.
static int with_more_and_more(int (*try)(void *), void *data)
{
    int r = MP_EMFILE;
    int rounds = 0;

    begin_few();
    for (; r == MP_EMFILE && rounds < ROUNDS_MOST; rounds++) {
        limit_descriptors((rlim_t) (next + rounds));
        r = try(data);
        limit_descriptors(usual);
        if (r < 0 && fcntl(next, F_GETFD) >= 0) {
            r = 1; // which is not even closed
        }
    }
    end_few();
    if (r > 0) {
        fail_msg("a call that failed has left something");
    }
    if (r < 0) {
        fail_msg("%s: %s", mp_errname(r), mp_last_error()->message);
    }
    return rounds - 1;
}

// ---- ends ----

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

static void expect_usable(void)
{
    char buffer[4];
    size_t size = 0;

    assert_int_equal(mp_connection_poll(second, 0), MP_ETIMEDOUT);
    assert_int_equal(mp_connection_send_bytes(first, "next", 4, 0), 0);
    assert_int_equal(mp_connection_recv_bytes(second, buffer, 4, &size, 0), 0);
    assert_memory_equal(buffer, "next", 4);
}

static int make_pipe(void *duplex)
{
    int r = mp_pipe(&first, &second, *(bool *) duplex);

    return r == 0 || (first == NULL && second == NULL) ? r : 1;
}

static void a_pipe_takes_two(void)
{
    for (int duplex = 0; duplex < 2; duplex++) {
        assert_int_equal(with_more_and_more(make_pipe, &(bool){duplex != 0}),
                         2);
        destroy();
    }
}

static int exchange_handle(void *handle)
{
    int r = mp_connection_send_handle(first, STDERR_FILENO, 0);

    return r < 0 ? r : mp_connection_recv_handle(second, handle, 0);
}

static void a_handle_without_room_is_lost_and_no_other(void)
{
    intptr_t handle = -1;

    make();
    assert_int_equal(with_more_and_more(exchange_handle, &handle), 1);
    test_close_handle(handle);
    expect_usable();
    destroy();
}

static int exchange_end(void *got)
{
    int r = mp_connection_send_connection(first, first, 0);

    return r < 0 ? r : mp_connection_recv_connection(second, got, 0);
}

static void an_end_without_room_is_lost_and_no_other(void)
{
    mp_connection_t *got = NULL;

    make();
    assert_int_equal(with_more_and_more(exchange_end, &got), 1);
    assert_int_equal(mp_connection_send_bytes(got, "x", 1, 0), 0);
    assert_int_equal(mp_connection_poll(second, 0), 0);
    mp_connection_destroy(got);
    destroy();
}

static int wait_for_all(void *event)
{
    mp_waitable_t objects[] = {MP_WAIT_CONNECTION(second),
                               MP_WAIT_EVENT((mp_event_t *) event)};

    return mp_wait(objects, 2, 0, NULL);
}

static void waiting_takes_none(void)
{
    mp_event_t *event = NULL;

    make();
    assert_int_equal(mp_event_create(&event), 0);
    assert_int_equal(mp_connection_send_bytes(first, "x", 1, 0), 0);
    assert_int_equal(with_more_and_more(wait_for_all, event), 0);
    mp_event_destroy(event);
    destroy();
}

// ---- listeners ----

static mp_listener_t *listener;

static int listen_at(void *address)
{
    int r = mp_listener_create(&listener, address, NULL);

    return r == 0 || listener == NULL ? r : 1;
}

static void a_listener_is_made_or_not(void)
{
    assert_true(with_more_and_more(listen_at, NULL) >= 1);
    mp_listener_destroy(listener);
    if (MP_REMOTE) {
        char address[] = "127.0.0.1:0";
        assert_true(with_more_and_more(listen_at, address) >= 1);
        mp_listener_destroy(listener);
    }
}

static int speak(mp_connection_t *connection, const char *text)
{
    return mp_connection_send_bytes(connection, text, strlen(text),
                                    TEST_GUARD_MS);
}

static int hear(mp_connection_t *connection, char *text, size_t most)
{
    size_t size = 0;
    int r = mp_connection_recv_bytes(connection, text, most - 1, &size,
                                     TEST_GUARD_MS);

    text[r == 0 ? size : 0] = '\0';
    return r;
}

// Until one says "end".
static int serve(const mp_args_t *args)
{
    mp_connection_t *connection = NULL;
    char text[10] = "";

    while (strcmp(text, "end") != 0) {
        int r = mp_listener_accept(mp_args_listener(args, 0), &connection,
                                   TEST_GUARD_MS);
        if (r == 0) {
            (void) hear(connection, text, sizeof(text));
        } else if (r != MP_EAUTH) {
            return 1;
        }
        mp_connection_destroy(connection);
        connection = NULL;
    }
    return 0;
}
MP_TARGET(serve)

static int visit(void *connection)
{
    return mp_client(connection, mp_listener_address(listener), NULL,
                     TEST_GUARD_MS);
}

static void a_client_is_connected_or_not(void)
{
    mp_connection_t *connection = NULL;

    assert_int_equal(listen_at(NULL), 0);
    mp_process_t *server = test_start(serve, MP_ARGS(listener));
    assert_true(with_more_and_more(visit, &connection) >= 1);
    assert_int_equal(speak(connection, "end"), 0);
    assert_int_equal(test_finish(server), 0);
    mp_connection_destroy(connection);
    mp_listener_destroy(listener);
}

static int visit_and_say(const mp_args_t *args)
{
    mp_connection_t *connection = NULL;
    char text[10] = "";

    int r = mp_client(&connection, mp_args_text(args, 0), NULL, TEST_GUARD_MS);
    if (r == 0) {
        r = speak(connection, mp_args_text(args, 1));
    }
    if (r == 0) {
        r = hear(connection, text, sizeof(text));
    }
    mp_connection_destroy(connection);
    return r == 0 && strcmp(text, "bye") == 0 ? 0 : 1;
}
MP_TARGET(visit_and_say)

static int accept_one(void *connection)
{
    return mp_listener_accept(listener, connection, TEST_GUARD_MS);
}

static void expect_visit(mp_connection_t *connection, mp_process_t *visitor)
{
    char text[10];

    assert_int_equal(hear(connection, text, sizeof(text)), 0);
    assert_string_equal(text, "hello");
    assert_int_equal(speak(connection, "bye"), 0);
    mp_connection_destroy(connection);
    assert_int_equal(test_finish(visitor), 0);
}

static void a_client_waits_until_there_is_room(void)
{
    mp_connection_t *connection = NULL;

    assert_int_equal(listen_at(NULL), 0);
    mp_process_t *visitor = test_start(
        visit_and_say, MP_ARGS(mp_listener_address(listener), "hello"));
    assert_true(with_more_and_more(accept_one, &connection) >= 1);
    expect_visit(connection, visitor);
    mp_listener_destroy(listener);
}

// The first is let in, and the second finds no room: that is no reason not to
// go on with the first.
static void a_guest_is_served_though_there_is_no_room_for_others(void)
{
    mp_connection_t *connection = NULL;
    mp_process_t *visitors[2];
    int r = MP_EMFILE;
    intptr_t door;

    assert_int_equal(listen_at(NULL), 0);
    assert_int_equal(mp_listener_fileno(listener, &door), 0);
    visitors[0] = test_start(visit_and_say,
                             MP_ARGS(mp_listener_address(listener), "hello"));
    assert_true(test_is_ready(door, TEST_GUARD_MS));
    (void) mp_listener_accept(listener, &connection, 0); // it is let in
    visitors[1] = NULL;
    if (connection == NULL) {
        visitors[1] = test_start(
            visit_and_say, MP_ARGS(mp_listener_address(listener), "hello"));
        assert_true(test_is_ready(door, TEST_GUARD_MS));
        begin_few();
        limit_descriptors((rlim_t) next);
        int64_t from = test_now_ms();
        while (r == MP_EMFILE && test_now_ms() - from < TEST_GUARD_MS) {
            r = mp_listener_accept(listener, &connection, 100);
        }
        limit_descriptors(usual);
        end_few();
        assert_int_equal(r, 0);
    }
    expect_visit(connection, visitors[0]);
    if (visitors[1] != NULL) {
        assert_int_equal(accept_one(&connection), 0);
        expect_visit(connection, visitors[1]);
    }
    mp_listener_destroy(listener);
}

// ---- children ----

static int use_ports(const mp_args_t *args)
{
    return mp_listener_address(mp_args_listener(args, 1)) != NULL &&
                   speak(mp_args_connection(args, 0), "next") == 0
               ? 5
               : 6;
}
MP_TARGET(use_ports)

static int start(void *process)
{
    return mp_process_start(process);
}

static void a_child_has_all_ends_or_is_none(void)
{
    char text[10];

    make();
    assert_int_equal(listen_at(NULL), 0);
    mp_process_t *process = test_create(use_ports, MP_ARGS(second, listener));
    assert_true(with_more_and_more(start, process) >= 1);
    assert_int_equal(test_finish(process), 5);
    assert_int_equal(hear(first, text, sizeof(text)), 0);
    expect_usable();
    mp_listener_destroy(listener);
    destroy();
}

static const struct test tests[] = {
    {"a pipe takes two", a_pipe_takes_two, TEST_ONCE},
    {"a handle without room is lost, and no other",
     a_handle_without_room_is_lost_and_no_other, TEST_ONCE},
    {"an end without room is lost, and no other",
     an_end_without_room_is_lost_and_no_other, TEST_ONCE},
    {"waiting takes none", waiting_takes_none, TEST_ONCE},
    {"a listener is made or not", a_listener_is_made_or_not, TEST_ONCE},
    {"a client is connected or not", a_client_is_connected_or_not,
     TEST_PROCESSES},
    {"a client waits until there is room", a_client_waits_until_there_is_room,
     TEST_PROCESSES},
    {"a guest is served though there is no room for others",
     a_guest_is_served_though_there_is_no_room_for_others, TEST_PROCESSES},
    {"a child has all ends or is none", a_child_has_all_ends_or_is_none,
     TEST_ALL},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    make(); // the family's memory is there before the first test
    destroy();
    return test_run("connections without descriptors", tests,
                    sizeof(tests) / sizeof(tests[0]));
}
