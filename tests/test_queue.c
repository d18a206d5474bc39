// SPDX-License-Identifier: Apache-2.0
// Queues: what is put comes out, in order, of whatever size, and whoever waits
// is told.
#include "tests/sync.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define MANY 3000
#define ROUNDS 20000

static mp_queue_t *make(size_t maxsize, size_t message_size)
{
    mp_queue_options_t options = {.message_size = message_size};
    mp_queue_t *queue = NULL;

    assert_int_equal(mp_queue_create(&queue, maxsize, &options), 0);
    assert_non_null(queue);
    return queue;
}

static int put_number(mp_queue_t *queue, uint64_t number, int64_t timeout_ms)
{
    return mp_queue_put_bytes(queue, &number, sizeof(number), timeout_ms);
}

// A number that is no message's, and how it ended, if there was none.
static int64_t get_number(mp_queue_t *queue, int64_t timeout_ms)
{
    uint64_t number = 0;
    size_t size = 0;

    int r =
        mp_queue_get_bytes(queue, &number, sizeof(number), &size, timeout_ms);
    return r < 0 ? r : size == sizeof(number) ? (int64_t) number : -1000;
}

// ---- one process ----

static void what_is_put_comes_out_in_order(void)
{
    for (size_t maxsize = 0; maxsize < 20; maxsize = maxsize * 2 + 1) {
        mp_queue_t *queue = make(maxsize, 0);
        size_t most = maxsize == 0 ? MANY : maxsize;
        for (uint64_t lap = 0; lap < 3; lap++) {
            for (uint64_t i = 0; i < most; i++) {
                assert_int_equal(put_number(queue, lap * most + i, 0), 0);
                assert_int_equal(mp_queue_qsize(queue), i + 1);
            }
            for (uint64_t i = 0; i < most; i++) {
                assert_int_equal(get_number(queue, 0), lap * most + i);
                assert_int_equal(mp_queue_qsize(queue), most - i - 1);
            }
        }
        mp_queue_destroy(queue);
    }
}

static void a_queue_is_full_and_empty(void)
{
    mp_queue_t *queue = make(2, 0);

    assert_true(mp_queue_empty(queue));
    assert_false(mp_queue_full(queue));
    assert_int_equal(get_number(queue, 0), MP_EEMPTY);
    assert_int_equal(put_number(queue, 1, 0), 0);
    assert_int_equal(put_number(queue, 2, 0), 0);
    assert_true(mp_queue_full(queue));
    assert_false(mp_queue_empty(queue));
    assert_int_equal(put_number(queue, 3, 0), MP_EFULL);
    assert_int_equal(mp_queue_maxsize(queue), 2);
    assert_int_equal(get_number(queue, 0), 1);
    assert_int_equal(put_number(queue, 3, 0), 0);
    assert_int_equal(get_number(queue, 0), 2);
    assert_int_equal(get_number(queue, 0), 3);
    assert_int_equal(get_number(queue, -7), MP_EEMPTY);
    mp_queue_destroy(queue);
}

static void timeouts_are_not_early(void)
{
    mp_queue_t *queue = make(1, 0);
    int64_t start = test_now_ms();

    assert_int_equal(get_number(queue, 300), MP_EEMPTY);
    assert_true(test_now_ms() - start >= 299);
    assert_int_equal(put_number(queue, 1, 0), 0);
    start = test_now_ms();
    assert_int_equal(put_number(queue, 2, 300), MP_EFULL);
    assert_true(test_now_ms() - start >= 299);
    mp_queue_destroy(queue);
}

