// SPDX-License-Identifier: Apache-2.0
// Connections whose other side is no library of ours: bytes as an attacker
// sends them, pipes, and processes that the program forks itself.
#include "tests/support.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static mp_connection_t *connection;
static int peer;

static void make(void)
{
    int pair[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    assert_int_equal(
        mp_connection_from_handle(&connection, pair[0], true, true), 0);
    peer = pair[1];
}

static void close_peer(void)
{
    if (peer >= 0) {
        (void) close(peer);
    }
    peer = -1;
}

static void destroy(void)
{
    mp_connection_destroy(connection);
    close_peer();
}

static void put(const void *bytes, size_t size)
{
    assert_int_equal(write(peer, bytes, size), (ssize_t) size);
}

static int receive(void)
{
    char buffer[100];
    size_t size = 0;

    return mp_connection_recv_bytes(connection, buffer, sizeof(buffer), &size,
                                    TEST_GUARD_MS);
}

// ---- bytes of a stranger ----

static void a_length_that_no_message_has_breaks_it(void)
{
    static const char lengths[][12] = {
        "\xff\xff\xff\xfe", "\x80\x00\x00\x00",
        "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"};

    for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
        make();
        put(lengths[i], 12);
        assert_int_equal(receive(), MP_EPROTO);
        assert_int_equal(receive(), MP_ESTATE);
        assert_int_equal(mp_connection_send_bytes(connection, "x", 1, 0), 0);
        destroy();
    }
}

static void an_end_inside_a_message_is_an_error(void)
{
    static const struct {
        const char *bytes;
        size_t size;
    } rows[] = {{"\0", 1},
                {"\0\0\0", 3},
                {"\0\0\0\x0a", 4},
                {"\0\0\0\x0a"
                 "abc",
                 7},
                {"\xff\xff\xff\xff\0\0\0", 7}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        make();
        put(rows[i].bytes, rows[i].size);
        close_peer();
        assert_int_equal(receive(), MP_EPROTO);
        assert_int_equal(receive(), MP_ESTATE);
        destroy();
    }
}

static void a_huge_length_is_refused_before_there_is_memory_for_it(void)
{
    mp_any_t *value = NULL;
    void *bytes = NULL;
    size_t size = 0;

    make();
    put("\xff\xff\xff\xff\0\0\x40\0\0\0\0\0", 12); // 64 TiB
    for (int i = 0; i < 2; i++) {
        assert_int_equal(mp_connection_recv_alloc(connection, &bytes, &size,
                                                  1000, TEST_GUARD_MS),
                         MP_EMSGSIZE);
        assert_int_equal(mp_connection_recv(connection, &value, TEST_GUARD_MS),
                         MP_EMSGSIZE);
        assert_int_equal(receive(), MP_EMSGSIZE);
    }
    destroy();
}

static atomic_bool over;
static int received;
static int64_t took;

// There is always more of it. Whether the receiver ever has to wait is left to
// chance: that a deadline ends what moves on and on is tried on links.
static void pour_or_receive(int number)
{
    static const char much[1 << 16];
    int64_t from = test_now_ms();

    if (number == 0) {
        void *bytes = NULL;
        size_t size = 0;
        received = mp_connection_recv_alloc(connection, &bytes, &size, 0, 500);
        took = test_now_ms() - from;
        atomic_store(&over, true);
        return;
    }
    while (!atomic_load(&over) && test_now_ms() - from < TEST_GUARD_MS) {
        (void) send(peer, much, sizeof(much), MSG_DONTWAIT | MSG_NOSIGNAL);
    }
}

static void a_timeout_ends_a_message_that_never_ends(void)
{
    make();
    atomic_store(&over, false);
    put("\x7f\xff\xff\xff", 4); // 2 GiB
    test_run_threads(2, pour_or_receive);
    assert_int_equal(received, MP_ETIMEDOUT);
    assert_true(took < TEST_GUARD_MS / 2);
    assert_int_equal(receive(), MP_ESTATE);
    destroy();
}

static void byte_by_byte(int number)
{
    static const char message[] = "\0\0\0\x04"
                                  "slow";

    if (number == 0) {
        received = receive();
        return;
    }
    for (int i = 0; i < 8; i++) {
        (void) send(peer, message + i, 1, MSG_NOSIGNAL);
        test_use_processor(1);
    }
}

static void a_message_may_come_byte_by_byte(void)
{
    for (int i = 0; i < 10; i++) {
        make();
        test_run_threads(2, byte_by_byte);
        assert_int_equal(received, 0);
        destroy();
    }
}

// What hangs on bytes that are received as such is closed by the system.
static void a_handle_that_nobody_asked_for_stays_nowhere(void)
{
    mp_connection_t *other = NULL;

    make();
    assert_int_equal(mp_connection_from_handle(&other, peer, true, true), 0);
    peer = -1;
    assert_int_equal(mp_connection_send_handle(other, STDERR_FILENO, 0), 0);
    assert_int_equal(mp_connection_send_bytes(other, "abc", 3, 0), 0);
    assert_int_not_equal(receive(), 0);
    mp_connection_destroy(other);
    destroy();
}

