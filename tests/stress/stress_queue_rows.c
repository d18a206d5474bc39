// SPDX-License-Identifier: Apache-2.0
// Several messages at once: of any size, and rows of one size, which are got
// whole, in parts, and one by one.
#include "tests/stress/stress_queue.h"

#define ROW 8 // messages that are put at once, at most

static int was_put(int r, size_t missing)
{
    ledger_refuse(missing);
    return r == 0 || stress_is_refused(r) ? 0 : 3;
}

// `size` bytes each; 0: any.
static int put_row(uint64_t *random, size_t count, size_t size)
{
    mp_queue_bytes_t row[ROW];
    size_t done = 0;

    for (size_t i = 0; i < count; i++) {
        unsigned char *at = stress_bytes + i * 2 * STRESS_SMALL;
        size_t length = size != 0 ? size : stress_small_size(random);
        ledger_write(stress_index, at, length);
        row[i] = (mp_queue_bytes_t){at, length};
    }
    int r = mp_queue_put_many(stress_queue, row, count, &done,
                              stress_timeout(random));
    return was_put(r, count - done);
}

static int put_array(uint64_t *random, size_t count, size_t size)
{
    size_t done = 0;

    for (size_t i = 0; i < count; i++) {
        ledger_write(stress_index, stress_bytes + i * size, size);
    }
    int r = mp_queue_put_array(stress_queue, stress_bytes, size, count, &done,
                               stress_timeout(random));
    return was_put(r, count - done);
}

static int put_some(uint64_t *random)
{
    size_t count = 1 + (size_t) stress_random(random, ROW);
    size_t size = stress_small_size(random);

    switch (stress_random(random, 3)) {
    case 0:
        return put_row(random, count, 0);
    case 1:
        return put_row(random, count, size);
    default:
        return put_array(random, count, size);
    }
}

static int get_some(uint64_t *random)
{
    size_t sizes[STRESS_ROW_GOT];
    size_t most = 1 + (size_t) stress_random(random, STRESS_ROW_GOT);
    size_t done = 0;
    const unsigned char *at = stress_bytes;

    int r = mp_queue_get_many(stress_queue, stress_bytes, sizeof(stress_bytes),
                              sizes, most, &done, stress_timeout(random));
    for (size_t i = 0; r == 0 && i < done; i++) {
        r = ledger_read(stress_index, at, sizes[i]);
        at += sizes[i];
    }
    return stress_is_refused(r) ? 0 : r;
}

int stress_exchange_rows(stress_page_t *page, uint64_t *random)
{
    (void) page;
    if (stress_puts()) {
        return stress_is_crowded() ? 0 : put_some(random);
    }
    return stress_random(random, 4) == 0
               ? stress_get_bytes(stress_index, stress_timeout(random))
               : get_some(random);
}