static void wrong_arguments_are_refused(void)
{
    mp_queue_options_t large = {.message_size = (64 << 10) + 1};
    mp_queue_message_t message = {0};
    mp_queue_t *queue = NULL;
    mp_any_t *value = NULL;
    size_t size = 0;
    char byte = 0;

    assert_int_equal(mp_queue_create(NULL, 1, NULL), MP_EINVAL);
    assert_int_equal(mp_queue_create(&queue, ((size_t) 1 << 24) + 1, NULL),
                     MP_ERANGE);
    assert_int_equal(mp_queue_create(&queue, 1, &large), MP_ERANGE);
    assert_null(queue);
    assert_int_equal(mp_queue_put_bytes(NULL, "", 0, 0), MP_EINVAL);
    assert_int_equal(mp_queue_get_bytes(NULL, &byte, 1, &size, 0), MP_EINVAL);
    assert_int_equal(mp_queue_put(NULL, NULL, 0), MP_EINVAL);
    assert_int_equal(mp_queue_get(NULL, &value, 0), MP_EINVAL);
    assert_int_equal(mp_queue_close(NULL), MP_EINVAL);
    assert_int_equal(mp_queue_shutdown(NULL, false), MP_EINVAL);
    assert_int_equal(mp_queue_task_done(NULL), MP_EINVAL);
    assert_int_equal(mp_queue_join(NULL, 0), MP_EINVAL);
    assert_int_equal(mp_queue_qsize(NULL), 0);
    assert_true(mp_queue_empty(NULL));
    mp_queue_destroy(NULL);
    queue = make(1, 0);
    assert_int_equal(mp_queue_put_bytes(queue, NULL, 1, 0), MP_EINVAL);
    assert_int_equal(mp_queue_get_bytes(queue, NULL, 1, &size, 0), MP_EINVAL);
    assert_int_equal(mp_queue_get_bytes(queue, &byte, 1, NULL, 0), MP_EINVAL);
    assert_int_equal(mp_queue_put(queue, NULL, 0), MP_EINVAL);
    assert_int_equal(mp_queue_get(queue, NULL, 0), MP_EINVAL);
    assert_int_equal(mp_queue_commit(queue, &message, 0), MP_EINVAL);
    assert_int_equal(mp_queue_release(queue, &message), MP_EINVAL);
    mp_queue_cancel(queue, &message);
    assert_int_equal(mp_queue_task_done(queue), MP_ESTATE);
    assert_int_equal(mp_queue_join(queue, 0), MP_ESTATE);
    mp_queue_destroy(queue);
}

// ---- sizes ----

static unsigned char byte_at(size_t size, size_t at)
{
    return (unsigned char) (size * 31 + at * 7 + (at >> 8));
}

static unsigned char *make_bytes(size_t size)
{
    unsigned char *bytes = malloc(size + 1);

    assert_non_null(bytes);
    for (size_t i = 0; i < size; i++) {
        bytes[i] = byte_at(size, i);
    }
    return bytes;
}

static void check_bytes(const unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != byte_at(size, i)) {
            fail_msg("byte %zu of %zu", i, size);
        }
    }
}

static const size_t sizes[] = {0,    1,    8,     9,      119,    120,
                               121,  128,  500,   2000,   2048,   5000,
                               4096, 9000, 65536, 300000, 5 << 20};
#define SIZES (sizeof(sizes) / sizeof(sizes[0]))

static void messages_of_all_sizes_are_whole(void)
{
    static const size_t rooms[] = {0, 1, 8, 24, 1000, 65536};

    for (size_t room = 0; room < sizeof(rooms) / sizeof(rooms[0]); room++) {
        mp_queue_t *queue = make(SIZES, rooms[room]);
        for (size_t i = 0; i < SIZES; i++) {
            unsigned char *bytes = make_bytes(sizes[i]);
            assert_int_equal(mp_queue_put_bytes(queue, bytes, sizes[i], 0), 0);
            free(bytes);
        }
        for (size_t i = 0; i < SIZES; i++) {
            void *bytes = NULL;
            size_t size = 1;
            assert_int_equal(mp_queue_get_alloc(queue, &bytes, &size, 0), 0);
            assert_int_equal(size, sizes[i]);
            check_bytes(bytes, size);
            assert_int_equal(((unsigned char *) bytes)[size], 0);
            mp_free(bytes);
        }
        mp_queue_destroy(queue);
    }
}

static void what_is_too_long_stays(void)
{
    static const size_t some[] = {10, 100, 1000, 100000};
    mp_queue_t *queue = make(0, 0);
    unsigned char buffer[9];
    size_t size = 0;

    for (size_t i = 0; i < 4; i++) {
        unsigned char *bytes = make_bytes(some[i]);
        void *got = NULL;
        assert_int_equal(mp_queue_put_bytes(queue, bytes, some[i], 0), 0);
        assert_int_equal(
            mp_queue_get_bytes(queue, buffer, sizeof(buffer), &size, 0),
            MP_EMSGSIZE);
        assert_int_equal(size, some[i]);
        assert_int_equal(mp_queue_qsize(queue), 1);
        assert_int_equal(mp_queue_get_alloc(queue, &got, &size, 0), 0);
        assert_int_equal(size, some[i]);
        check_bytes(got, size);
        mp_free(got);
        free(bytes);
    }
    mp_queue_destroy(queue);
}

