// SPDX-License-Identifier: Apache-2.0
// Waiting for very many: where so many descriptors are not to be had, the test
// is skipped.
#include "tests/sync.h"

#include <stdlib.h>
#include <sys/resource.h>

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

static const struct test tests[] = {
    {"ten thousand are waited for", ten_thousand_are_waited_for, TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return raise_limit() ? sync_run("wait for many", tests,
                                    sizeof(tests) / sizeof(tests[0]))
                         : SKIPPED;
}