// A stranger's connection brings an end that is said to lead to this family.
static void a_stranger_cannot_vouch_for_others(void)
{
    mp_connection_t *other = NULL;
    mp_connection_t *ends[2];
    mp_connection_t *got = NULL;
    mp_lock_t *lock = NULL;
    mp_any_t *value = NULL;

    make();
    assert_int_equal(mp_connection_from_handle(&other, peer, true, true), 0);
    peer = -1;
    assert_int_equal(mp_lock_create(&lock), 0);
    assert_int_equal(mp_any_shared(&value, lock), 0);
    assert_int_equal(mp_pipe(&ends[0], &ends[1], true), 0);
    assert_int_equal(mp_connection_send(ends[0], value, 0), 0);
    assert_int_equal(mp_connection_send(other, value, 0), MP_ESTATE);
    assert_int_equal(mp_connection_send_connection(other, ends[0], 0), 0);
    assert_int_equal(
        mp_connection_recv_connection(connection, &got, TEST_GUARD_MS), 0);
    assert_int_equal(mp_connection_send(got, value, 0), MP_ESTATE);
    assert_int_equal(mp_connection_send_bytes(got, "but bytes", 9, 0), 0);
    mp_any_destroy(value);
    mp_lock_destroy(lock);
    mp_connection_destroy(got);
    mp_connection_destroy(ends[0]);
    mp_connection_destroy(ends[1]);
    mp_connection_destroy(other);
    destroy();
}

// ---- pipes ----

static void pipes_carry_messages(void)
{
    mp_connection_t *reads = NULL;
    mp_connection_t *writes = NULL;
    char buffer[5000];
    size_t size = 0;
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    assert_int_equal(mp_connection_from_handle(&reads, ends[0], true, false),
                     0);
    assert_int_equal(mp_connection_from_handle(&writes, ends[1], false, true),
                     0);
    memset(buffer, 'p', sizeof(buffer));
    assert_int_equal(
        mp_connection_send_bytes(writes, buffer, sizeof(buffer), 1000), 0);
    assert_int_equal(mp_connection_send_bytes(writes, "next", 4, 1000), 0);
    // Its length is taken by itself, and kept for the next call.
    assert_int_equal(mp_connection_recv_bytes(reads, buffer, 10, &size, 1000),
                     MP_EMSGSIZE);
    assert_int_equal(size, sizeof(buffer));
    assert_int_equal(mp_connection_poll(reads, 0), 0);
    assert_int_equal(
        mp_connection_recv_bytes(reads, buffer, sizeof(buffer), &size, 1000),
        0);
    assert_int_equal(
        mp_connection_recv_bytes(reads, buffer, sizeof(buffer), &size, 1000),
        0);
    assert_int_equal(size, 4);
    assert_int_equal(mp_connection_poll(reads, 0), MP_ETIMEDOUT);
    mp_connection_destroy(reads);
    assert_int_equal(mp_connection_send_bytes(writes, "x", 1, 1000), MP_EEOF);
    mp_connection_destroy(writes);
}

// ---- deaths ----

static char received_by_nobody[1 << 20];

static int receive_all(const mp_args_t *args)
{
    void *bytes = NULL;
    size_t size = 0;

    return mp_connection_recv_alloc(mp_args_connection(args, 0), &bytes, &size,
                                    0, TEST_GUARD_MS) == 0
               ? 0
               : 1;
}
MP_TARGET(receive_all)

// Until nothing is left in it: somebody has taken it. He was inside of the
// message before he did.
static void await_taken(const mp_connection_t *end)
{
    intptr_t handle = -1;

    int64_t from = test_now_ms();

    assert_int_equal(mp_connection_fileno(end, &handle), 0);
    while (test_is_ready(handle, 0)) {
        assert_true(test_now_ms() - from < TEST_GUARD_MS);
        test_use_processor(1);
    }
}

// It waits for the rest of a message that nobody sends, when it is killed. This
// process has both ends, and has sent nothing that it knows of.
static void a_death_inside_a_receipt_ends_the_sending(void)
{
    mp_connection_t *ends[2];
    intptr_t handle = -1;

    assert_int_equal(mp_pipe(&ends[0], &ends[1], false), 0);
    assert_int_equal(mp_connection_fileno(ends[1], &handle), 0);
    mp_process_t *child = test_start(receive_all, MP_ARGS(ends[0]));
    assert_int_equal(send((int) handle,
                          "\0\x10\0\0"
                          "abc",
                          7, MSG_NOSIGNAL),
                     7);
    await_taken(ends[0]);
    assert_int_equal(mp_process_kill(child), 0);
    assert_int_equal(test_finish(child), -SIGKILL);
    int64_t from = test_now_ms();
    int r = 0;
    while (r == 0 && test_now_ms() - from < TEST_GUARD_MS) {
        r = mp_connection_send_bytes(ends[1], received_by_nobody,
                                     sizeof(received_by_nobody), MP_FOREVER);
    }
    assert_int_equal(r, MP_ESTATE);
    assert_non_null(
        strstr(mp_last_error()->message, "ended while it received"));
    mp_connection_destroy(ends[0]);
    mp_connection_destroy(ends[1]);
}