static void rows_of_messages_go_at_once(void)
{
    enum { COUNT = 500 };
    mp_queue_bytes_t row[COUNT];
    uint64_t numbers[COUNT];
    uint64_t got[COUNT];
    size_t lengths[COUNT];
    size_t done = 0;
    size_t received = 0;

    for (uint64_t i = 0; i < COUNT; i++) {
        numbers[i] = i;
        row[i] = (mp_queue_bytes_t){&numbers[i], sizeof(numbers[i])};
    }
    for (size_t maxsize = 0; maxsize <= 100; maxsize += 100) {
        mp_queue_t *queue = make(maxsize, 8);
        size_t room = maxsize == 0 ? COUNT : maxsize;
        assert_int_equal(mp_queue_put_many(queue, row, COUNT, &done, 0),
                         maxsize == 0 ? 0 : MP_EFULL);
        assert_int_equal(done, room);
        assert_int_equal(mp_queue_qsize(queue), room);
        received = 0;
        while (received < room) {
            assert_int_equal(mp_queue_get_many(queue, got, 7 * 8 + 3, lengths,
                                               COUNT, &done, 0),
                             0);
            assert_true(done > 0 && done <= 7);
            for (size_t i = 0; i < done; i++) {
                assert_int_equal(lengths[i], 8);
                assert_int_equal(got[i], received + i);
            }
            received += done;
        }
        assert_int_equal(mp_queue_get_many(queue, got, 8, lengths, 1, &done, 0),
                         MP_EEMPTY);
        assert_int_equal(done, 0);
        mp_queue_destroy(queue);
    }
}

// ---- in place ----

static void messages_are_written_and_read_in_place(void)
{
    mp_queue_t *queue = make(4, 0);
    mp_queue_message_t mine;
    mp_queue_message_t got;

    for (size_t i = 0; i < SIZES; i++) {
        assert_int_equal(mp_queue_reserve(queue, &mine, sizes[i] + 10), 0);
        assert_int_equal(mp_queue_qsize(queue), 0);
        for (size_t at = 0; at < sizes[i]; at++) {
            ((unsigned char *) mine.bytes)[at] = byte_at(sizes[i], at);
        }
        mine.size = sizes[i];
        assert_int_equal(mp_queue_commit(queue, &mine, 0), 0);
        assert_int_equal(mp_queue_commit(queue, &mine, 0), MP_EINVAL);
        assert_int_equal(mp_queue_qsize(queue), 1);
        assert_int_equal(mp_queue_peek(queue, &got, 0), 0);
        assert_int_equal(got.size, sizes[i]);
        check_bytes(got.bytes, got.size);
        assert_int_equal(mp_queue_release(queue, &got), 0);
        assert_int_equal(mp_queue_release(queue, &got), MP_EINVAL);
    }
    mp_queue_destroy(queue);
}

static void what_is_reserved_can_be_given_up(void)
{
    mp_queue_t *queue = make(1, 0);
    mp_queue_message_t one;
    mp_queue_message_t other;

    assert_int_equal(mp_queue_reserve(queue, &one, 5000), 0);
    assert_int_equal(mp_queue_reserve(queue, &other, 50), 0);
    assert_int_equal(mp_queue_commit(queue, &other, 0), 0);
    assert_int_equal(mp_queue_commit(queue, &one, 0), MP_EFULL);
    assert_int_equal(mp_queue_qsize(queue), 1);
    assert_int_equal(mp_queue_release(queue, &one), MP_EINVAL);
    mp_queue_cancel(queue, &one);
    mp_queue_cancel(queue, &one);
    mp_queue_destroy(queue);
}

static void who_peeks_is_in_nobodys_way(void)
{
    mp_queue_t *queue = make(3, 0);
    mp_queue_message_t got;

    for (uint64_t i = 0; i < 3; i++) {
        assert_int_equal(put_number(queue, i, 0), 0);
    }
    assert_int_equal(mp_queue_peek(queue, &got, 0), 0);
    assert_int_equal(mp_queue_qsize(queue), 2);
    assert_int_equal(get_number(queue, 0), 1);
    assert_int_equal(put_number(queue, 3, 0), MP_EFULL); // it has its place
    assert_int_equal(mp_queue_release(queue, &got), 0);
    assert_int_equal(put_number(queue, 3, 0), 0);
    assert_int_equal(put_number(queue, 4, 0), 0);
    assert_int_equal(get_number(queue, 0), 2);
    assert_int_equal(get_number(queue, 0), 3);
    assert_int_equal(get_number(queue, 0), 4);
    mp_queue_destroy(queue);
}

// ---- without a maxsize ----

static size_t in_use(void)
{
    mp_shared_figures_t figures;

    assert_int_equal(mp_shared_usage(&figures), 0);
    return figures.in_use;
}

