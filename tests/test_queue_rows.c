// SPDX-License-Identifier: Apache-2.0
// Messages that are put together, as a row or an array, and are got together,
// in parts, or one by one: they stay what they were, and in their order.
#include "tests/sync.h"

#include <stdatomic.h>
#include <string.h>

#define LAPS 1100 // in one of 1024 each place says for itself what it has
#define LONGEST 200
#define ROW 12

static mp_queue_t *make(size_t maxsize, size_t message_size)
{
    mp_queue_options_t options = {.message_size = message_size};
    mp_queue_t *queue = NULL;

    assert_int_equal(mp_queue_create(&queue, maxsize, &options), 0);
    return queue;
}

// ---- messages ----

static void fill(unsigned char *bytes, size_t size, uint32_t number)
{
    for (size_t i = 0; i < size; i++) {
        bytes[i] = (unsigned char) (number * 31 + i * 7);
    }
}

static void check(const void *bytes, size_t size, uint32_t number)
{
    unsigned char expected[LONGEST];

    fill(expected, size, number);
    assert_memory_equal(bytes, expected, size);
}

static void put_array(mp_queue_t *queue, size_t count, size_t size,
                      uint32_t number)
{
    unsigned char bytes[ROW * LONGEST];
    size_t done = 0;

    for (size_t i = 0; i < count; i++) {
        fill(bytes + i * size, size, number + (uint32_t) i);
    }
    assert_int_equal(mp_queue_put_array(queue, bytes, size, count, &done, 0),
                     0);
    assert_int_equal(done, count);
}

static void put_row(mp_queue_t *queue, size_t count, size_t size,
                    uint32_t number)
{
    unsigned char bytes[ROW][LONGEST];
    mp_queue_bytes_t row[ROW];
    size_t done = 0;

    for (size_t i = 0; i < count; i++) {
        fill(bytes[i], size, number + (uint32_t) i);
        row[i] = (mp_queue_bytes_t){bytes[i], size};
    }
    assert_int_equal(mp_queue_put_many(queue, row, count, &done, 0), 0);
    assert_int_equal(done, count);
}

// ---- ways to get up to `count`; each says how many came ----

static size_t get_one(mp_queue_t *queue, size_t count, size_t size,
                      uint32_t number)
{
    unsigned char bytes[LONGEST];
    size_t length = 0;

    (void) count;
    assert_int_equal(
        mp_queue_get_bytes(queue, bytes, sizeof(bytes), &length, 0), 0);
    assert_int_equal(length, size);
    check(bytes, size, number);
    return 1;
}

static size_t get_many(mp_queue_t *queue, size_t count, size_t size,
                       uint32_t number)
{
    unsigned char bytes[ROW * LONGEST];
    size_t sizes[ROW];
    size_t done = 0;

    assert_int_equal(
        mp_queue_get_many(queue, bytes, sizeof(bytes), sizes, count, &done, 0),
        0);
    assert_true(done > 0 && done <= count);
    for (size_t i = 0; i < done; i++) {
        assert_int_equal(sizes[i], size);
        check(bytes + i * size, size, number + (uint32_t) i);
    }
    return done;
}

// Room for two and a half.
static size_t get_what_fits(mp_queue_t *queue, size_t count, size_t size,
                            uint32_t number)
{
    unsigned char bytes[3 * LONGEST];
    size_t sizes[ROW];
    size_t done = 0;

    (void) count;
    assert_int_equal(mp_queue_get_many(queue, bytes, 2 * size + size / 2, sizes,
                                       2, &done, 0),
                     0);
    assert_true(done > 0 && done <= 2);
    for (size_t i = 0; i < done; i++) {
        check(bytes + i * size, sizes[i], number + (uint32_t) i);
    }
    return done;
}

static size_t get_in_place(mp_queue_t *queue, size_t count, size_t size,
                           uint32_t number)
{
    mp_queue_message_t message;

    (void) count;
    assert_int_equal(mp_queue_peek(queue, &message, 0), 0);
    assert_int_equal(message.size, size);
    check(message.bytes, size, number);
    assert_int_equal(mp_queue_release(queue, &message), 0);
    return 1;
}

typedef size_t get_t(mp_queue_t *queue, size_t count, size_t size,
                     uint32_t number);

// ---- one after the other ----

// Gets all, in a different way each time.
static void get_all(mp_queue_t *queue, size_t count, size_t size,
                    uint32_t number, uint32_t turn)
{
    static get_t *const ways[] = {get_many, get_one, get_what_fits,
                                  get_in_place};

    while (count > 0) {
        size_t most = 1 + (turn * 5) % (count < ROW ? count : ROW);
        size_t got = ways[turn++ % 4](queue, most, size, number);
        count -= got;
        number += (uint32_t) got;
        assert_int_equal(mp_queue_qsize(queue), count);
    }
}

