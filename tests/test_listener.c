// SPDX-License-Identifier: Apache-2.0
// Listeners and clients: addresses, keys, and those who stay silent.
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static mp_listener_t *listener;

static void listen_at(const char *address, const mp_listener_options_t *options)
{
    listener = NULL;
    assert_int_equal(mp_listener_create(&listener, address, options), 0);
    assert_non_null(listener);
}

// ---- a client in another thread ----

static struct {
    const char *address;
    mp_client_options_t options;
    int result;
    int answered;
} client;

static void talk(mp_connection_t *connection)
{
    char buffer[10];
    size_t size = 0;

    client.answered =
        mp_connection_send_bytes(connection, "hello", 5, TEST_GUARD_MS);
    if (client.answered == 0) {
        client.answered = mp_connection_recv_bytes(
            connection, buffer, sizeof(buffer), &size, TEST_GUARD_MS);
    }
}

static void connect_once(void)
{
    mp_connection_t *connection = NULL;

    client.result =
        mp_client(&connection, client.address, &client.options, TEST_GUARD_MS);
    if (client.result == 0) {
        talk(connection);
    }
    mp_connection_destroy(connection);
}

static int accepted;
static char said[10];
static test_gate_t late;
static mp_process_t *other;

static int serve_at(mp_listener_t *at, char *text)
{
    mp_connection_t *connection = NULL;
    size_t size = 0;

    int r = mp_listener_accept(at, &connection, TEST_GUARD_MS);
    if (r == 0) {
        (void) mp_connection_recv_bytes(connection, text, sizeof(said), &size,
                                        TEST_GUARD_MS);
        (void) mp_connection_send_bytes(connection, text, size, TEST_GUARD_MS);
    }
    mp_connection_destroy(connection);
    return r;
}

static void serve_once(void)
{
    accepted = serve_at(listener, said);
}

static void serve_or_connect(int number)
{
    if (number == 0) {
        serve_once();
    } else {
        connect_once();
    }
}

static void meet(void)
{
    client.address = mp_listener_address(listener);
    client.result = 1;
    client.answered = 1;
    memset(said, 0, sizeof(said));
    test_run_threads(2, serve_or_connect);
}

static void expect_met(void)
{
    meet();
    assert_int_equal(accepted, 0);
    assert_int_equal(client.result, 0);
    assert_int_equal(client.answered, 0);
    assert_string_equal(said, "hello");
}

// ---- addresses ----

static bool here(mp_family_t family)
{
    mp_listener_options_t options = {.family = family};
    mp_listener_t *trial = NULL;
    bool inet = family == MP_AF_INET || family == MP_AF_INET6;
    const char *address = family == MP_AF_INET    ? "127.0.0.1:0"
                          : family == MP_AF_INET6 ? "[::1]:0"
                                                  : NULL;
    int r = mp_listener_create(&trial, address, &options);

    if (r < 0 && !inet) {
        assert_int_equal(r, MP_ENOTSUP);
    }
    mp_listener_destroy(trial);
    return r == 0;
}

// Only named pipes have none.
static void expect_handle(void)
{
    const char *address = mp_listener_address(listener);
    intptr_t handle = -1;

    assert_int_equal(mp_listener_fileno(listener, &handle),
                     strncmp(address, "\\\\.\\pipe", 8) == 0 ? MP_ENOTSUP : 0);
}

static void each_family_connects(void)
{
    static const struct {
        mp_family_t family;
        const char *address;
    } rows[] = {{MP_FAMILY_DEFAULT, NULL},
                {MP_AF_UNIX, NULL},
                {MP_AF_PIPE, NULL},
                {MP_FAMILY_DEFAULT, "127.0.0.1:0"},
                {MP_FAMILY_DEFAULT, "localhost:0"},
                {MP_AF_INET, ":0"},
                {MP_FAMILY_DEFAULT, "[::1]:0"},
                {MP_AF_INET6, "::1:0"}};

    memset(&client, 0, sizeof(client));
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        mp_listener_options_t options = {.family = rows[i].family};
        bool inet = rows[i].address != NULL;
        bool is6 = inet && strstr(rows[i].address, "::") != NULL;
        mp_family_t family = rows[i].family != MP_FAMILY_DEFAULT
                                 ? rows[i].family
                             : is6  ? MP_AF_INET6
                             : inet ? MP_AF_INET
                                    : MP_FAMILY_DEFAULT;
        if (family != MP_FAMILY_DEFAULT && !here(family)) {
            continue;
        }
        listen_at(rows[i].address, &options);
        expect_handle();
        expect_met();
        mp_listener_destroy(listener);
    }
}