static void memory_is_given_back(void)
{
    mp_queue_t *queue = make(0, 0);
    size_t before = in_use();

    for (int lap = 0; lap < 3; lap++) {
        for (uint64_t i = 0; i < 20 * 256; i++) {
            assert_int_equal(put_number(queue, i, 0), 0);
        }
        assert_true(in_use() > before + 20 * 256 * 64);
        for (uint64_t i = 0; i < 20 * 256; i++) {
            assert_int_equal(get_number(queue, 0), i);
        }
        assert_true(in_use() <= before + 2 * 65536);
    }
    mp_queue_destroy(queue);
}

static void a_peeked_message_outlives_its_ring(void)
{
    mp_queue_t *queue = make(0, 0);
    mp_queue_message_t got;

    assert_int_equal(put_number(queue, 77, 0), 0);
    assert_int_equal(mp_queue_peek(queue, &got, 0), 0);
    for (uint64_t i = 0; i < 2000; i++) {
        assert_int_equal(put_number(queue, i, 0), 0);
    }
    for (uint64_t i = 0; i < 2000; i++) {
        assert_int_equal(get_number(queue, 0), i);
    }
    assert_int_equal(*(uint64_t *) got.bytes, 77);
    assert_int_equal(mp_queue_release(queue, &got), 0);
    assert_int_equal(put_number(queue, 1, 0), 0);
    assert_int_equal(get_number(queue, 0), 1);
    mp_queue_destroy(queue);
}

static void what_is_left_goes_with_the_queue(void)
{
    size_t before = in_use();

    for (size_t maxsize = 0; maxsize < 400; maxsize += 399) {
        mp_queue_t *queue = make(maxsize, 0);
        for (size_t i = 0; i < 399; i++) {
            unsigned char *bytes = make_bytes(i * 50);
            assert_int_equal(mp_queue_put_bytes(queue, bytes, i * 50, 0), 0);
            free(bytes);
        }
        mp_queue_destroy(queue);
    }
    assert_true(in_use() <= before + 65536);
}

// ---- a limit of bytes ----

static void bytes_are_limited(void)
{
    static const char bytes[1001];
    mp_queue_options_t options = {.max_bytes = 1000};
    mp_queue_t *queue = NULL;

    for (int fails = 0; fails < 2; fails++) {
        options.fail_at_max_bytes = fails;
        assert_int_equal(mp_queue_create(&queue, 0, &options), 0);
        int full = fails ? MP_ENOSPC : MP_EFULL;
        assert_int_equal(mp_queue_put_bytes(queue, bytes, 600, 0), 0);
        assert_int_equal(mp_queue_put_bytes(queue, bytes, 401, 0), full);
        assert_int_equal(mp_queue_put_bytes(queue, bytes, 401, 20), full);
        assert_int_equal(mp_queue_put_bytes(queue, bytes, 1001, 0),
                         MP_EMSGSIZE);
        assert_int_equal(mp_queue_put_bytes(queue, bytes, 400, 0), 0);
        assert_int_equal(mp_queue_put_bytes(queue, bytes, 1, 0), full);
        assert_int_equal(mp_queue_put_bytes(queue, bytes, 0, 0), 0);
        for (int i = 0; i < 2; i++) {
            mp_queue_message_t got;
            assert_int_equal(mp_queue_peek(queue, &got, 0), 0);
            assert_int_equal(mp_queue_release(queue, &got), 0);
            assert_int_equal(mp_queue_put_bytes(queue, bytes, 500, 0), 0);
        }
        assert_int_equal(mp_queue_put_bytes(queue, bytes, 1, 0), full);
        mp_queue_destroy(queue);
    }
}

static int get_later(const mp_args_t *args)
{
    mp_queue_t *queue = mp_args_queue(args, 1);
    mp_queue_message_t got;

    if (test_gate_pass(mp_args_text(args, 0)) != 0 ||
        mp_queue_peek(queue, &got, 0) != 0) {
        return 1;
    }
    return mp_queue_release(queue, &got) == 0 ? 0 : 2;
}
MP_TARGET(get_later)

static void who_waits_for_room_is_woken(void)
{
    static const char bytes[900];
    mp_queue_options_t options = {.max_bytes = 1000};
    mp_queue_t *queue = NULL;
    test_gate_t gate;

    test_gate_create(&gate);
    assert_int_equal(mp_queue_create(&queue, 0, &options), 0);
    assert_int_equal(mp_queue_put_bytes(queue, bytes, 900, 0), 0);
    mp_process_t *child = test_start(get_later, MP_ARGS(gate.name, queue));
    test_gate_await(&gate, 1);
    assert_int_equal(mp_queue_put_bytes(queue, bytes, 900, 30), MP_EFULL);
    test_gate_release(&gate, 1);
    assert_int_equal(mp_queue_put_bytes(queue, bytes, 900, TEST_GUARD_MS), 0);
    assert_int_equal(test_finish(child), 0);
    test_gate_destroy(&gate);
    mp_queue_destroy(queue);
}

