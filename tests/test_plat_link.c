// SPDX-License-Identifier: Apache-2.0
// Links to one other, below core.
#include "tests/links.h"

#include <stdlib.h>
#include <string.h>

#define BIG ((size_t) 8 * 1024 * 1024) // more than any system keeps on its way

static void a_pair_carries_both_ways(void)
{
    mp_plat_link_t ends[2];

    assert_int_equal(mp_plat_link_pair(ends, true), 0);
    assert_true(ends[0].local && ends[1].local);
    link_carries(&ends[0], &ends[1], 100);
    link_carries(&ends[1], &ends[0], 4096);
    link_carries(&ends[0], &ends[1], 1);
    link_close_both(ends);
    assert_int_equal(ends[0].kind, MP_PLAT_LINK_NONE);
    mp_plat_link_close(&ends[0]); // again
}

static void a_pair_for_one_way_carries_to_the_first(void)
{
    mp_plat_link_t ends[2];

    assert_int_equal(mp_plat_link_pair(ends, false), 0);
    link_carries(&ends[1], &ends[0], 1000);
    assert_int_equal(mp_plat_link_wait(&ends[0], MP_PLAT_AT_ONCE),
                     MP_ETIMEDOUT);
    mp_plat_link_close(&ends[1]);
    assert_int_equal(mp_plat_link_wait(&ends[0], link_guard()), 0);
    char byte;
    assert_int_equal(link_take(&ends[0], &byte, 1), MP_EEOF);
    mp_plat_link_close(&ends[0]);
}

static void pieces_arrive_in_their_order(void)
{
    mp_plat_piece_t pieces[40];
    mp_plat_link_t ends[2];
    size_t total = 0;
    size_t sent = 0;
    unsigned char *bytes = link_bytes(10000);
    unsigned char *taken = calloc(1, 10000);

    assert_int_equal(mp_plat_link_pair(ends, true), 0);
    for (size_t i = 0; i < 40; i++) { // the first has no bytes, nor the 14th
        pieces[i] = (mp_plat_piece_t){bytes + total, i % 13 * 20};
        total += pieces[i].size;
    }
    assert_int_equal(
        mp_plat_link_send(&ends[0], pieces, 40, &sent, link_guard()), 0);
    assert_int_equal(sent, total);
    assert_int_equal(link_take(&ends[1], taken, total), 0);
    assert_true(link_are_bytes(taken, total, 0));
    link_close_both(ends);
    free(bytes);
    free(taken);
}

static void no_bytes_are_a_message_only_where_there_are_messages(void)
{
    mp_plat_link_t ends[2];
    size_t size = 1;

    assert_int_equal(mp_plat_link_pair(ends, true), 0);
    assert_int_equal(link_put(&ends[0], NULL, 0), 0);
    if (ends[0].kind == MP_PLAT_LINK_MESSAGES) {
        assert_int_equal(mp_plat_link_next(&ends[1], &size, link_guard()), 0);
        assert_int_equal(size, 0);
    } else {
        assert_int_equal(mp_plat_link_next(&ends[1], &size, link_guard()),
                         MP_ENOTSUP);
    }
    assert_int_equal(
        mp_plat_link_receive(&ends[1], NULL, 0, &size, link_guard()), 0);
    assert_int_equal(size, 0);
    assert_int_equal(mp_plat_link_wait(&ends[1], MP_PLAT_AT_ONCE),
                     MP_ETIMEDOUT);
    link_carries(&ends[0], &ends[1], 10);
    link_close_both(ends);
}