static void what_is_no_address_is_refused(void)
{
    static const struct {
        mp_family_t family;
        const char *address;
        int r;
    } rows[] = {{MP_AF_INET, "localhost", MP_EINVAL},
                {MP_AF_INET, "localhost:99999", MP_EINVAL},
                {MP_AF_INET, "localhost:12x", MP_EINVAL},
                {MP_AF_UNIX, "", MP_EINVAL},
                {MP_AF_PIPE, "name", MP_EINVAL},
                {(mp_family_t) 77, NULL, MP_EINVAL}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        mp_listener_options_t options = {.family = rows[i].family};
        mp_listener_t *refused = NULL;
        int r = mp_listener_create(&refused, rows[i].address, &options);
        assert_true(r == rows[i].r || r == MP_ENOTSUP);
        assert_null(refused);
    }
}

static void nobody_there_is_an_error(void)
{
    mp_connection_t *connection = NULL;
    char address[2000];

    listen_at(NULL, NULL);
    (void) snprintf(address, sizeof(address), "%s",
                    mp_listener_address(listener));
    mp_listener_destroy(listener);
    assert_int_equal(mp_client(&connection, address, NULL, 2000), MP_ENOENT);
    assert_null(connection);
    assert_int_equal(mp_client(&connection, NULL, NULL, 0), MP_EINVAL);
    assert_int_equal(mp_client(NULL, address, NULL, 0), MP_EINVAL);
}

static void an_address_is_taken_once(void)
{
    mp_listener_t *second = NULL;

    listen_at(NULL, NULL);
    assert_int_equal(
        mp_listener_create(&second, mp_listener_address(listener), NULL),
        MP_EEXIST);
    mp_listener_destroy(listener);
}

static void last_accepted_tells_where_from(void)
{
    char text[1200] = "?";

    if (!here(MP_AF_INET)) {
        return;
    }
    memset(&client, 0, sizeof(client));
    listen_at("127.0.0.1:0", NULL);
    assert_int_equal(mp_listener_last_accepted(listener, text, sizeof(text)),
                     0);
    assert_string_equal(text, "");
    expect_met();
    assert_int_equal(mp_listener_last_accepted(listener, text, sizeof(text)),
                     0);
    assert_true(strncmp(text, "127.0.0.1:", 10) == 0);
    mp_listener_destroy(listener);
}

// ---- keys ----

static void keys_decide(void)
{
    static const struct {
        const char *listeners;
        const char *clients;
        int r;
    } rows[] = {
        {"same", "same", 0},   {"", "", 0},     {"one", "another", MP_EAUTH},
        {"one", "", MP_EAUTH}, {NULL, NULL, 0}, {NULL, "another", MP_EAUTH}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        mp_listener_options_t options = {
            .authkey = rows[i].listeners,
            .authkey_size =
                rows[i].listeners == NULL ? 0 : strlen(rows[i].listeners)};
        memset(&client, 0, sizeof(client));
        client.options.authkey = rows[i].clients;
        client.options.authkey_size =
            rows[i].clients == NULL ? 0 : strlen(rows[i].clients);
        listen_at(NULL, &options);
        meet();
        assert_int_equal(accepted, rows[i].r);
        assert_int_equal(client.result, rows[i].r);
        mp_listener_destroy(listener);
    }
}

static void an_open_listener_serves_all(void)
{
    mp_listener_options_t options = {.open = true};

    memset(&client, 0, sizeof(client));
    client.options.open = true;
    listen_at(NULL, &options);
    expect_met();
    mp_listener_destroy(listener);
    options.authkey = "key";
    assert_int_equal(mp_listener_create(&listener, NULL, &options), MP_EINVAL);
}