// ---- processes of the program's own ----

static void both_sides_of_a_fork_have_an_end(void)
{
    mp_connection_t *ends[2];
    char heard[2] = "";
    size_t size = 0;
    int status = 0;

    assert_int_equal(mp_pipe(&ends[0], &ends[1], true), 0);
    pid_t pid = fork();
    if (pid == 0) {
        (void) alarm(40);
        _exit(mp_connection_send_bytes(ends[1], "c", 1, TEST_GUARD_MS) == 0
                  ? 0
                  : 1);
    }
    assert_true(pid > 0);
    assert_int_equal(mp_connection_send_bytes(ends[1], "p", 1, 0), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(mp_connection_recv_bytes(ends[0], &heard[i], 1, &size,
                                                  TEST_GUARD_MS),
                         0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_true((heard[0] == 'c' && heard[1] == 'p') ||
                (heard[0] == 'p' && heard[1] == 'c'));
    mp_connection_destroy(ends[0]);
    mp_connection_destroy(ends[1]);
}

static void no_other_program_has_an_end(void)
{
    mp_connection_t *ends[2];
    mp_listener_t *listener = NULL;
    intptr_t handles[3];

    assert_int_equal(mp_pipe(&ends[0], &ends[1], true), 0);
    assert_int_equal(mp_listener_create(&listener, NULL, NULL), 0);
    assert_int_equal(mp_connection_fileno(ends[0], &handles[0]), 0);
    assert_int_equal(mp_connection_fileno(ends[1], &handles[1]), 0);
    assert_int_equal(mp_listener_fileno(listener, &handles[2]), 0);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(fcntl((int) handles[i], F_GETFD), FD_CLOEXEC);
    }
    mp_listener_destroy(listener);
    mp_connection_destroy(ends[0]);
    mp_connection_destroy(ends[1]);
}

// What was seen of the next messages is not true any more then.
static void who_has_the_descriptor_may_receive_by_it(void)
{
    static const char *const texts[] = {"a", "b", "c", "def", "ghij"};
    mp_connection_t *ends[2];
    intptr_t descriptor = -1;
    char bytes[10];
    size_t size = 0;

    assert_int_equal(mp_pipe(&ends[0], &ends[1], false), 0);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(
            mp_connection_send_bytes(ends[1], texts[i], strlen(texts[i]), 0),
            0);
    }
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(
            mp_connection_recv_bytes(ends[0], bytes, sizeof(bytes), &size, 0),
            0);
    }
    assert_int_equal(mp_connection_fileno(ends[0], &descriptor), 0);
    assert_int_equal(read((int) descriptor, bytes, 7), 7);
    assert_int_equal(
        mp_connection_recv_bytes(ends[0], bytes, sizeof(bytes), &size, 0), 0);
    assert_int_equal(size, 4);
    assert_memory_equal(bytes, "ghij", 4);
    mp_connection_destroy(ends[0]);
    mp_connection_destroy(ends[1]);
}

static const struct test tests[] = {
    {"a length that no message has breaks it",
     a_length_that_no_message_has_breaks_it, TEST_ONCE},
    {"an end inside a message is an error", an_end_inside_a_message_is_an_error,
     TEST_ONCE},
    {"a huge length is refused before there is memory for it",
     a_huge_length_is_refused_before_there_is_memory_for_it, TEST_ONCE},
    {"a timeout ends a message that never ends",
     a_timeout_ends_a_message_that_never_ends, TEST_ONCE},
    {"a message may come byte by byte", a_message_may_come_byte_by_byte,
     TEST_ONCE},
    {"a handle that nobody asked for stays nowhere",
     a_handle_that_nobody_asked_for_stays_nowhere, TEST_ONCE},
    {"a stranger cannot vouch for others", a_stranger_cannot_vouch_for_others,
     TEST_ONCE},
    {"a death inside a receipt ends the sending",
     a_death_inside_a_receipt_ends_the_sending, TEST_PROCESSES},
    {"pipes carry messages", pipes_carry_messages, TEST_ONCE},
    {"both sides of a fork have an end", both_sides_of_a_fork_have_an_end,
     TEST_ONCE},
    {"who has the descriptor may receive by it",
     who_has_the_descriptor_may_receive_by_it, TEST_ONCE},
    {"no other program has an end", no_other_program_has_an_end, TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("connections with others", tests,
                    sizeof(tests) / sizeof(tests[0]));
}