// ---- values ----

static void values_travel(void)
{
    mp_queue_t *queue = make(0, 0);
    mp_any_t *value = NULL;
    mp_any_t *got = NULL;

    assert_int_equal(mp_any_list(&value, MP_ARGS(1, "two", 3.5)), 0);
    assert_int_equal(mp_queue_put(queue, value, 0), 0);
    assert_int_equal(mp_queue_put_nowait(queue, value), 0);
    assert_int_equal(mp_queue_get(queue, &got, 0), 0);
    assert_int_equal(mp_any_equal(value, got), 1);
    mp_any_destroy(got);
    assert_int_equal(mp_queue_get_nowait(queue, &got), 0);
    mp_any_destroy(got);
    assert_int_equal(mp_queue_get_nowait(queue, &got), MP_EEMPTY);
    assert_null(got);
    assert_int_equal(mp_queue_put_bytes(queue, "\x80\x04n", 3, 0), 0);
    assert_int_equal(mp_queue_get(queue, &got, 0), MP_EPROTO);
    assert_int_equal(mp_queue_qsize(queue), 0);
    mp_any_destroy(value);
    mp_queue_destroy(queue);
}

static void queues_travel_in_queues(void)
{
    mp_queue_t *outer = make(3, 0);
    mp_queue_t *inner = make(0, 0);
    mp_queue_t *same = NULL;
    mp_any_t *value = NULL;
    mp_any_t *got = NULL;

    assert_int_equal(put_number(inner, 42, 0), 0);
    assert_int_equal(mp_any_shared(&value, inner), 0);
    assert_int_equal(mp_queue_put(outer, value, 0), 0);
    mp_any_destroy(value);
    mp_queue_destroy(inner); // the message holds it
    assert_int_equal(mp_queue_get(outer, &got, 0), 0);
    assert_int_equal(mp_any_get_queue(got, &same), 0);
    assert_ptr_equal(same, inner);
    assert_int_equal(get_number(same, 0), 42);
    mp_any_destroy(got);
    mp_queue_destroy(outer);
}

static void a_queue_can_be_waited_for(void)
{
    mp_queue_t *queue = make(1, 0);
    mp_event_t *event = NULL;

    assert_int_equal(mp_event_create(&event), 0);
    mp_waitable_t any[] = {MP_WAIT_QUEUE(queue), MP_WAIT_EVENT(event)};
    assert_int_equal(mp_wait(any, 2, 0, NULL), MP_ETIMEDOUT);
    assert_int_equal(mp_wait(any, 1, 30, NULL), MP_ETIMEDOUT);
    assert_int_equal(put_number(queue, 1, 0), 0);
    assert_int_equal(mp_wait(any, 1, MP_FOREVER, NULL), 0);
    assert_int_equal(mp_wait(any, 2, MP_FOREVER, NULL), 0);
    assert_true(any[0].ready);
    assert_false(any[1].ready);
    assert_int_equal(get_number(queue, 0), 1);
    assert_int_equal(mp_queue_shutdown(queue, false), 0);
    assert_int_equal(mp_wait(any, 1, MP_FOREVER, NULL), 0);
    assert_int_equal(mp_queue_close(queue), 0);
    assert_int_equal(mp_wait(any, 1, 0, NULL), MP_ESTATE);
    mp_event_destroy(event);
    mp_queue_destroy(queue);
}

// ---- closing, shutting down ----

static void who_has_closed_it_is_told(void)
{
    mp_queue_t *queue = make(2, 0);

    assert_int_equal(mp_queue_join_thread(queue), MP_ESTATE);
    assert_int_equal(mp_queue_cancel_join_thread(queue), 0);
    assert_int_equal(put_number(queue, 1, 0), 0);
    assert_int_equal(mp_queue_close(queue), 0);
    assert_int_equal(mp_queue_close(queue), 0);
    assert_int_equal(put_number(queue, 1, 0), MP_ESTATE);
    assert_int_equal(get_number(queue, 0), MP_ESTATE);
    assert_int_equal(mp_queue_join_thread(queue), 0);
    mp_queue_destroy(queue);
    queue = make(2, 0); // likely at the same address
    assert_int_equal(put_number(queue, 1, 0), 0);
    mp_queue_destroy(queue);
}