static void what_was_sent_is_read_before_the_end(void)
{
    mp_plat_link_t ends[2];
    unsigned char *bytes = link_bytes(2000);
    unsigned char taken[1000];

    assert_int_equal(mp_plat_link_pair(ends, true), 0);
    assert_int_equal(link_put(&ends[1], bytes, 10), 0); // never read
    assert_int_equal(link_put(&ends[0], bytes, 1000), 0);
    assert_int_equal(link_put(&ends[0], bytes + 1000, 1000), 0);
    mp_plat_link_close(&ends[0]);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(mp_plat_link_wait(&ends[1], MP_PLAT_AT_ONCE), 0);
        assert_int_equal(link_take(&ends[1], taken, 1000), 0);
        assert_true(link_are_bytes(taken, 1000, i * 1000));
    }
    for (int i = 0; i < 2; i++) {
        assert_int_equal(mp_plat_link_wait(&ends[1], link_guard()), 0);
        assert_int_equal(link_take(&ends[1], taken, 1), MP_EEOF);
    }
    assert_int_equal(mp_last_error()->code, MP_EEOF);
    free(bytes);
    mp_plat_link_close(&ends[1]);
}

static void an_end_within_tells_what_came(void)
{
    mp_plat_link_t ends[2];
    unsigned char taken[100];
    size_t received = 0;

    assert_int_equal(mp_plat_link_pair(ends, true), 0);
    if (ends[0].kind == MP_PLAT_LINK_STREAM) {
        unsigned char *bytes = link_bytes(70);
        assert_int_equal(link_put(&ends[0], bytes, 70), 0);
        mp_plat_link_close(&ends[0]);
        assert_int_equal(
            mp_plat_link_receive(&ends[1], taken, 100, &received, link_guard()),
            MP_EEOF);
        assert_int_equal(received, 70);
        assert_true(link_are_bytes(taken, 70, 0));
        free(bytes);
    }
    link_close_both(ends);
}

static void sending_to_nobody_is_an_error_and_no_signal(void)
{
    for (int way = 0; way < 2; way++) {
        mp_plat_link_t ends[2];
        mp_plat_piece_t piece = {"abc", 3};
        size_t sent = 1;

        assert_int_equal(mp_plat_link_pair(ends, way == 1), 0);
        mp_plat_link_close(&ends[0]);
        for (int i = 0; i < 2; i++) {
            assert_int_equal(
                mp_plat_link_send(&ends[1], &piece, 1, &sent, link_guard()),
                MP_EEOF);
            assert_int_equal(sent, 0);
        }
        mp_plat_link_close(&ends[1]);
    }
}

static void deadlines_are_kept(void)
{
    mp_plat_link_t ends[2];
    size_t received = 1;
    char byte;

    assert_int_equal(mp_plat_link_pair(ends, true), 0);
    int64_t deadline = link_soon(30);
    assert_int_equal(mp_plat_link_wait(&ends[0], deadline), MP_ETIMEDOUT);
    assert_true(mp_plat_now() >= deadline);
    if (ends[0].kind == MP_PLAT_LINK_STREAM) {
        deadline = link_soon(30);
        assert_int_equal(
            mp_plat_link_receive(&ends[0], &byte, 1, &received, deadline),
            MP_ETIMEDOUT);
        assert_true(mp_plat_now() >= deadline);
        assert_int_equal(received, 0);
        assert_int_equal(mp_plat_link_receive(&ends[0], &byte, 1, &received,
                                              MP_PLAT_AT_ONCE),
                         MP_ETIMEDOUT);
    } else {
        deadline = link_soon(30);
        assert_int_equal(mp_plat_link_next(&ends[0], &received, deadline),
                         MP_ETIMEDOUT);
        assert_true(mp_plat_now() >= deadline);
        assert_int_equal(
            mp_plat_link_next(&ends[0], &received, MP_PLAT_AT_ONCE),
            MP_ETIMEDOUT);
    }
    link_carries(&ends[1], &ends[0], 10); // it is not harmed
    link_close_both(ends);
}

// As much of a big message as goes on its way without a reader.
static size_t fill(const mp_plat_link_t *link, const unsigned char *bytes,
                   int64_t deadline)
{
    mp_plat_piece_t pieces[] = {{bytes, 5}, {bytes + 5, BIG - 5}};
    size_t sent = 0;

    assert_int_equal(mp_plat_link_send(link, pieces, 2, &sent, deadline),
                     MP_ETIMEDOUT);
    return sent;
}

