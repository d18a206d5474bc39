// SPDX-License-Identifier: Apache-2.0
// Several messages of a queue at once, killed at every step. They come, or are
// lost, together; what is got of a row in parts stays whole and in its order.
#include "tests/stress/step_queue.h"

#include <string.h>

#define PLACES 5
#define BATCH 3

static unsigned char given[BATCH][STEP_SHORT]; // what the victim puts
static unsigned char room[BATCH * STEP_LONG];

// ---- putting ----

static void make_to_put(size_t maxsize)
{
    step_queue_make(maxsize, NULL);
    step_queue_expect(1, 0, BATCH);
    step_queue_put_row(0, 1, STEP_SHORT);
    for (uint32_t i = 0; i < BATCH; i++) {
        memcpy(given[i], step_queue_bytes(1 + i, STEP_SHORT), STEP_SHORT);
    }
}

static void make_to_put_row(void)
{
    make_to_put(PLACES);
}

static void make_to_put_each(void)
{
    make_to_put(0);
}

static void put_many(void)
{
    mp_queue_bytes_t row[BATCH];
    size_t done = 0;

    for (size_t i = 0; i < BATCH; i++) {
        row[i] = (mp_queue_bytes_t){given[i], STEP_SHORT};
    }
    (void) mp_queue_put_many(step_queue, row, BATCH, &done, STEP_LIMIT_MS);
}

static void put_array(void)
{
    size_t done = 0;

    (void) mp_queue_put_array(step_queue, given, STEP_SHORT, BATCH, &done,
                              STEP_LIMIT_MS);
}

// What is there lies in the last place but one.
static void make_to_put_around(void)
{
    make_to_put(PLACES);
    for (int i = 0; i < PLACES - 2; i++) {
        step_queue_put_row(0, 1, STEP_SHORT);
        (void) step_queue_get(0);
    }
}

// ---- getting ----

static void make_to_get(size_t size, uint32_t got)
{
    step_queue_make(PLACES, NULL);
    step_queue_expect(PLACES - 1, got, 0);
    step_queue_put_row(0, PLACES - 1, size);
}

static void make_to_get_each(void)
{
    make_to_get(STEP_SHORT, BATCH);
}

static void make_to_get_long(void)
{
    make_to_get(STEP_LONG, BATCH);
}

// All of them are one row.
static void make_row(uint32_t got)
{
    unsigned char row[PLACES - 1][STEP_SHORT];
    size_t done = 0;

    step_queue_make(PLACES, NULL);
    step_queue_expect(PLACES - 1, got, 0);
    for (uint32_t i = 0; i < PLACES - 1; i++) {
        memcpy(row[i], step_queue_bytes(i, STEP_SHORT), STEP_SHORT);
    }
    (void) mp_queue_put_array(step_queue, row, STEP_SHORT, PLACES - 1, &done,
                              0);
}

static void make_row_for_one(void)
{
    make_row(1);
}

static void make_row_for_some(void)
{
    make_row(BATCH);
}

static void make_row_for_all(void)
{
    make_row(PLACES - 1);
}

static void get_up_to(size_t count)
{
    size_t sizes[PLACES];
    size_t done = 0;

    (void) mp_queue_get_many(step_queue, room, sizeof(room), sizes, count,
                             &done, STEP_LIMIT_MS);
}

static void get_many(void)
{
    get_up_to(BATCH);
}

static void get_all(void)
{
    get_up_to(PLACES);
}

static void get_one(void)
{
    size_t size = 0;

    (void) mp_queue_get_bytes(step_queue, room, sizeof(room), &size,
                              STEP_LIMIT_MS);
}

static void get_in_place(void)
{
    mp_queue_message_t message;

    if (mp_queue_peek(step_queue, &message, STEP_LIMIT_MS) == 0) {
        (void) mp_queue_release(step_queue, &message);
    }
}

const step_op_t step_queue_row_ops[] = {
    {.name = "puts a row into a queue",
     .setup = make_to_put_row,
     .run = put_many,
     .check = step_queue_check,
     .clear = step_queue_destroy},
    {.name = "puts an array into a queue",
     .setup = make_to_put_row,
     .run = put_array,
     .check = step_queue_check,
     .clear = step_queue_destroy},
    {.name = "puts an array around the end of a queue's ring",
     .setup = make_to_put_around,
     .run = put_array,
     .check = step_queue_check,
     .clear = step_queue_destroy},
    {.name = "puts a row into a queue without a maxsize",
     .setup = make_to_put_each,
     .run = put_many,
     .check = step_queue_check,
     .clear = step_queue_destroy},
    {.name = "gets several from a queue",
     .setup = make_to_get_each,
     .run = get_many,
     .check = step_queue_check,
     .clear = step_queue_destroy},
    {.name = "gets several long messages from a queue",
     .setup = make_to_get_long,
     .run = get_many,
     .check = step_queue_check,
     .clear = step_queue_destroy},
    {.name = "gets a row from a queue",
     .setup = make_row_for_all,
     .run = get_all,
     .check = step_queue_check,
     .clear = step_queue_destroy},
    {.name = "gets some of a row from a queue",
     .setup = make_row_for_some,
     .run = get_many,
     .check = step_queue_check,
     .clear = step_queue_destroy},
    {.name = "gets one of a row from a queue",
     .setup = make_row_for_one,
     .run = get_one,
     .check = step_queue_check,
     .clear = step_queue_destroy},
    {.name = "gets one of a row from a queue in place",
     .setup = make_row_for_one,
     .run = get_in_place,
     .check = step_queue_check,
     .clear = step_queue_destroy},
};
const size_t step_queue_row_count = STEP_COUNT(step_queue_row_ops);