static void get_ones(mp_queue_t *queue, size_t count, size_t size,
                     uint32_t number)
{
    for (; count > 0; count--) {
        (void) get_one(queue, 1, size, number++);
    }
}

static void go_around(size_t maxsize, size_t message_size, size_t size)
{
    mp_queue_t *queue = make(maxsize, message_size);
    uint32_t number = 0;

    for (uint32_t turn = 0; number < LAPS * maxsize; turn++) {
        size_t count = 1 + turn % (maxsize < ROW ? maxsize : ROW);
        (turn % 2 == 0 ? put_array : put_row)(queue, count, size, number);
        assert_int_equal(mp_queue_qsize(queue), count);
        get_all(queue, count, size, number, turn);
        number += (uint32_t) count;
    }
    assert_true(mp_queue_empty(queue));
    mp_queue_destroy(queue);
}

static void rows_go_around_a_ring(void)
{
    go_around(7, 8, 8);
    go_around(13, 8, 5);
    go_around(ROW, 0, 20);
    go_around(20, 64, 64);
    go_around(1, 8, 8);
}

// With no bytes, with as many as a place has room for, and with more.
static void rows_have_messages_of_any_size(void)
{
    static const size_t sizes[] = {0, 1, 7, 8, 56, 119, 120, 121, LONGEST};

    for (size_t maxsize = 0; maxsize <= 3 * ROW; maxsize += 3 * ROW) {
        mp_queue_t *queue = make(maxsize, 0);
        for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
            put_array(queue, ROW, sizes[i], 0);
            put_row(queue, ROW, sizes[i], ROW);
            get_all(queue, 2 * ROW, sizes[i], 0, (uint32_t) i);
        }
        mp_queue_destroy(queue);
    }
}

// One call gets rows and single messages, as many as there are.
static void several_rows_are_got_at_once(void)
{
    mp_queue_t *queue = make(100, 8);
    unsigned char bytes[100 * 8];
    size_t sizes[100];
    size_t done = 0;
    uint32_t number = 0;

    for (uint32_t i = 1; i < ROW; i++) {
        put_array(queue, i, i % 4 * 2 + 1, number);
        number += i;
    }
    assert_int_equal(
        mp_queue_get_many(queue, bytes, sizeof(bytes), sizes, 100, &done, 0),
        0);
    assert_int_equal(done, number);
    const unsigned char *at = bytes;
    number = 0;
    for (uint32_t i = 1; i < ROW; i++) {
        for (uint32_t j = 0; j < i; j++) {
            assert_int_equal(sizes[number], i % 4 * 2 + 1);
            check(at, sizes[number], number);
            at += sizes[number++];
        }
    }
    mp_queue_destroy(queue);
}

// What is left of a row lies where it lay, whatever is put in front of it.
static void a_rest_stays_what_it_is(void)
{
    for (size_t size = 1; size <= 20; size++) {
        mp_queue_t *queue = make(8, 20);
        for (uint32_t i = 0; i < 50; i++) {
            put_array(queue, 8, size, i);
            size_t got = get_many(queue, 1 + i % 7, size, i);
            put_row(queue, got, 21 - size, 100 + i);
            get_ones(queue, 8 - got, size, i + (uint32_t) got);
            get_all(queue, got, 21 - size, 100 + i, i);
        }
        mp_queue_destroy(queue);
    }
}

static void who_peeks_into_a_row_has_one_of_it(void)
{
    mp_queue_t *queue = make(4, 8);
    mp_queue_message_t first;
    mp_queue_message_t second;

    put_array(queue, 4, 8, 0);
    assert_int_equal(mp_queue_peek(queue, &first, 0), 0);
    assert_int_equal(mp_queue_peek(queue, &second, 0), 0);
    assert_int_equal(mp_queue_qsize(queue), 2);
    assert_int_equal(get_many(queue, 4, 8, 2), 2);
    check(first.bytes, 8, 0);
    check(second.bytes, 8, 1);
    assert_int_equal(mp_queue_release(queue, &second), 0);
    assert_int_equal(mp_queue_put_bytes(queue, "full", 4, 0), MP_EFULL);
    assert_int_equal(mp_queue_release(queue, &first), 0);
    put_array(queue, 4, 8, 4);
    assert_int_equal(get_many(queue, 4, 8, 4), 4);
    mp_queue_destroy(queue);
}