// ---- the silent ----

static mp_connection_t *silent[100];

static void the_silent_are_in_nobodys_way(void)
{
    mp_client_options_t mute = {.open = true};
    mp_connection_t *none = NULL;

    memset(&client, 0, sizeof(client));
    listen_at(NULL, NULL);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(mp_client(&silent[i], mp_listener_address(listener),
                                   &mute, TEST_GUARD_MS),
                         0);
        // Only one at a time can wait at a named pipe to be let in.
        assert_int_equal(mp_listener_accept(listener, &none, 0), MP_ETIMEDOUT);
    }
    expect_met();
    expect_met();
    for (int i = 0; i < 3; i++) {
        mp_connection_destroy(silent[i]);
    }
    mp_listener_destroy(listener);
}

// More than are served at once: nobody is turned away for that.
enum { CROWD = 80 };

// The calls of all these threads go through the one thread of Wine's server, so
// that on a busy machine somebody may be silent for longer than a guest may be:
// he comes again.
#ifdef _WIN32
enum { COMES = 20 };
#else
enum { COMES = 1 };
#endif

static int join_crowd(const mp_args_t *args)
{
    mp_connection_t *connection = NULL;
    int r = MP_EAUTH;

    (void) test_gate_arrive(mp_args_text(args, 1));
    for (int i = 0; r != 0 && i < COMES; i++) {
        r = mp_client(&connection, mp_args_text(args, 0), NULL, TEST_GUARD_MS);
    }
    mp_connection_destroy(connection);
    return r == 0 ? 0 : 1;
}
MP_TARGET(join_crowd)

static void a_crowd_is_accepted_to_the_last(void)
{
    mp_process_options_t options = {.context = mp_get_context("thread")};
    mp_process_t *members[CROWD];
    mp_connection_t *connection = NULL;
    test_gate_t gate;

    test_gate_create(&gate);
    listen_at(NULL, NULL);
    for (int i = 0; i < CROWD; i++) {
        assert_int_equal(
            mp_process_create(&members[i], join_crowd,
                              MP_ARGS(mp_listener_address(listener), gate.name),
                              &options),
            0);
        assert_int_equal(mp_process_start(members[i]), 0);
    }
    test_gate_await(&gate, CROWD);
    test_use_processor(100); // most of them have connected by then
    for (int i = 0; i < CROWD; i++) {
        assert_int_equal(
            mp_listener_accept(listener, &connection, TEST_GUARD_MS), 0);
        mp_connection_destroy(connection);
    }
    for (int i = 0; i < CROWD; i++) {
        assert_int_equal(test_finish(members[i]), 0);
    }
    mp_listener_destroy(listener);
    test_gate_destroy(&gate);
}

// How many are served at once, and longer than each may be silent then.
enum { SERVED = 64, MOMENT_MS = 2500 };

// They have had their moment when others come. At a named pipe only one waits
// to be let in: who comes when all are served would wait for nobody's accept.
static void a_crowd_of_the_silent_keeps_nobody_out(void)
{
    mp_client_options_t mute = {.open = true};
    mp_connection_t *none = NULL;

    memset(&client, 0, sizeof(client));
    listen_at(NULL, NULL);
    for (int i = 0; i < CROWD; i++) {
        int r = mp_client(&silent[i], mp_listener_address(listener), &mute,
                          TEST_GUARD_MS);
        assert_int_equal(r, 0);
        bool full = i == SERVED - 1 && !here(MP_AF_UNIX);
        // Some may be turned away, to make room.
        r = mp_listener_accept(listener, &none, full ? MOMENT_MS : 20);
        assert_true(r == MP_ETIMEDOUT || r == MP_EAUTH);
    }
    int64_t from = test_now_ms();
    expect_met();
    assert_true(test_now_ms() - from < 9000); // before they are late
    for (int i = 0; i < CROWD; i++) {
        mp_connection_destroy(silent[i]);
    }
    mp_listener_destroy(listener);
}

