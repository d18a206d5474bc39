// SPDX-License-Identifier: Apache-2.0
// Peers that mean harm (POSIX): they send what costs most, stop or go after any
// byte, hand back what they were asked, and come in crowds. Each is an error of
// its own, memory stays bounded, and others are served.
#define _GNU_SOURCE // POSIX 2008, which C11 hides
#include "tests/support.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define MIB ((size_t) 1 << 20)
#define MUCH 1000000

// ---- memory ----

// A sanitizer has its own.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_MEASURED false
#else
#define IS_MEASURED true
#endif
#ifdef __APPLE__
#define RSS_UNIT 1 // bytes; elsewhere KiB
#else
#define RSS_UNIT 1024
#endif

// The most that this process ever had, in bytes.
static size_t peak(void)
{
    struct rusage usage;

    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    return (size_t) usage.ru_maxrss * RSS_UNIT;
}

static void expect_grown_by_less_than(size_t before, size_t most)
{
    if (IS_MEASURED) {
        if (peak() - before >= most) {
            fail_msg("%zu MiB more", (peak() - before) / MIB);
        }
    }
}

// ---- a connection with a stranger ----

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

static void destroy(void)
{
    mp_connection_destroy(connection);
    (void) close(peer);
}

static bool put(int descriptor, const void *bytes, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(descriptor, bytes, size, MSG_NOSIGNAL);
        struct pollfd room = {.fd = descriptor, .events = POLLOUT};
        if (sent < 0 && poll(&room, 1, TEST_GUARD_MS) <= 0) {
            return false;
        }
        sent = sent < 0 ? 0 : sent;
        bytes = (const char *) bytes + sent;
        size -= (size_t) sent;
    }
    return true;
}

static unsigned char *hostile; // a message, with its header
static size_t hostile_size;
static int got;

static void send_or_receive(int number)
{
    mp_any_t *value = NULL;

    if (number == 0) {
        got = mp_connection_recv(connection, &value, TEST_GUARD_MS);
        mp_any_destroy(value);
    } else {
        (void) put(peer, hostile, hostile_size);
    }
}

// `front`, `times` times `part`, and so with `last`, end: all as one pickle.
static void write_hostile(const char *part, size_t part_size, size_t times,
                          const char *last, size_t last_times, const char *end)
{
    size_t body =
        2 + part_size * times + strlen(last) * last_times + strlen(end);
    unsigned char *to = malloc(4 + body);

    assert_non_null(to);
    hostile = to;
    hostile_size = 4 + body;
    for (int i = 0; i < 4; i++) {
        *to++ = (unsigned char) (body >> (24 - 8 * i));
    }
    *to++ = 0x80;
    *to++ = 4;
    for (size_t i = 0; i < times; i++, to += part_size) {
        memcpy(to, part, part_size);
    }
    for (size_t i = 0; i < last_times; i++, to += strlen(last)) {
        memcpy(to, last, strlen(last));
    }
    memcpy(to, end, strlen(end));
}

static void expect_refused(int expected, size_t most)
{
    size_t before = peak();

    make();
    test_run_threads(2, send_or_receive);
    assert_int_equal(got, expected);
    expect_grown_by_less_than(before, most);
    assert_true(put(peer, "\0\0\0\x04\x80\x04N.", 8)); // the connection goes on
    send_or_receive(0);
    assert_int_equal(got, 0);
    destroy();
    free(hostile);
}

static void a_million_lists_are_too_deep(void)
{
    write_hostile("]", 1, MUCH, "a", MUCH - 1, ".");
    expect_refused(MP_EDEPTH, 128 * MIB);
    write_hostile(")", 1, 1, "\x85", MUCH, ".");
    expect_refused(MP_EDEPTH, 128 * MIB);
}

// What is memoised takes a pointer; up to the limit, or where it is numbered
// ahead of what came, nothing.
static void memos_without_end_are_bounded(void)
{
    write_hostile("N\x94"
                  "0",
                  3, 20 * MUCH, "", 0, "N.");
    expect_refused(MP_EMSGSIZE, 512 * MIB);
    write_hostile("Nr\xff\xff\xff\xff", 6, 1, "", 0, ".");
    expect_refused(MP_EPROTO, 64 * MIB);
}

// Memory that nothing came for is not touched.
static void two_gib_that_never_come_cost_nothing(void)
{
    size_t before = peak();
    void *bytes = NULL;
    size_t size = 0;

    make();
    assert_true(put(peer,
                    "\x7f\xff\xff\xff"
                    "abc",
                    7));
    assert_int_equal(shutdown(peer, SHUT_WR), 0);
    int r =
        mp_connection_recv_alloc(connection, &bytes, &size, 0, TEST_GUARD_MS);
    assert_true(r == MP_EPROTO || r == MP_ENOMEM);
    assert_null(bytes);
    expect_grown_by_less_than(before, 64 * MIB);
    destroy();
}