static void tasks_of_a_row_are_counted(void)
{
    mp_queue_t *queue = NULL;

    assert_int_equal(mp_joinable_queue_create(&queue, 8), 0);
    put_array(queue, 8, 8, 0);
    assert_int_equal(mp_queue_unfinished(queue), 8);
    get_all(queue, 8, 8, 0, 0);
    for (int i = 0; i < 8; i++) {
        assert_int_equal(mp_queue_join(queue, 0), MP_ETIMEDOUT);
        assert_int_equal(mp_queue_task_done(queue), 0);
    }
    assert_int_equal(mp_queue_join(queue, 0), 0);
    mp_queue_destroy(queue);
}

// As many as there are places for, together.
static void what_does_not_fit_is_told(void)
{
    mp_queue_t *queue = make(5, 8);
    unsigned char bytes[8 * 8];
    size_t done = 99;

    put_array(queue, 2, 8, 0);
    for (uint32_t i = 0; i < 8; i++) {
        fill(bytes + (size_t) i * 8, 8, 2 + i);
    }
    assert_int_equal(mp_queue_put_array(queue, bytes, 8, 8, &done, 0),
                     MP_EFULL);
    assert_int_equal(done, 3);
    get_all(queue, 5, 8, 0, 0);
    assert_int_equal(mp_queue_put_array(queue, NULL, 8, 1, &done, 0),
                     MP_EINVAL);
    assert_int_equal(done, 0);
    assert_int_equal(mp_queue_put_array(NULL, bytes, 8, 1, NULL, 0), MP_EINVAL);
    assert_int_equal(mp_queue_put_array(queue, NULL, 8, 0, NULL, 0), 0);
    assert_int_equal(mp_queue_put_array(queue, NULL, 0, 2, &done, 0), 0);
    assert_int_equal(done, 2);
    assert_int_equal(mp_queue_shutdown(queue, false), 0);
    assert_int_equal(mp_queue_put_array(queue, bytes, 8, 2, &done, 0),
                     MP_ESHUTDOWN);
    mp_queue_destroy(queue);
}

// ---- threads ----

#define PUTTERS 2
#define GETTERS 3
#define ROUNDS 20000

static mp_queue_t *shared;
static _Atomic uint64_t sum;
static atomic_int finished;
static atomic_int wrong;

static void put_rounds(uint64_t number)
{
    uint64_t row[ROW];
    size_t done = 0;

    for (uint64_t i = 0; i < ROUNDS;) {
        size_t count = 0;
        for (size_t most = i % ROW + 1; count < most && i < ROUNDS; count++) {
            row[count] = number << 32 | ++i;
        }
        if (mp_queue_put_array(shared, row, sizeof(row[0]), count, &done,
                               TEST_GUARD_MS) != 0) {
            atomic_store(&wrong, 1);
            return;
        }
    }
}

// Each of them gets a different number at a time.
static size_t get_some(uint64_t *row, size_t most)
{
    size_t sizes[ROW];
    size_t done = 0;

    int r = most == 1 ? mp_queue_get_bytes(shared, row, sizeof(row[0]), sizes,
                                           TEST_GUARD_MS)
                      : mp_queue_get_many(shared, row, ROW * sizeof(row[0]),
                                          sizes, most, &done, TEST_GUARD_MS);
    return r != 0 ? 0 : most == 1 ? 1 : done;
}

static void get_rounds(size_t most)
{
    uint64_t last[PUTTERS] = {0};
    uint64_t row[ROW];

    for (;;) {
        size_t count = get_some(row, most);
        for (size_t i = 0; i < count; i++) {
            uint64_t number = row[i] >> 32;
            if (number >= PUTTERS || (uint32_t) row[i] <= last[number]) {
                atomic_store(&wrong, 2);
                return;
            }
            last[number] = (uint32_t) row[i];
            atomic_fetch_add(&sum, (uint32_t) row[i]);
        }
        if (count == 0) {
            return;
        }
    }
}

static void put_or_get(int number)
{
    static const size_t most[GETTERS] = {1, 4, ROW};

    if (number >= PUTTERS) {
        get_rounds(most[number - PUTTERS]);
        return;
    }
    put_rounds((uint64_t) number);
    if (atomic_fetch_add(&finished, 1) == PUTTERS - 1 &&
        mp_queue_shutdown(shared, false) != 0) {
        atomic_store(&wrong, 3);
    }
}

static void each_thread_gets_its_part_in_order(void)
{
    static const size_t maxsizes[] = {1, 9, 64, 0};

    for (int i = 0; i < 4; i++) {
        shared = make(maxsizes[i], 8);
        atomic_store(&sum, 0);
        atomic_store(&finished, 0);
        atomic_store(&wrong, 0);
        test_run_threads(PUTTERS + GETTERS, put_or_get);
        assert_int_equal(atomic_load(&wrong), 0);
        assert_int_equal(atomic_load(&sum),
                         (uint64_t) PUTTERS * ROUNDS * (ROUNDS + 1) / 2);
        assert_true(mp_queue_empty(shared));
        mp_queue_destroy(shared);
    }
}