static void a_silent_client_is_refused_in_time(void)
{
    mp_listener_options_t options = {.handshake_timeout_ms = 200};
    mp_client_options_t mute = {.open = true};
    mp_connection_t *connection = NULL;

    listen_at(NULL, &options);
    assert_int_equal(mp_client(&silent[0], mp_listener_address(listener), &mute,
                               TEST_GUARD_MS),
                     0);
    assert_int_equal(mp_listener_accept(listener, &connection, TEST_GUARD_MS),
                     MP_EAUTH);
    assert_int_equal(mp_listener_accept(listener, &connection, 50),
                     MP_ETIMEDOUT);
    mp_connection_destroy(silent[0]);
    mp_listener_destroy(listener);
}

static void a_client_that_goes_is_refused(void)
{
    mp_client_options_t mute = {.open = true};
    mp_connection_t *connection = NULL;

    listen_at(NULL, NULL);
    assert_int_equal(mp_client(&silent[0], mp_listener_address(listener), &mute,
                               TEST_GUARD_MS),
                     0);
    mp_connection_destroy(silent[0]);
    assert_int_equal(mp_listener_accept(listener, &connection, TEST_GUARD_MS),
                     MP_EAUTH);
    assert_null(connection);
    mp_listener_destroy(listener);
}

// A listener that says nothing does not hold a client for longer than it wants.
static void a_client_waits_as_long_as_it_said(void)
{
    mp_listener_options_t options = {.open = true};
    mp_connection_t *connection = NULL;

    listen_at(NULL, &options);
    assert_int_equal(
        mp_client(&connection, mp_listener_address(listener), NULL, 300),
        MP_ETIMEDOUT);
    assert_null(connection);
    mp_listener_destroy(listener);
}

// ---- closing ----

static int waited;

static void wait_or_close(int number)
{
    mp_connection_t *connection = NULL;

    if (number > 0) {
        test_use_processor(50);
        (void) mp_listener_close(listener);
    } else {
        waited = mp_listener_accept(listener, &connection, MP_FOREVER);
    }
}

static void a_close_ends_the_wait_of_another_thread(void)
{
    mp_connection_t *connection = NULL;
    intptr_t handle = 0;

    listen_at(NULL, NULL);
    test_run_threads(2, wait_or_close);
    assert_int_equal(waited, MP_ESTATE);
    assert_int_equal(mp_listener_accept(listener, &connection, 0), MP_ESTATE);
    assert_int_equal(mp_listener_fileno(listener, &handle), MP_ESTATE);
    assert_int_equal(mp_listener_close(listener), 0);
    mp_listener_destroy(listener);
}

static void null_is_refused(void)
{
    mp_connection_t *connection = NULL;
    intptr_t handle = 0;
    char text[10];

    assert_int_equal(mp_listener_create(NULL, NULL, NULL), MP_EINVAL);
    assert_int_equal(mp_listener_accept(NULL, &connection, 0), MP_EINVAL);
    assert_int_equal(mp_listener_close(NULL), MP_EINVAL);
    assert_int_equal(mp_listener_fileno(NULL, &handle), MP_EINVAL);
    assert_int_equal(mp_listener_last_accepted(NULL, text, 10), MP_EINVAL);
    assert_null(mp_listener_address(NULL));
    mp_listener_destroy(NULL);
}

// ---- children ----

static int connect_and_talk(const mp_args_t *args)
{
    memset(&client, 0, sizeof(client));
    client.address = mp_args_text(args, 0);
    connect_once();
    return client.result == 0 && client.answered == 0 ? 0 : 1;
}
MP_TARGET(connect_and_talk)

static void a_child_has_its_parents_key(void)
{
    listen_at(NULL, NULL);
    mp_process_t *child =
        test_start(connect_and_talk, MP_ARGS(mp_listener_address(listener)));
    serve_once();
    assert_int_equal(accepted, 0);
    assert_int_equal(test_finish(child), 0);
    mp_listener_destroy(listener);
}

static int accept_two(const mp_args_t *args)
{
    mp_listener_t *shared = mp_args_listener(args, 0);
    char text[sizeof(said)];
    int r = 0;

    for (int i = 0; r == 0 && i < 2; i++) {
        r = serve_at(shared, text);
    }
    return r == 0 ? 0 : 1;
}
MP_TARGET(accept_two)

