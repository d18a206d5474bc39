// SPDX-License-Identifier: Apache-2.0
// Laps of a queue's ring, which have 26 bits in its words and 32 in positions:
// messages come in order where these begin anew, and words that were written
// very long ago are taken for old ones.
#include "tests/sync.h"

#include "core/arena.h"
#include "core/member.h"
#include "core/queue.h"

#define PLACES 7
#define MOST 5
#define LAPS 3000

static mp_queue_t *make(size_t maxsize)
{
    mp_queue_options_t options = {.message_size = 8};
    mp_queue_t *queue = NULL;

    assert_int_equal(mp_queue_create(&queue, maxsize, &options), 0);
    return queue;
}

// Some are put as a row, and are got in two parts.
static void put_and_get(mp_queue_t *queue, uint64_t *number, size_t count)
{
    uint64_t row[MOST] = {0};
    size_t sizes[MOST];
    size_t got = 0;
    size_t done = 0;

    for (size_t i = 0; i < count; i++) {
        row[i] = *number + i;
    }
    assert_int_equal(mp_queue_put_array(queue, row, 8, count, &done, 0), 0);
    assert_int_equal(mp_queue_qsize(queue), count);
    for (size_t most = count / 2 + 1; got < count; most = count - got) {
        assert_int_equal(
            mp_queue_get_many(queue, row, sizeof(row), sizes, most, &done, 0),
            0);
        for (size_t i = 0; i < done; i++) {
            assert_int_equal(row[i], (*number)++);
        }
        got += done;
    }
    assert_int_equal(mp_queue_qsize(queue), 0);
}

static void go_around_from(uint32_t lap, size_t maxsize)
{
    uint64_t number = 0;

    atomic_store(&mp__arena()->laps, lap);
    mp_queue_t *queue = make(maxsize);
    for (size_t i = 0; number < (uint64_t) LAPS * PLACES; i++) {
        put_and_get(queue, &number, 1 + i * 3 % MOST);
    }
    mp_queue_destroy(queue);
}

static void laps_begin_anew(void)
{
    go_around_from(UINT32_MAX - LAPS / 2, PLACES);
    go_around_from((UINT32_C(1) << 25) - LAPS / 2, PLACES);
    go_around_from((UINT32_C(1) << 26) - LAPS / 2, PLACES);
    go_around_from((UINT32_C(1) << 26) - 3, 0);
}

// As if places had been inside of claims, and rows, for that many laps.
static void make_old(mp_queue_t *queue, uint32_t laps)
{
    const mp__ring_t *ring = mp__ring_at(mp__queue_first(queue));
    uint32_t lap = mp__lap_of(atomic_load(&ring->tail)) - laps;

    for (uint32_t i = 1; i < PLACES; i++) {
        atomic_store(&mp__ring_puts(ring)[i], mp__claim_word(0, 1, lap));
        atomic_store(&mp__ring_gets(queue, ring)[i], mp__claim_word(0, 1, lap));
        atomic_store(&mp__ring_place(queue, ring, i)->there,
                     mp__there_word(8, 0, lap));
    }
}

// From that many laps on, all rows begin at the first place for a while.
static void old_words_are_written_anew(void)
{
    mp_queue_t *queue = make(PLACES);
    uint64_t number = 0;

    make_old(queue, (UINT32_C(1) << 25) - 2 * MP__LAPS_PLAIN - 3);
    for (int lap = 0; lap < LAPS; lap++) {
        put_and_get(queue, &number, MOST);
        put_and_get(queue, &number, PLACES - MOST);
    }
    put_and_get(queue, &number, 1);
    put_and_get(queue, &number, 1);
    put_and_get(queue, &number, MOST);
    mp_queue_destroy(queue);
}

// Who was stopped for very long before he noted how far he had come, and goes
// on, has noted where that was. Here it was `laps` ago, and some more.
typedef struct notes {
    uint64_t tail;
    uint64_t front;
    uint64_t read;
} notes_t;

static notes_t take_notes(const mp_queue_t *queue)
{
    const mp__ring_t *ring = mp__ring_at(mp__queue_first(queue));

    return (notes_t){atomic_load(&ring->tail), atomic_load(&ring->front),
                     atomic_load(&ring->read)};
}

static void note_late(mp_queue_t *queue, const notes_t *notes, uint64_t laps)
{
    mp__ring_t *ring = mp__ring_at(mp__queue_first(queue));

    atomic_store(&ring->tail, notes->tail - (laps << 32));
    atomic_store(&ring->front, notes->front - (laps << 32));
    atomic_store(&ring->read, notes->read - (laps << 32));
}

static void fill_and_empty(mp_queue_t *queue, const notes_t *notes,
                           uint64_t laps)
{
    uint64_t number = 0;
    size_t size = 0;

    for (uint64_t i = 0; i < PLACES; i++) {
        note_late(queue, notes, laps);
        assert_int_equal(mp_queue_put_bytes(queue, &i, sizeof(i), 0), 0);
        assert_int_equal(mp_queue_qsize(queue), i + 1);
    }
    note_late(queue, notes, laps);
    assert_true(mp_queue_full(queue));
    assert_int_equal(mp_queue_put_bytes(queue, &size, sizeof(size), 0),
                     MP_EFULL);
    for (uint64_t i = 0; i < PLACES; i++) {
        note_late(queue, notes, laps);
        assert_int_equal(
            mp_queue_get_bytes(queue, &number, sizeof(number), &size, 0), 0);
        assert_int_equal(number, i);
    }
}

static void late_notes_are_known(void)
{
    static const uint64_t laps[] = {
        0, 5, (1 << 25) - 5, (1 << 25) + 5, (1 << 26) - 500, (1 << 27) + 7};

    for (size_t i = 0; i < sizeof(laps) / sizeof(laps[0]); i++) {
        mp_queue_t *queue = make(PLACES);
        uint64_t number = 0;
        notes_t notes = take_notes(queue);
        for (size_t j = 1; number < (uint64_t) 100 * PLACES; j++) {
            put_and_get(queue, &number, 1 + j % MOST);
            if (j % 10 == 0) {
                note_late(queue, &notes, laps[i]);
                assert_int_equal(mp_queue_qsize(queue), 0);
                put_and_get(queue, &number, 1 + j % 3);
                notes = take_notes(queue);
            }
        }
        fill_and_empty(queue, &notes, laps[i]);
        mp_queue_destroy(queue);
    }
}

static const struct test tests[] = {
    {"late notes are known", late_notes_are_known, TEST_ONCE},
    {"laps begin anew", laps_begin_anew, TEST_ONCE},
    {"old words are written anew", old_words_are_written_anew, TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return sync_run("queues' laps", tests, sizeof(tests) / sizeof(tests[0]));
}
