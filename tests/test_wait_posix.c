// SPDX-License-Identifier: Apache-2.0
// Waiting for very many, and for who has died. Where so many descriptors are
// not to be had, it is skipped.
#include "tests/sync.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>

#define LARGE ((size_t) 8 << 20) // more than any system buffers

enum { PIPES = 5000, OBJECTS = 2 * PIPES, SPARE = 200, SKIPPED = 77 };

static bool raise_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return false;
    }
    if (limit.rlim_cur < OBJECTS + SPARE) {
        limit.rlim_cur = OBJECTS + SPARE;
    }
    return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

static mp_connection_t *ends[OBJECTS];
static mp_waitable_t rows[OBJECTS + 1];

static void expect_only(size_t which, size_t count)
{
    size_t ready = 0;

    assert_int_equal(mp_wait(rows, count, TEST_GUARD_MS, &ready), 0);
    assert_int_equal(ready, 1);
    assert_true(rows[which].ready);
}

static void ten_thousand_are_waited_for(void)
{
    mp_event_t *event = NULL;
    char byte = 0;
    size_t size = 0;

    assert_int_equal(mp_event_create(&event), 0);
    rows[OBJECTS] = MP_WAIT_EVENT(event);
    for (int i = 0; i < OBJECTS; i += 2) {
        assert_int_equal(mp_pipe(&ends[i], &ends[i + 1], true), 0);
        rows[i] = MP_WAIT_CONNECTION(ends[i]);
        rows[i + 1] = MP_WAIT_CONNECTION(ends[i + 1]);
    }
    assert_int_equal(mp_wait(rows, OBJECTS, 300, NULL), MP_ETIMEDOUT);
    for (int i = 0; i < OBJECTS; i += OBJECTS - 1) {
        int other = i == 0 ? 1 : i - 1;
        assert_int_equal(mp_connection_send_bytes(ends[other], "a", 1, 0), 0);
        expect_only((size_t) i, OBJECTS);
        expect_only((size_t) i, OBJECTS + 1);
        assert_int_equal(mp_connection_recv_bytes(ends[i], &byte, 1, &size, 0),
                         0);
    }
    assert_int_equal(mp_wait(rows, OBJECTS + 1, 100, NULL), MP_ETIMEDOUT);
    assert_int_equal(mp_event_set(event), 0);
    expect_only(OBJECTS, OBJECTS + 1);
    for (int i = 0; i < OBJECTS; i++) {
        mp_connection_destroy(ends[i]);
    }
    mp_event_destroy(event);
}

static int send_large(const mp_args_t *args)
{
    char *bytes = calloc(LARGE, 1);

    return bytes != NULL &&
                   mp_connection_send_bytes(mp_args_connection(args, 0), bytes,
                                            LARGE, TEST_GUARD_MS) == 0
               ? 0
               : 1;
}
MP_TARGET(send_large)

// Takes away what was sent of a message, so that nothing is left to be seen of
// it.
static void drain(const mp_connection_t *connection)
{
    char bytes[4096];
    intptr_t handle = 0;

    assert_int_equal(mp_connection_fileno(connection, &handle), 0);
    while (recv((int) handle, bytes, sizeof(bytes), MSG_DONTWAIT) > 0) {
    }
}

// This process has the sending end, too, so the system shows no end.
static void a_death_inside_a_message_ends_the_wait_for_it(void)
{
    mp_connection_t *first = NULL;
    mp_connection_t *second = NULL;

    assert_int_equal(mp_pipe(&first, &second, true), 0);
    mp_process_t *child = test_start(send_large, MP_ARGS(second));
    mp_waitable_t row = MP_WAIT_CONNECTION(first);
    assert_int_equal(mp_wait(&row, 1, TEST_GUARD_MS, NULL), 0);
    assert_int_equal(mp_process_kill(child), 0);
    test_join(child);
    drain(first);
    int64_t start = test_now_ms();
    assert_int_equal(mp_wait(&row, 1, TEST_GUARD_MS, NULL), 0);
    sync_expect_in_time(start);
    assert_true(row.ready);
    mp_process_destroy(child);
    mp_connection_destroy(first);
    mp_connection_destroy(second);
}

static const struct test tests[] = {
    {"a death inside a message ends the wait for it",
     a_death_inside_a_message_ends_the_wait_for_it, TEST_PROCESSES},
    {"ten thousand are waited for", ten_thousand_are_waited_for, TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return raise_limit() ? sync_run("wait for many", tests,
                                    sizeof(tests) / sizeof(tests[0]))
                         : SKIPPED;
}