// ---- stopping after any byte ----

static void a_message_may_stop_after_any_byte(void)
{
    static const unsigned char message[] = "\xff\xff\xff\xff"
                                           "\0\0\0\0\0\0\0\x05"
                                           "hello";
    mp_any_t *value = NULL;

    for (size_t stop = 1; stop < sizeof(message) - 1; stop++) {
        for (int ends = 0; ends < 2; ends++) {
            make();
            assert_true(put(peer, message, stop));
            if (ends != 0) {
                assert_int_equal(shutdown(peer, SHUT_WR), 0);
            }
            assert_int_equal(mp_connection_recv(connection, &value, 10),
                             ends != 0 ? MP_EPROTO : MP_ETIMEDOUT);
            assert_int_equal(mp_connection_recv(connection, &value, 10),
                             MP_ESTATE);
            destroy();
        }
    }
}

// ---- somebody in the middle ----

static mp_listener_t *listener;
static mp_listener_t *middle;
static int accepted;
static int connected;
static bool stops_client; // what the client says is cut; else the listener's
static bool keeps_open;
static size_t passes; // so many bytes
static int64_t patience_ms;

// Whether it goes on: false at the end, or when the limit is reached.
static bool forward(int from, int to, size_t *left)
{
    unsigned char bytes[256];
    size_t most = *left < sizeof(bytes) ? *left : sizeof(bytes);
    ssize_t size = most == 0 ? 0 : recv(from, bytes, most, MSG_DONTWAIT);

    if (size <= 0) {
        return false;
    }
    *left -= (size_t) size;
    return put(to, bytes, (size_t) size) && *left > 0;
}

static void forward_all(int client, int server)
{
    struct pollfd rows[] = {{.fd = client, .events = POLLIN},
                            {.fd = server, .events = POLLIN}};
    size_t left[2] = {stops_client ? passes : SIZE_MAX,
                      stops_client ? SIZE_MAX : passes};

    while (left[0] > 0 && left[1] > 0 && poll(rows, 2, TEST_GUARD_MS) > 0) {
        if ((rows[0].revents != 0 && !forward(client, server, &left[0])) ||
            (rows[1].revents != 0 && !forward(server, client, &left[1]))) {
            break;
        }
    }
    if (keeps_open) {
        (void) poll(NULL, 0, (int) (2 * patience_ms));
    }
}

static void stand_between(void)
{
    mp_client_options_t open = {.open = true};
    mp_connection_t *to_client = NULL;
    mp_connection_t *to_server = NULL;
    intptr_t client = -1;
    intptr_t server = -1;

    if (mp_listener_accept(middle, &to_client, TEST_GUARD_MS) == 0 &&
        mp_client(&to_server, mp_listener_address(listener), &open,
                  TEST_GUARD_MS) == 0 &&
        mp_connection_fileno(to_client, &client) == 0 &&
        mp_connection_fileno(to_server, &server) == 0) {
        forward_all((int) client, (int) server);
    }
    mp_connection_destroy(to_client);
    mp_connection_destroy(to_server);
}

static void take_part(int number)
{
    mp_connection_t *made = NULL;

    if (number == 0) {
        accepted = mp_listener_accept(listener, &made, TEST_GUARD_MS);
    } else if (number == 1) {
        connected =
            mp_client(&made, mp_listener_address(middle), NULL, patience_ms);
    } else {
        stand_between();
    }
    mp_connection_destroy(made);
}

static void begin_middle(int64_t timeout_ms)
{
    mp_listener_options_t real = {.handshake_timeout_ms = timeout_ms};
    mp_listener_options_t open = {.open = true};

    patience_ms = timeout_ms;
    assert_int_equal(mp_listener_create(&listener, NULL, &real), 0);
    assert_int_equal(mp_listener_create(&middle, NULL, &open), 0);
}

static void end_middle(void)
{
    mp_listener_destroy(middle);
    mp_listener_destroy(listener);
}

// The last message of a handshake is the verdict over the listener: whoever
// misses it is refused, and whoever gave it is content.
static bool stop_after(size_t bytes)
{
    passes = bytes;
    test_run_threads(3, take_part);
    assert_true(accepted == 0 || accepted == MP_EAUTH);
    assert_true(connected == 0 || connected == MP_EEOF ||
                connected == MP_ETIMEDOUT);
    assert_true(!keeps_open || connected != MP_EEOF);
    return accepted == 0 && connected == 0;
}