static void expect_children_to_accept_at(const char *address)
{
    mp_process_t *children[3];

    memset(&client, 0, sizeof(client));
    listen_at(address, NULL);
    for (int i = 0; i < 3; i++) {
        children[i] = test_start(accept_two, MP_ARGS(listener));
    }
    for (int i = 0; i < 6; i++) {
        client.address = mp_listener_address(listener);
        connect_once();
        assert_int_equal(client.result, 0);
        assert_int_equal(client.answered, 0);
    }
    for (int i = 0; i < 3; i++) {
        assert_int_equal(test_finish(children[i]), 0);
    }
    mp_listener_destroy(listener);
}

static void children_accept_at_one_listener(void)
{
    expect_children_to_accept_at(NULL);
    if (here(MP_AF_INET)) {
        expect_children_to_accept_at("127.0.0.1:0");
    }
}

static int accept_one_late(const mp_args_t *args)
{
    char text[sizeof(said)];

    if (test_gate_pass(mp_args_text(args, 1)) < 0) {
        return 2;
    }
    return serve_at(mp_args_listener(args, 0), text) == 0 ? 0 : 1;
}
MP_TARGET(accept_one_late)

static void connect_or_open(int number)
{
    if (number == 0) {
        connect_once();
    } else {
        test_gate_release(&late, 1);
    }
}

// Nobody else has it by then, and nobody accepts when the client comes.
static void a_listener_outlives_its_maker(void)
{
    char address[200];

    if (here(MP_AF_UNIX) && !here(MP_AF_INET)) {
        return; // the maker of a path removes it
    }
    memset(&client, 0, sizeof(client));
    listen_at(here(MP_AF_UNIX) ? "127.0.0.1:0" : NULL, NULL);
    (void) snprintf(address, sizeof(address), "%s",
                    mp_listener_address(listener));
    test_gate_create(&late);
    mp_process_t *child =
        test_start(accept_one_late, MP_ARGS(listener, late.name));
    mp_listener_destroy(listener);
    client.address = address;
    test_run_threads(2, connect_or_open);
    assert_int_equal(client.result, 0);
    assert_int_equal(client.answered, 0);
    assert_int_equal(test_finish(child), 0);
    test_gate_destroy(&late);
    connect_once(); // nobody is left
    assert_int_not_equal(client.result, 0);
}

static void connect_or_hand_over(int number)
{
    if (number == 0) {
        connect_once();
        return;
    }
    test_use_processor(100); // the client has most likely connected by then
    other = test_start(accept_one_late, MP_ARGS(listener, late.name));
    mp_listener_destroy(listener);
    test_gate_release(&late, 1);
}

// The client connected before there was anybody but the maker.
static void a_child_takes_over_who_waits(void)
{
    char address[200];

    memset(&client, 0, sizeof(client));
    listen_at(here(MP_AF_UNIX) && here(MP_AF_INET) ? "127.0.0.1:0" : NULL,
              NULL);
    (void) snprintf(address, sizeof(address), "%s",
                    mp_listener_address(listener));
    client.address = address;
    test_gate_create(&late);
    test_run_threads(2, connect_or_hand_over);
    assert_int_equal(client.result, 0);
    assert_int_equal(client.answered, 0);
    assert_int_equal(test_finish(other), 0);
    test_gate_destroy(&late);
}

static int accept_all(const mp_args_t *args)
{
    char text[sizeof(said)];

    while (serve_at(mp_args_listener(args, 0), text) == 0) {
    }
    return 1;
}
MP_TARGET(accept_all)

// Each is killed while it waits for the next, and has served one or none.
static void who_accepts_may_be_killed(void)
{
    mp_process_t *last = NULL;

    memset(&client, 0, sizeof(client));
    listen_at(NULL, NULL);
    client.address = mp_listener_address(listener);
    for (int i = 0; i < 4; i++) {
        mp_process_t *next = test_start(accept_all, MP_ARGS(listener));
        connect_once();
        assert_int_equal(client.result, 0);
        assert_int_equal(client.answered, 0);
        if (last != NULL) {
            assert_int_equal(mp_process_kill(last), 0);
            (void) test_finish(last);
        }
        last = next;
    }
    assert_int_equal(mp_process_kill(last), 0);
    (void) test_finish(last);
    expect_met();
    mp_listener_destroy(listener);
}

