// SPDX-License-Identifier: Apache-2.0
// Values to bytes and back, without a connection.
#include <stdlib.h>
#include <string.h>

#include <multiprocessing.h>

#include "bench/common/system.h"
#include "bench/connection/groups.h"
#include "bench/connection/samples.h"

struct sample {
    int (*make)(mp_any_t **out);
    mp_any_t *value;
    void *bytes;
    size_t size;
};

static struct sample dict = {.make = sample_dict};
static struct sample ints = {.make = sample_ints};
static struct sample floats = {.make = sample_floats};
static struct sample text = {.make = sample_text};
static struct sample nested = {.make = sample_nested};
static struct sample big = {.make = sample_big};
static struct sample *const samples[] = {&dict, &ints,   &floats,
                                         &text, &nested, &big};
#define SAMPLES (sizeof(samples) / sizeof(samples[0]))

static struct sample *sample_of(const struct row *row)
{
    return *(struct sample *const *) row->data;
}

static int pickle_open(const struct setting *setting)
{
    (void) setting;
    for (size_t i = 0; i < SAMPLES; i++) {
        struct sample *sample = samples[i];
        if (sample->make(&sample->value) < 0 ||
            mp_dumps(&sample->bytes, &sample->size, sample->value, NULL) < 0) {
            return row_fail_ours("a value");
        }
    }
    return 0;
}

static void pickle_close(void)
{
    for (size_t i = 0; i < SAMPLES; i++) {
        mp_any_destroy(samples[i]->value);
        mp_free(samples[i]->bytes);
        samples[i]->value = NULL;
        samples[i]->bytes = NULL;
    }
}

static int dumps(const struct row *row, unsigned count, int64_t *elapsed)
{
    const struct sample *sample = sample_of(row);
    int64_t began = bench_now();
    int r = 0;

    for (unsigned i = 0; r == 0 && i < count; i++) {
        void *bytes = NULL;
        size_t size = 0;
        r = mp_dumps(&bytes, &size, sample->value, NULL);
        mp_free(bytes);
    }
    *elapsed = bench_now() - began;
    return r < 0 ? row_fail_ours("mp_dumps") : 0;
}

static int loads(const struct row *row, unsigned count, int64_t *elapsed)
{
    const struct sample *sample = sample_of(row);
    int64_t began = bench_now();
    int r = 0;

    for (unsigned i = 0; r == 0 && i < count; i++) {
        mp_any_t *value = NULL;
        r = mp_loads(&value, sample->bytes, sample->size, NULL);
        mp_any_destroy(value);
    }
    *elapsed = bench_now() - began;
    return r < 0 ? row_fail_ours("mp_loads") : 0;
}

// Through a pointer that the compiler does not see through: a copy that nobody
// looks at would be no copy.
static void *(*volatile copy_bytes)(void *, const void *, size_t) = memcpy;

// The copy itself, into memory that is new each time, as that of the others.
static int copy(const struct row *row, unsigned count, int64_t *elapsed)
{
    const struct sample *sample = sample_of(row);
    int64_t began = bench_now();

    for (unsigned i = 0; i < count; i++) {
        void *bytes = malloc(sample->size);
        if (bytes == NULL) {
            return row_fail("memory for a copy", 0);
        }
        copy_bytes(bytes, sample->bytes, sample->size);
        free(bytes);
    }
    *elapsed = bench_now() - began;
    return 0;
}

#define PICKLE_ROW(call, index, text)                                          \
    {                                                                          \
        .name = #call "/" text, .what = #call " of " text, .run = call,        \
        .data = &samples[index], .number = ROW_ONCE                            \
    }
#define PICKLE_ROWS(index, text)                                               \
    PICKLE_ROW(dumps, index, text), PICKLE_ROW(loads, index, text)

static const struct row rows[] = {
    PICKLE_ROWS(0, "dict"),
    PICKLE_ROWS(1, "ints"),
    PICKLE_ROWS(2, "floats"),
    PICKLE_ROWS(3, "text"),
    PICKLE_ROWS(4, "nested"),
    PICKLE_ROWS(5, "16M"),
    {.name = "memcpy/16M",
     .what = "malloc, memcpy, free",
     .run = copy,
     .data = &samples[5],
     .number = ROW_ONCE},
};

const struct row_group group_pickle = {
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
    .open = pickle_open,
    .close = pickle_close,
};