// Returns after how many bytes a handshake is whole.
static size_t stop_after_each(size_t step)
{
    size_t bytes = 0;

    while (!stop_after(bytes)) {
        bytes += step;
        assert_true(bytes < 1000);
    }
    return bytes;
}

static void a_handshake_may_end_after_any_byte(void)
{
    keeps_open = false;
    begin_middle(TEST_GUARD_MS);
    for (int side = 0; side < 2; side++) {
        stops_client = side == 0;
        assert_true(stop_after_each(1) > 100);
    }
    end_middle();
}

static void a_handshake_may_stop_after_any_byte(void)
{
    keeps_open = true;
    begin_middle(60);
    for (int side = 0; side < 2; side++) {
        stops_client = side == 0;
        assert_true(stop_after_each(23) > 100);
    }
    end_middle();
}

// ---- listeners that want something else ----

static unsigned char asked[256]; // what the client asks, with its length
static size_t asked_size;
static bool asks_back; // hands that to the next one
static int answered;   // bytes of the answer to it

static int take(int descriptor, unsigned char *bytes, int size)
{
    struct pollfd row = {.fd = descriptor, .events = POLLIN};
    int done = 0;

    while (done < size && poll(&row, 1, TEST_GUARD_MS) > 0) {
        ssize_t now = recv(descriptor, bytes + done, (size_t) (size - done), 0);
        if (now <= 0) {
            break;
        }
        done += (int) now;
    }
    return done;
}

// A message with its length: its size in all, or what came of it.
static int take_message(int descriptor, unsigned char message[256])
{
    int header = take(descriptor, message, 4);

    return header < 4 || message[3] > 250
               ? header
               : 4 + take(descriptor, message + 4, message[3]);
}

#define QUESTION                                                               \
    "\0\0\0\x33"                                                               \
    "#CHALLENGE#{sha256}01234567890123456789012345678901"
#define QUESTION_SIZE (4 + 0x33)
#define WELCOME                                                                \
    "\0\0\0\x09"                                                               \
    "#WELCOME#"

static void ask(int client)
{
    unsigned char answer[256];

    if (asks_back) {
        (void) put(client, asked, asked_size);
        answered = take_message(client, answer);
        return;
    }
    (void) put(client, QUESTION, QUESTION_SIZE);
    if (take_message(client, answer) > 4 && put(client, WELCOME, 13)) {
        asked_size = (size_t) take_message(client, asked);
    }
}

static const char *old_question;
static char reason[300];

static void ask_or_connect(int number)
{
    mp_connection_t *made = NULL;
    intptr_t client = -1;

    if (number == 1) {
        connected =
            mp_client(&made, mp_listener_address(middle), NULL, TEST_GUARD_MS);
        (void) strncpy(reason, mp_last_error()->message, sizeof(reason) - 1);
    } else if (mp_listener_accept(middle, &made, TEST_GUARD_MS) == 0 &&
               mp_connection_fileno(made, &client) == 0) {
        if (old_question != NULL) {
            (void) put((int) client, old_question, 4 + 11 + 20);
            answered = take_message((int) client, asked);
        } else {
            ask((int) client);
        }
    }
    mp_connection_destroy(made);
}

// It has no key: to pass for one that has, it asks a client what another client
// of the same process has asked.
static void a_question_of_its_own_is_not_answered(void)
{
    begin_middle(TEST_GUARD_MS);
    old_question = NULL;
    asks_back = false;
    test_run_threads(2, ask_or_connect);
    assert_int_equal(connected, MP_EEOF);
    assert_true(asked_size > 4 + 11 + 20);
    assert_memory_equal(asked + 4, "#CHALLENGE#{sha256}", 19);
    asks_back = true;
    test_run_threads(2, ask_or_connect);
    assert_int_equal(connected, MP_EAUTH);
    assert_true(answered < 4 + 32); // no digest
    end_middle();
}

static void md5_is_not_given(void)
{
    begin_middle(TEST_GUARD_MS);
    old_question = "\0\0\0\x1f"
                   "#CHALLENGE#01234567890123456789";
    test_run_threads(2, ask_or_connect);
    assert_int_equal(connected, MP_EAUTH);
    assert_non_null(strstr(reason, "MD5"));
    assert_non_null(strstr(reason, "min_digest"));
    assert_true(answered < 4 + 16);
    old_question = NULL;
    end_middle();
}

