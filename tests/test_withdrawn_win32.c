// SPDX-License-Identifier: Apache-2.0
// Messages that are withdrawn when their length was seen (Windows). The
// receiver's two steps are taken one by one, behind the exported calls.
#include "tests/support.h"

#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "core/connection.h"
#include "core/member.h"

#define LARGE 300000 // more than a pipe has room for
#define LATE_MS 100

static mp_connection_t *ends[2];
static char large[LARGE];
static char taken[LARGE];

static void make_pipe(void)
{
    assert_int_equal(mp_pipe(&ends[0], &ends[1], false), 0);
}

static void destroy_pipe(void)
{
    mp_connection_destroy(ends[0]);
    mp_connection_destroy(ends[1]);
}

static int put(size_t size, int64_t timeout_ms)
{
    return mp_connection_send_bytes(ends[1], large, size, timeout_ms);
}

static DWORD WINAPI send_late(void *result)
{
    *(int *) result = put(LARGE, LATE_MS);
    return 0;
}

// Sees a message whose sender gives up then.
static void see_late_one(mp__passage_t *passage)
{
    size_t size = 0;
    int result = 0;

    HANDLE sender = CreateThread(NULL, 0, send_late, &result, 0, NULL);
    assert_non_null(sender);
    assert_int_equal(mp__passage_begin(passage, ends[0], false, TEST_GUARD_MS),
                     0);
    assert_int_equal(mp__frame_next(passage, &size), 0);
    assert_int_equal(size, LARGE);
    assert_int_equal(WaitForSingleObject(sender, INFINITE), WAIT_OBJECT_0);
    assert_true(CloseHandle(sender));
    assert_int_equal(result, MP_ETIMEDOUT);
}

static void the_next_one_is_received_instead(void)
{
    static const size_t lengths[] = {0, 1, 5, LARGE / 10};
    mp__passage_t passage;

    for (int i = 0; i < 4; i++) {
        size_t size = LARGE;
        make_pipe();
        see_late_one(&passage);
        assert_int_equal(put(lengths[i], TEST_GUARD_MS), 0);
        assert_int_equal(mp__frame_receive(&passage, taken, LARGE, &size), 0);
        assert_int_equal(size, lengths[i]);
        assert_int_equal(mp__passage_end(&passage, 0), 0);
        assert_int_equal(atomic_load(&passage.lane->broken), MP__WHOLE);
        destroy_pipe();
    }
}

static void a_longer_one_is_left_to_be_received(void)
{
    mp__passage_t passage;
    size_t size = 4;

    make_pipe();
    see_late_one(&passage);
    assert_int_equal(put(5, TEST_GUARD_MS), 0);
    assert_int_equal(mp__frame_receive(&passage, taken, 4, &size),
                     MP__FRAME_GONE);
    assert_int_equal(mp__frame_next(&passage, &size), 0);
    assert_int_equal(size, 5);
    assert_int_equal(mp__frame_receive(&passage, taken, 5, &size), 0);
    assert_int_equal(mp__passage_end(&passage, 0), 0);
    destroy_pipe();
}

static void without_a_next_one_it_is_gone(void)
{
    mp__passage_t passage;
    size_t size = LARGE;

    make_pipe();
    see_late_one(&passage);
    assert_int_equal(mp__frame_receive(&passage, taken, LARGE, &size),
                     MP__FRAME_GONE);
    assert_int_equal(mp__passage_end(&passage, 0), 0);
    assert_int_equal(put(5, 0), 0);
    assert_int_equal(
        mp_connection_recv_bytes(ends[0], taken, 5, &size, TEST_GUARD_MS), 0);
    assert_int_equal(size, 5);
    destroy_pipe();
}

static void a_sender_waits_while_it_may_be_taken(void)
{
    mp__passage_t passage;
    size_t size = 0;

    make_pipe();
    see_late_one(&passage);
    (void) atomic_fetch_add(&passage.lane->taking, 1);
    assert_int_equal(put(5, 0), MP_ETIMEDOUT);
    assert_int_equal(put(5, LATE_MS), MP_ETIMEDOUT);
    (void) atomic_fetch_add(&passage.lane->taking, 1);
    assert_int_equal(put(5, 0), 0);
    assert_int_equal(mp__passage_end(&passage, 0), 0);
    assert_int_equal(
        mp_connection_recv_bytes(ends[0], taken, 5, &size, TEST_GUARD_MS), 0);
    destroy_pipe();
}

static int see_and_die(const mp_args_t *args)
{
    mp__passage_t passage;
    size_t size = 0;

    if (mp__passage_begin(&passage, mp_args_connection(args, 0), false,
                          TEST_GUARD_MS) < 0 ||
        mp__frame_next(&passage, &size) < 0) {
        return 1;
    }
    (void) atomic_fetch_add(&passage.lane->taking, 1);
    (void) TerminateProcess(GetCurrentProcess(), 7);
    return 2;
}
MP_TARGET(see_and_die)

static void nobody_waits_for_a_dead_one(void)
{
    mp_process_t *process = NULL;
    size_t size = 0;

    make_pipe();
    assert_int_equal(put(5, TEST_GUARD_MS), 0);
    process = test_start(see_and_die, MP_ARGS(ends[0]));
    test_join(process);
    assert_int_equal(mp_process_exitcode(process), 7);
    mp_process_destroy(process);
    assert_int_equal(put(LARGE, LATE_MS), MP_ETIMEDOUT);
    assert_int_equal(put(6, TEST_GUARD_MS), 0);
    for (size_t length = 5; length <= 6; length++) {
        assert_int_equal(
            mp_connection_recv_bytes(ends[0], taken, 6, &size, TEST_GUARD_MS),
            0);
        assert_int_equal(size, length);
    }
    destroy_pipe();
}

static const struct test tests[] = {
    {"the next one is received instead", the_next_one_is_received_instead,
     TEST_ONCE},
    {"a longer one is left to be received", a_longer_one_is_left_to_be_received,
     TEST_ONCE},
    {"without a next one it is gone", without_a_next_one_it_is_gone, TEST_ONCE},
    {"a sender waits while it may be taken",
     a_sender_waits_while_it_may_be_taken, TEST_ONCE},
    {"nobody waits for a dead one", nobody_waits_for_a_dead_one,
     TEST_PROCESSES},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("messages that are withdrawn", tests,
                    sizeof(tests) / sizeof(tests[0]));
}