static int accept_one_and_stay(const mp_args_t *args)
{
    char text[sizeof(said)];

    (void) serve_at(mp_args_listener(args, 0), text);
    (void) test_gate_pass(mp_args_text(args, 1));
    return 1; // it should have been killed
}
MP_TARGET(accept_one_and_stay)

static void connect_or_kill(int number)
{
    if (number == 0) {
        connect_once();
        return;
    }
    test_use_processor(100); // the client has most likely connected by then
    (void) mp_process_kill(other);
    serve_once();
}

// The next client connects where the last one was served, if anywhere.
static void who_is_killed_takes_no_client_along(void)
{
    memset(&client, 0, sizeof(client));
    listen_at(NULL, NULL);
    client.address = mp_listener_address(listener);
    test_gate_create(&late);
    other = test_start(accept_one_and_stay, MP_ARGS(listener, late.name));
    connect_once();
    assert_int_equal(client.answered, 0);
    memset(&client, 0, sizeof(client));
    client.address = mp_listener_address(listener);
    test_run_threads(2, connect_or_kill);
    assert_int_equal(accepted, 0);
    assert_int_equal(client.result, 0);
    assert_int_equal(client.answered, 0);
    (void) test_finish(other);
    test_gate_destroy(&late);
    mp_listener_destroy(listener);
}

static void the_peer_is_told(void)
{
    mp_connection_t *connection = NULL;
    mp_peer_t peer = {0};

    listen_at(NULL, NULL);
    mp_process_t *child =
        test_start(connect_and_talk, MP_ARGS(mp_listener_address(listener)));
    assert_int_equal(mp_listener_accept(listener, &connection, TEST_GUARD_MS),
                     0);
    int r = mp_connection_peer(connection, &peer);
    if (r == 0) {
        assert_true(peer.same_user);
        assert_true(peer.pid == -1 || peer.pid == mp_process_pid(child));
    } else {
        assert_int_equal(r, MP_ENOTSUP);
    }
    assert_int_equal(mp_connection_send_bytes(connection, "bye", 3, 0), 0);
    assert_int_equal(test_finish(child), 0);
    mp_connection_destroy(connection);
    mp_listener_destroy(listener);
}

static mp_connection_t *ends[2];
static int halves[2];

static void do_half(int number)
{
    const char *key = "secret";
    int (*const first[])(mp_connection_t *, const void *, size_t, mp_digest_t,
                         int64_t) = {mp_deliver_challenge, mp_answer_challenge};

    halves[number] =
        first[number](ends[number], key, 6, MP_DIGEST_DEFAULT, TEST_GUARD_MS);
    if (halves[number] == 0) {
        halves[number] = first[1 - number](ends[number], key, 6,
                                           MP_DIGEST_DEFAULT, TEST_GUARD_MS);
    }
}

static void halves_make_a_handshake(void)
{
    assert_int_equal(mp_pipe(&ends[0], &ends[1], true), 0);
    test_run_threads(2, do_half);
    assert_int_equal(halves[0], 0);
    assert_int_equal(halves[1], 0);
    mp_connection_destroy(ends[0]);
    mp_connection_destroy(ends[1]);
}

// ---- one that answers, among the silent ----

static mp_event_t *may_answer;
static mp_event_t *may_finish;
static int answered[2]; // the two halves of its handshake
static int refused;     // of the silent

static void answer_late(void)
{
    (void) mp_event_wait(may_answer, TEST_GUARD_MS);
    answered[0] = mp_answer_challenge(silent[0], "secret", 6, MP_DIGEST_DEFAULT,
                                      TEST_GUARD_MS);
    (void) mp_event_wait(may_finish, TEST_GUARD_MS);
    answered[1] = mp_deliver_challenge(silent[0], "secret", 6,
                                       MP_DIGEST_DEFAULT, TEST_GUARD_MS);
}

static void join_silently(int number)
{
    mp_client_options_t mute = {.open = true};
    mp_connection_t *none = NULL;

    refused += mp_client(&silent[number], mp_listener_address(listener), &mute,
                         TEST_GUARD_MS) != 0;
    (void) mp_listener_accept(listener, &none, 0);
}