// What it is asked it says.
static void an_echo_is_refused(void)
{
    static const char *const lengths[] = {"\x7f\xff\xff\xff", "\0\0\x7f\xff",
                                          "\xff\xff\xff\xff"};
    mp_client_options_t open = {.open = true};
    mp_connection_t *raw = NULL;
    mp_connection_t *none = NULL;
    intptr_t handle = -1;

    begin_middle(TEST_GUARD_MS);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(
            mp_client(&raw, mp_listener_address(listener), &open, 1000), 0);
        assert_int_equal(mp_connection_fileno(raw, &handle), 0);
        assert_int_equal(mp_listener_accept(listener, &none, 0), MP_ETIMEDOUT);
        int size = take_message((int) handle, asked);
        assert_true(i < 3 ? put((int) handle, lengths[i], 4)
                          : put((int) handle, asked, (size_t) size));
        assert_int_equal(mp_listener_accept(listener, &none, TEST_GUARD_MS),
                         MP_EAUTH);
        assert_null(none);
        mp_connection_destroy(raw);
    }
    end_middle();
}

// ---- a crowd ----

enum { CROWD = 1000 };

static int be_silent(const mp_args_t *args)
{
    mp_client_options_t open = {.open = true};
    mp_connection_t *made = NULL;
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0) {
        return 1;
    }
    limit.rlim_cur = limit.rlim_max;
    (void) setrlimit(RLIMIT_NOFILE, &limit);
    for (int i = 0; i < CROWD; i++) { // they end with this process
        int r = mp_client(&made, mp_args_text(args, 0), &open, TEST_GUARD_MS);
        if (r == MP_EMFILE) {
            break;
        }
        if (r < 0) {
            return 2;
        }
        if (i == 200) {
            (void) test_gate_arrive(mp_args_text(args, 1));
        }
    }
    return test_gate_pass(mp_args_text(args, 1)) == 0 ? 0 : 3;
}
MP_TARGET(be_silent)

static int served;

// Until the one with the key is served.
static void serve_or_visit(int number)
{
    mp_connection_t *made = NULL;
    int64_t from = test_now_ms();

    if (number == 1) {
        connected = mp_client(&made, mp_listener_address(listener), NULL,
                              TEST_GUARD_MS);
    } else {
        do {
            served = mp_listener_accept(listener, &made, TEST_GUARD_MS);
        } while (served == MP_EAUTH && test_now_ms() - from < TEST_GUARD_MS);
    }
    mp_connection_destroy(made);
}

// Each of them has its moment, and no more than 64 at a time.
static void a_thousand_silent_ones_keep_nobody_out(void)
{
    test_gate_t gate;
    char before[2000];
    char after[2000];

    begin_middle(TEST_GUARD_MS);
    test_gate_create(&gate);
    size_t memory = peak();
    mp_process_t *crowd = test_start(
        be_silent, MP_ARGS(mp_listener_address(listener), gate.name));
    test_list_handles(before, sizeof(before));
    test_run_threads(2, serve_or_visit);
    assert_int_equal(served, 0);
    assert_int_equal(connected, 0);
    expect_grown_by_less_than(memory, 32 * MIB);
    test_list_handles(after, sizeof(after));
    assert_true(strlen(after) < strlen(before) + 64 * 4);
    assert_int_equal(mp_process_kill(crowd), 0);
    (void) test_finish(crowd);
    test_gate_destroy(&gate);
    end_middle();
}

static const struct test tests[] = {
    {"two GiB that never come cost nothing",
     two_gib_that_never_come_cost_nothing, TEST_ONCE},
    {"a million lists are too deep", a_million_lists_are_too_deep, TEST_ONCE},
    {"memos without end are bounded", memos_without_end_are_bounded, TEST_ONCE},
    {"a message may stop after any byte", a_message_may_stop_after_any_byte,
     TEST_ONCE},
    {"a handshake may end after any byte", a_handshake_may_end_after_any_byte,
     TEST_ONCE},
    {"a handshake may stop after any byte", a_handshake_may_stop_after_any_byte,
     TEST_ONCE},
    {"a question of its own is not answered",
     a_question_of_its_own_is_not_answered, TEST_ONCE},
    {"MD5 is not given", md5_is_not_given, TEST_ONCE},
    {"an echo is refused", an_echo_is_refused, TEST_ONCE},
    {"a thousand silent ones keep nobody out",
     a_thousand_silent_ones_keep_nobody_out, TEST_PROCESSES},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    make(); // the family's memory is there before the first test
    destroy();
    return test_run("hostile peers", tests, sizeof(tests) / sizeof(tests[0]));
}