// Who has no room for what comes is told, however closely he waits for it.
static void put_or_have_no_room(int number)
{
    unsigned char bytes[9] = "no room";
    size_t sizes[2];
    size_t done = 0;

    for (int i = 0; i < ROUNDS && atomic_load(&wrong) == 0; i++) {
        if (number == 0) {
            atomic_store(&wrong, mp_queue_put_array(shared, "message", 8, 1,
                                                    &done, TEST_GUARD_MS));
            continue;
        }
        int r =
            mp_queue_get_many(shared, bytes, 4, sizes, 2, &done, TEST_GUARD_MS);
        if (r != MP_EMSGSIZE || sizes[0] != 8 ||
            memcmp(bytes, "no room", 8) != 0) {
            atomic_store(&wrong, 1);
        }
        r = mp_queue_get_many(shared, bytes, 8, sizes, 2, &done, 0);
        if (r != 0 || done != 1 || memcmp(bytes, "message", 8) != 0) {
            atomic_store(&wrong, 2);
        }
        memcpy(bytes, "no room", 8);
    }
}

static void who_has_no_room_is_told(void)
{
    shared = make(1, 8);
    atomic_store(&wrong, 0);
    test_run_threads(2, put_or_have_no_room);
    assert_int_equal(atomic_load(&wrong), 0);
    mp_queue_destroy(shared);
}

// ---- children ----

static int add_up(const mp_args_t *args)
{
    mp_queue_t *in = mp_args_queue(args, 0);
    uint64_t row[ROW];
    size_t sizes[ROW];
    size_t done = 0;
    uint64_t total = 0;
    int r = 0;

    while (r == 0) {
        r = mp_queue_get_many(in, row, sizeof(row), sizes, ROW / 2, &done,
                              TEST_GUARD_MS);
        for (size_t i = 0; r == 0 && i < done; i++) {
            total += row[i];
        }
    }
    r = r == MP_ESHUTDOWN ? mp_queue_put_bytes(mp_args_queue(args, 1), &total,
                                               sizeof(total), 0)
                          : r;
    return r == 0 ? 0 : 1;
}
MP_TARGET(add_up)

static void children_share_what_is_put(void)
{
    mp_process_t *children[2];
    mp_queue_t *in = make(50, 8);
    mp_queue_t *out = make(2, 8);
    uint64_t row[ROW];
    uint64_t total = 0;
    size_t size = 0;

    for (int i = 0; i < 2; i++) {
        children[i] = test_start(add_up, MP_ARGS(in, out));
    }
    for (uint64_t i = 0; i < ROUNDS; i += ROW) {
        for (uint64_t j = 0; j < ROW; j++) {
            row[j] = i + j;
            total += row[j];
        }
        assert_int_equal(mp_queue_put_array(in, row, sizeof(row[0]), ROW, NULL,
                                            TEST_GUARD_MS),
                         0);
    }
    assert_int_equal(mp_queue_shutdown(in, false), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(
            mp_queue_get_bytes(out, row, sizeof(row), &size, TEST_GUARD_MS), 0);
        total -= row[0];
        assert_int_equal(test_finish(children[i]), 0);
    }
    assert_int_equal(total, 0);
    mp_queue_destroy(in);
    mp_queue_destroy(out);
}

static const struct test tests[] = {
    {"rows go around a ring", rows_go_around_a_ring, TEST_ONCE},
    {"rows have messages of any size", rows_have_messages_of_any_size,
     TEST_ONCE},
    {"several rows are got at once", several_rows_are_got_at_once, TEST_ONCE},
    {"a rest stays what it is", a_rest_stays_what_it_is, TEST_ONCE},
    {"who peeks into a row has one of it", who_peeks_into_a_row_has_one_of_it,
     TEST_ONCE},
    {"tasks of a row are counted", tasks_of_a_row_are_counted, TEST_ONCE},
    {"what does not fit is told", what_does_not_fit_is_told, TEST_ONCE},
    {"each thread gets its part in order", each_thread_gets_its_part_in_order,
     TEST_ONCE},
    {"who has no room is told", who_has_no_room_is_told, TEST_ONCE},
    {"children share what is put", children_share_what_is_put, SYNC_ALL},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return sync_run("queues' rows", tests, sizeof(tests) / sizeof(tests[0]));
}