static void a_shut_queue_is_drained(void)
{
    for (size_t maxsize = 0; maxsize < 8; maxsize += 3) {
        mp_queue_t *queue = make(maxsize, 0);
        for (uint64_t i = 0; i < 3; i++) {
            assert_int_equal(put_number(queue, i, 0), 0);
        }
        assert_int_equal(mp_queue_shutdown(queue, false), 0);
        assert_int_equal(put_number(queue, 9, 0), MP_ESHUTDOWN);
        for (int i = 0; i < 3; i++) {
            assert_int_equal(get_number(queue, MP_FOREVER), i);
        }
        assert_int_equal(get_number(queue, MP_FOREVER), MP_ESHUTDOWN);
        assert_int_equal(mp_queue_shutdown(queue, false), 0);
        mp_queue_destroy(queue);
    }
}

static void what_is_dropped_is_gone(void)
{
    mp_queue_t *queue = make(0, 0);
    size_t before = in_use();

    for (size_t i = 0; i < 300; i++) {
        unsigned char *bytes = make_bytes(i * 50);
        assert_int_equal(mp_queue_put_bytes(queue, bytes, i * 50, 0), 0);
        free(bytes);
    }
    assert_int_equal(mp_queue_shutdown(queue, true), 0);
    assert_int_equal(get_number(queue, MP_FOREVER), MP_ESHUTDOWN);
    assert_int_equal(put_number(queue, 1, 0), MP_ESHUTDOWN);
    assert_int_equal(mp_queue_qsize(queue), 0);
    assert_true(in_use() <= before + 2 * 65536);
    mp_queue_destroy(queue);
}

// ---- tasks ----

static void tasks_are_counted(void)
{
    mp_queue_t *queue = NULL;

    assert_int_equal(mp_joinable_queue_create(&queue, 0), 0);
    assert_int_equal(mp_queue_join(queue, 0), 0);
    assert_int_equal(mp_queue_task_done(queue), MP_EINVAL);
    assert_int_equal(put_number(queue, 1, 0), 0);
    assert_int_equal(put_number(queue, 2, 0), 0);
    assert_int_equal(mp_queue_unfinished(queue), 2);
    assert_int_equal(mp_queue_join(queue, 0), MP_ETIMEDOUT);
    assert_int_equal(get_number(queue, 0), 1);
    assert_int_equal(mp_queue_unfinished(queue), 2);
    assert_int_equal(mp_queue_task_done(queue), 0);
    assert_int_equal(mp_queue_task_done(queue), MP_EINVAL); // of one in there
    assert_int_equal(mp_queue_join(queue, 10), MP_ETIMEDOUT);
    assert_int_equal(get_number(queue, 0), 2);
    assert_int_equal(mp_queue_join(queue, 10), MP_ETIMEDOUT);
    assert_int_equal(mp_queue_task_done(queue), 0);
    assert_int_equal(mp_queue_join(queue, MP_FOREVER), 0);
    assert_int_equal(mp_queue_unfinished(queue), 0);
    mp_queue_destroy(queue);
}

// ---- threads ----

static mp_queue_t *shared;
static _Atomic uint64_t sum;
static atomic_int wrong;

#define PUTTERS 3
#define GETTERS 3

static void put_or_get(int number)
{
    uint64_t last[PUTTERS] = {0};

    for (uint64_t i = 1; number < PUTTERS && i <= ROUNDS; i++) {
        uint64_t message = (uint64_t) number << 32 | i;
        if (put_number(shared, message, TEST_GUARD_MS) != 0) {
            atomic_store(&wrong, 1);
        }
    }
    for (int i = 0; number >= PUTTERS && i < ROUNDS * PUTTERS / GETTERS; i++) {
        int64_t message = get_number(shared, TEST_GUARD_MS);
        if (message < 0 || message >> 32 >= PUTTERS ||
            (uint32_t) message <= last[message >> 32]) {
            atomic_store(&wrong, 2);
            continue;
        }
        last[message >> 32] = (uint32_t) message;
        atomic_fetch_add(&sum, (uint32_t) message);
    }
}

static void each_thread_gets_in_order(void)
{
    static const size_t sizes_of_it[] = {1, 7, 64, 0};

    for (int i = 0; i < 4; i++) {
        shared = make(sizes_of_it[i], 8);
        atomic_store(&sum, 0);
        atomic_store(&wrong, 0);
        test_run_threads(PUTTERS + GETTERS, put_or_get);
        assert_int_equal(atomic_load(&wrong), 0);
        assert_int_equal(atomic_load(&sum),
                         (uint64_t) PUTTERS * ROUNDS * (ROUNDS + 1) / 2);
        assert_true(mp_queue_empty(shared));
        mp_queue_destroy(shared);
    }
}