// It is the oldest, and the others have been silent for longer when there is no
// room for one more.
static void serve_among_silent(void)
{
    mp_connection_t *connection = NULL;
    int64_t from = test_now_ms();

    (void) mp_listener_accept(listener, &connection, MOMENT_MS / 2);
    (void) mp_event_set(may_answer);
    (void) mp_listener_accept(listener, &connection,
                              from + MOMENT_MS - test_now_ms());
    join_silently(SERVED);
    (void) mp_event_set(may_finish);
    accepted = mp_listener_accept(listener, &connection, TEST_GUARD_MS);
    mp_connection_destroy(connection);
}

static void answer_or_serve(int number)
{
    if (number == 0) {
        answer_late();
    } else {
        serve_among_silent();
    }
}

static void who_answers_keeps_his_place(void)
{
    mp_listener_options_t options = {.authkey = "secret", .authkey_size = 6};

    if (!here(MP_AF_UNIX)) {
        return; // a named pipe takes in one at a time, at its own pace
    }
    listen_at(NULL, &options);
    assert_int_equal(mp_event_create(&may_answer), 0);
    assert_int_equal(mp_event_create(&may_finish), 0);
    refused = 0;
    for (int i = 0; i < SERVED; i++) {
        join_silently(i);
    }
    test_run_threads(2, answer_or_serve);
    assert_int_equal(answered[0], 0);
    assert_int_equal(answered[1], 0);
    assert_int_equal(accepted, 0);
    assert_int_equal(refused, 0);
    for (int i = 0; i <= SERVED; i++) {
        mp_connection_destroy(silent[i]);
    }
    mp_event_destroy(may_answer);
    mp_event_destroy(may_finish);
    mp_listener_destroy(listener);
}

static const struct test tests[] = {
    {"each family connects", each_family_connects, TEST_ONCE},
    {"what is no address is refused", what_is_no_address_is_refused, TEST_ONCE},
    {"nobody there is an error", nobody_there_is_an_error, TEST_ONCE},
    {"an address is taken once", an_address_is_taken_once, TEST_ONCE},
    {"last accepted tells where from", last_accepted_tells_where_from,
     TEST_ONCE},
    {"keys decide", keys_decide, TEST_ONCE},
    {"an open listener serves all", an_open_listener_serves_all, TEST_ONCE},
    {"the silent are in nobody's way", the_silent_are_in_nobodys_way,
     TEST_ONCE},
    {"a crowd is accepted to the last", a_crowd_is_accepted_to_the_last,
     TEST_ONCE},
    {"a crowd of the silent keeps nobody out",
     a_crowd_of_the_silent_keeps_nobody_out, TEST_ONCE},
    {"who answers keeps his place", who_answers_keeps_his_place, TEST_ONCE},
    {"a silent client is refused in time", a_silent_client_is_refused_in_time,
     TEST_ONCE},
    {"a client that goes is refused", a_client_that_goes_is_refused, TEST_ONCE},
    {"a client waits as long as it said", a_client_waits_as_long_as_it_said,
     TEST_ONCE},
    {"a close ends the wait of another thread",
     a_close_ends_the_wait_of_another_thread, TEST_ONCE},
    {"NULL is refused", null_is_refused, TEST_ONCE},
    {"halves make a handshake", halves_make_a_handshake, TEST_ONCE},
    {"a child has its parent's key", a_child_has_its_parents_key, TEST_ALL},
    {"a listener outlives its maker", a_listener_outlives_its_maker, TEST_ALL},
    {"a child takes over who waits", a_child_takes_over_who_waits, TEST_ALL},
    {"who accepts may be killed", who_accepts_may_be_killed, TEST_PROCESSES},
    {"who is killed takes no client along", who_is_killed_takes_no_client_along,
     TEST_PROCESSES},
    {"children accept at one listener", children_accept_at_one_listener,
     TEST_ALL},
    {"the peer is told", the_peer_is_told, TEST_PROCESSES},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("listener", tests, sizeof(tests) / sizeof(tests[0]));
}