static void a_message_that_is_late_tells_how_much_went(void)
{
    mp_plat_link_t ends[2];
    unsigned char *bytes = link_bytes(BIG);
    unsigned char *taken = calloc(1, BIG);
    size_t received = 0;

    assert_int_equal(mp_plat_link_pair(ends, true), 0);
    if (ends[0].kind == MP_PLAT_LINK_STREAM) {
        int64_t deadline = link_soon(30);
        size_t sent = fill(&ends[0], bytes, deadline);
        assert_true(mp_plat_now() >= deadline);
        assert_in_range(sent, 1, BIG - 1);
        assert_int_equal(fill(&ends[0], bytes, MP_PLAT_AT_ONCE), 0);
        assert_int_equal(mp_plat_link_receive(&ends[1], taken, BIG, &received,
                                              link_soon(30)),
                         MP_ETIMEDOUT);
        assert_int_equal(received, sent);
        assert_true(link_are_bytes(taken, sent, 0));
        assert_int_equal(mp_plat_link_wait(&ends[1], MP_PLAT_AT_ONCE),
                         MP_ETIMEDOUT);
    }
    link_close_both(ends);
    free(bytes);
    free(taken);
}

static mp_plat_link_t big_ends[2];
static int codes[2];
static size_t moved[2];

static void send_or_receive_big(int number)
{
    unsigned char *bytes = link_bytes(BIG);
    mp_plat_piece_t pieces[] = {
        {bytes, 4}, {bytes + 4, BIG / 2}, {bytes + 4 + BIG / 2, BIG / 2 - 4}};

    if (number == 0) {
        codes[0] =
            mp_plat_link_send(&big_ends[0], pieces, 3, &moved[0], link_guard());
    } else {
        memset(bytes, 0, BIG);
        codes[1] = link_take(&big_ends[1], bytes, BIG);
        moved[1] = link_are_bytes(bytes, BIG, 0) ? BIG : 0;
    }
    free(bytes);
}

static void a_big_message_arrives_whole(void)
{
    assert_int_equal(mp_plat_link_pair(big_ends, true), 0);
    test_run_threads(2, send_or_receive_big);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(codes[i], 0);
        assert_int_equal(moved[i], BIG);
    }
    link_close_both(big_ends);
}

static void a_peer_in_a_pair_is_this_process(void)
{
    mp_plat_link_t ends[2];
    mp_plat_peer_t peer;

    assert_int_equal(mp_plat_link_pair(ends, true), 0);
    int r = mp_plat_link_peer(&ends[1], &peer);
    if (r != MP_ENOTSUP) {
        assert_int_equal(r, 0);
        assert_int_equal(peer.pid, mp_plat_pid());
        assert_true(peer.same_user);
    }
    link_close_both(ends);
}

static const struct test tests[] = {
    {"a pair carries both ways", a_pair_carries_both_ways, TEST_ONCE},
    {"a pair for one way carries to the first",
     a_pair_for_one_way_carries_to_the_first, TEST_ONCE},
    {"pieces arrive in their order", pieces_arrive_in_their_order, TEST_ONCE},
    {"no bytes are a message only where there are messages",
     no_bytes_are_a_message_only_where_there_are_messages, TEST_ONCE},
    {"what was sent is read before the end",
     what_was_sent_is_read_before_the_end, TEST_ONCE},
    {"an end within a message tells what came", an_end_within_tells_what_came,
     TEST_ONCE},
    {"sending to nobody is an error and no signal",
     sending_to_nobody_is_an_error_and_no_signal, TEST_ONCE},
    {"deadlines are kept", deadlines_are_kept, TEST_ONCE},
    {"a message that is late tells how much went",
     a_message_that_is_late_tells_how_much_went, TEST_ONCE},
    {"a big message arrives whole", a_big_message_arrives_whole, TEST_ONCE},
    {"a peer in a pair is this process", a_peer_in_a_pair_is_this_process,
     TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("links", tests, sizeof(tests) / sizeof(tests[0]));
}