// ---- children ----

static int echo_numbers(const mp_args_t *args)
{
    mp_queue_t *in = mp_args_queue(args, 0);
    mp_queue_t *out = mp_args_queue(args, 1);

    for (;;) {
        int64_t number = get_number(in, TEST_GUARD_MS);
        if (number == MP_ESHUTDOWN) {
            return 0;
        }
        if (number < 0 ||
            put_number(out, (uint64_t) number + 1, TEST_GUARD_MS) != 0) {
            return 1;
        }
    }
}
MP_TARGET(echo_numbers)

static void children_answer(void)
{
    for (size_t maxsize = 0; maxsize < 6; maxsize += 5) {
        mp_process_t *children[3];
        mp_queue_t *in = make(maxsize, 0);
        mp_queue_t *out = make(0, 0);
        uint64_t total = 0;
        for (int i = 0; i < 3; i++) {
            children[i] = test_start(echo_numbers, MP_ARGS(in, out));
        }
        for (uint64_t i = 0; i < MANY; i++) {
            assert_int_equal(put_number(in, i, TEST_GUARD_MS), 0);
        }
        for (uint64_t i = 0; i < MANY; i++) {
            int64_t number = get_number(out, TEST_GUARD_MS);
            assert_true(number > 0);
            total += (uint64_t) number;
        }
        assert_int_equal(total, (uint64_t) MANY * (MANY + 1) / 2);
        assert_int_equal(mp_queue_shutdown(in, false), 0);
        for (int i = 0; i < 3; i++) {
            assert_int_equal(test_finish(children[i]), 0);
        }
        mp_queue_destroy(in);
        mp_queue_destroy(out);
    }
}

static int put_and_end(const mp_args_t *args)
{
    mp_queue_t *queue = mp_args_queue(args, 0);
    unsigned char bytes[5000];

    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = byte_at(sizeof(bytes), i);
    }
    for (uint64_t i = 0; i < 1000; i++) {
        if (put_number(queue, i, 0) != 0) {
            return 1;
        }
    }
    return mp_queue_put_bytes(queue, bytes, sizeof(bytes), 0) == 0 ? 0 : 2;
}
MP_TARGET(put_and_end)

// Python's would wait until all of it is drained.
static void who_has_put_may_end(void)
{
    mp_queue_t *queue = make(0, 0);
    void *bytes = NULL;
    size_t size = 0;

    assert_int_equal(test_call(put_and_end, MP_ARGS(queue)), 0);
    assert_int_equal(mp_queue_qsize(queue), 1001);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(get_number(queue, 0), i);
    }
    assert_int_equal(mp_queue_get_alloc(queue, &bytes, &size, 0), 0);
    assert_int_equal(size, 5000);
    check_bytes(bytes, size);
    mp_free(bytes);
    mp_queue_destroy(queue);
}

static int get_one(const mp_args_t *args)
{
    return (int) get_number(mp_args_queue(args, 0), TEST_GUARD_MS);
}
MP_TARGET(get_one)

static int put_one(const mp_args_t *args)
{
    return put_number(mp_args_queue(args, 0), 5, TEST_GUARD_MS);
}
MP_TARGET(put_one)

static void who_waits_is_woken(void)
{
    mp_queue_t *queue = make(1, 0);

    for (int i = 0; i < 3; i++) {
        mp_process_t *child = test_start(get_one, MP_ARGS(queue));
        if (!test_method_is("thread")) {
            test_await_sleep(mp_process_pid(child));
        }
        assert_int_equal(put_number(queue, 7, 0), 0);
        assert_int_equal(test_finish(child), 7);
        assert_int_equal(put_number(queue, 1, 0), 0);
        child = test_start(put_one, MP_ARGS(queue));
        if (!test_method_is("thread")) {
            test_await_sleep(mp_process_pid(child));
        }
        assert_int_equal(get_number(queue, 0), 1);
        assert_int_equal(test_finish(child), 0);
        assert_int_equal(get_number(queue, 0), 5);
    }
    mp_queue_destroy(queue);
}

static int do_tasks(const mp_args_t *args)
{
    mp_queue_t *queue = mp_args_queue(args, 0);

    for (int64_t number = 0; number >= 0;) {
        number = get_number(queue, TEST_GUARD_MS);
        if (number >= 0 && mp_queue_task_done(queue) != 0) {
            return 1;
        }
        if (number < 0 && number != MP_ESHUTDOWN) {
            return 2;
        }
    }
    return 0;
}
MP_TARGET(do_tasks)

static void tasks_of_children_are_joined(void)
{
    mp_queue_t *queue = NULL;
    mp_process_t *children[2];

    assert_int_equal(mp_joinable_queue_create(&queue, 10), 0);
    for (int i = 0; i < 2; i++) {
        children[i] = test_start(do_tasks, MP_ARGS(queue));
    }
    for (int lap = 0; lap < 3; lap++) {
        for (uint64_t i = 0; i < 500; i++) {
            assert_int_equal(put_number(queue, i, TEST_GUARD_MS), 0);
        }
        assert_int_equal(mp_queue_join(queue, TEST_GUARD_MS), 0);
        assert_int_equal(mp_queue_unfinished(queue), 0);
    }
    assert_int_equal(mp_queue_shutdown(queue, false), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(test_finish(children[i]), 0);
    }
    mp_queue_destroy(queue);
}

static int answer_in(const mp_args_t *args)
{
    mp_any_t *got = NULL;
    mp_queue_t *answers = NULL;
    int r = mp_queue_get(mp_args_queue(args, 0), &got, TEST_GUARD_MS);

    if (r == 0) {
        r = mp_any_get_queue(got, &answers);
    }
    if (r == 0) {
        r = put_number(answers, 99, 0);
    }
    mp_any_destroy(got);
    return r;
}
MP_TARGET(answer_in)

static void a_queue_for_the_answer_goes_along(void)
{
    mp_queue_t *queue = make(0, 0);
    mp_process_t *child = test_start(answer_in, MP_ARGS(queue));
    mp_queue_t *answers = make(1, 0); // made after the child
    mp_any_t *value = NULL;

    assert_int_equal(mp_any_shared(&value, answers), 0);
    assert_int_equal(mp_queue_put(queue, value, 0), 0);
    mp_any_destroy(value);
    assert_int_equal(get_number(answers, TEST_GUARD_MS), 99);
    assert_int_equal(test_finish(child), 0);
    mp_queue_destroy(answers);
    mp_queue_destroy(queue);
}

static const struct test tests[] = {
    {"what is put comes out in order", what_is_put_comes_out_in_order,
     TEST_ONCE},
    {"a queue is full and empty", a_queue_is_full_and_empty, TEST_ONCE},
    {"timeouts are not early", timeouts_are_not_early, TEST_ONCE},
    {"wrong arguments are refused", wrong_arguments_are_refused, TEST_ONCE},
    {"messages of all sizes are whole", messages_of_all_sizes_are_whole,
     TEST_ONCE},
    {"what is too long stays", what_is_too_long_stays, TEST_ONCE},
    {"rows of messages go at once", rows_of_messages_go_at_once, TEST_ONCE},
    {"messages are written and read in place",
     messages_are_written_and_read_in_place, TEST_ONCE},
    {"what is reserved can be given up", what_is_reserved_can_be_given_up,
     TEST_ONCE},
    {"who peeks is in nobody's way", who_peeks_is_in_nobodys_way, TEST_ONCE},
    {"memory is given back", memory_is_given_back, TEST_ONCE},
    {"a peeked message outlives its ring", a_peeked_message_outlives_its_ring,
     TEST_ONCE},
    {"what is left goes with the queue", what_is_left_goes_with_the_queue,
     TEST_ONCE},
    {"bytes are limited", bytes_are_limited, TEST_ONCE},
    {"who waits for room is woken", who_waits_for_room_is_woken, SYNC_ALL},
    {"values travel", values_travel, TEST_ONCE},
    {"queues travel in queues", queues_travel_in_queues, TEST_ONCE},
    {"a queue can be waited for", a_queue_can_be_waited_for, TEST_ONCE},
    {"who has closed it is told", who_has_closed_it_is_told, TEST_ONCE},
    {"a shut queue is drained", a_shut_queue_is_drained, TEST_ONCE},
    {"what is dropped is gone", what_is_dropped_is_gone, TEST_ONCE},
    {"tasks are counted", tasks_are_counted, TEST_ONCE},
    {"each thread gets in order", each_thread_gets_in_order, TEST_ONCE},
    {"children answer", children_answer, SYNC_ALL},
    {"who has put may end", who_has_put_may_end, SYNC_ALL},
    {"who waits is woken", who_waits_is_woken, SYNC_ALL},
    {"tasks of children are joined", tasks_of_children_are_joined, SYNC_ALL},
    {"a queue for the answer goes along", a_queue_for_the_answer_goes_along,
     SYNC_ALL},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return sync_run("queues", tests, sizeof(tests) / sizeof(tests[0]));
}
