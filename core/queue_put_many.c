// SPDX-License-Identifier: Apache-2.0
// Many messages, of which as many as possible are put by one claim.
#include "core/fetch.h"
#include "core/queue_fast.h"
#include "platform/fail.h"

#define FETCHED 2048 // bytes of the next row

// What is put at once: messages that lie in places, and whether they may be a
// row.
typedef struct batch {
    const mp_queue_bytes_t *messages; // NULL: they lie side by side
    const unsigned char *bytes;
    size_t size; // of the first one; if they are alike, of all
    uint32_t run;
    bool alike;
} batch_t;

static mp_queue_bytes_t message_at(const batch_t *batch, size_t i)
{
    if (batch->messages != NULL) {
        return batch->messages[i];
    }
    return (mp_queue_bytes_t){batch->bytes + i * batch->size, batch->size};
}

// ---- which ones ----

static bool may_be_alike(const mp_queue_t *queue, size_t size)
{
    return queue->rows != 0 && size <= queue->row;
}

static bool are_alike(const mp_queue_bytes_t *messages, uint32_t run)
{
    uint64_t other = 0;
    bool missing = false;

    for (uint32_t i = 0; i < run; i++) {
        other |= messages[i].size ^ messages->size;
        missing |= messages[i].bytes == NULL;
    }
    return other == 0 && !missing;
}

static uint32_t short_ones(const mp_queue_t *queue,
                           const mp_queue_bytes_t *messages, uint32_t most)
{
    size_t room = queue->room;
    uint32_t run = 0;

    while (run < most && messages[run].size <= room &&
           (messages[run].bytes != NULL || messages[run].size == 0)) {
        run++;
    }
    return run;
}

// Of what is left to be put, up to `count` messages.
static batch_t batch_of(const mp_queue_t *queue, const batch_t *left,
                        size_t count)
{
    size_t most = queue->is_limited ? 1 : MP_QUEUE_BATCH;
    batch_t batch = *left;

    batch.run = (uint32_t) (count < most ? count : most);
    if (batch.messages == NULL) {
        batch.run = batch.size <= queue->room ? batch.run : 0;
        batch.alike = may_be_alike(queue, batch.size);
        return batch;
    }
    batch.size = batch.messages->size;
    batch.alike =
        may_be_alike(queue, batch.size) && are_alike(batch.messages, batch.run);
    if (!batch.alike) {
        batch.run = short_ones(queue, batch.messages, batch.run);
    }
    return batch;
}

// ---- a row ----

// The lines that the next row is going to be written to: they are here when its
// claim waits for all that was written before.
static void fetch_next(const mp_queue_t *queue, const mp__claim_t *claim,
                       const unsigned char *row)
{
    uint64_t next = claim->position + claim->run;
    size_t bytes = claim->run * (size_t) queue->row;

    if ((uint32_t) next + claim->run > queue->count) {
        return;
    }
    row += bytes;
    mp__fetch_to_write(mp__ring_place(queue, claim->ring, next));
    for (size_t at = 0; at < bytes && at < FETCHED; at += MP__LINE) {
        mp__fetch_to_write(row + at);
    }
}

static inline void copy_each(unsigned char *to, size_t step,
                             const mp_queue_bytes_t *messages, uint32_t run,
                             size_t size)
{
    for (uint32_t i = 0; i < run; i++) {
        mp__copy_message(to + i * step, messages[i].bytes, size);
    }
}

static void copy_array(unsigned char *to, size_t step,
                       const unsigned char *bytes, uint32_t run, size_t size)
{
    if (size == step) {
        memcpy(to, bytes, run * size);
        return;
    }
    for (uint32_t i = 0; i < run; i++) {
        mp__copy_message(to + i * step, bytes + i * size, size);
    }
}

// The word that tells of them.
static uint64_t write_row(const mp_queue_t *queue, const mp__claim_t *claim,
                          const batch_t *batch)
{
    unsigned char *row = mp__row_bytes(queue, claim->ring, claim->position);
    size_t size = batch->size;

    fetch_next(queue, claim, row);
    if (batch->messages == NULL) {
        copy_array(row, queue->row, batch->bytes, claim->run, size);
    } else if (size == sizeof(uint64_t)) {
        copy_each(row, queue->row, batch->messages, claim->run,
                  sizeof(uint64_t));
    } else {
        copy_each(row, queue->row, batch->messages, claim->run, size);
    }
    return mp__row_word(claim->run, size, mp__lap_of(claim->position));
}

// A row does not go around the end of its ring, and in a plain lap all words
// are written.
static bool may_be_row(const mp_queue_t *queue, const mp__claim_t *claim)
{
    return claim->run > 1 &&
           (uint32_t) claim->position + claim->run <= queue->count &&
           !mp__is_plain(mp__lap_of(claim->position));
}

// ---- putting ----

// Each in its place: the word of the first.
static uint64_t write_each(const mp_queue_t *queue, const mp__claim_t *claim,
                           const batch_t *batch)
{
    uint64_t position = claim->position;
    mp__place_t *place = claim->place;
    mp_queue_bytes_t one = message_at(batch, 0);

    mp__copy_message(place->bytes, one.bytes, one.size);
    for (uint32_t i = 1; i < claim->run; i++) {
        place = mp__place_after(queue, claim->ring, place, &position);
        one = message_at(batch, i);
        mp__copy_message(place->bytes, one.bytes, one.size);
        atomic_store_explicit(&place->there,
                              mp__there_word(one.size, 0, mp__lap_of(position)),
                              memory_order_release);
    }
    return mp__there_word(batch->size, 0, mp__lap_of(claim->position));
}

static int put_batch(mp_queue_t *queue, const batch_t *batch, uint32_t *done,
                     mp__until_t *until)
{
    mp__claim_t claim;

    int r =
        mp__queue_claim_places(queue, batch->run, batch->size, &claim, until);
    if (r == 0) {
        *done = claim.run;
        mp__claim_publish(queue, &claim,
                          batch->alike && may_be_row(queue, &claim)
                              ? write_row(queue, &claim, batch)
                              : write_each(queue, &claim, batch));
    }
    return r;
}

static int put_some(mp_queue_t *queue, const batch_t *left, size_t count,
                    uint32_t *done, mp__until_t *until)
{
    batch_t batch = batch_of(queue, left, count);

    if (batch.run > 0) {
        return put_batch(queue, &batch, done, until);
    }
    mp_queue_bytes_t one = message_at(left, 0);
    int r = one.bytes == NULL
                ? mp__queue_no_bytes(one.size)
                : mp__queue_put_long(queue, one.bytes, one.size, until);
    *done = r == 0 ? 1 : 0;
    return r;
}

static int put_all(mp_queue_t *queue, batch_t *left, size_t count, size_t *done,
                   int64_t timeout_ms)
{
    mp__until_t until = mp__until(timeout_ms);
    size_t put = 0;

    int r = mp__queue_check(queue);
    while (r == 0 && put < count) {
        uint32_t more = 0;
        r = put_some(queue, left, count - put, &more, &until);
        put += more;
        if (left->messages != NULL) {
            left->messages += more;
        } else {
            left->bytes += more * left->size;
        }
    }
    if (done != NULL) {
        *done = put;
    }
    return r;
}

int mp_queue_put_many(mp_queue_t *queue, const mp_queue_bytes_t *messages,
                      size_t count, size_t *done, int64_t timeout_ms)
{
    batch_t all = {.messages = messages};

    if (done != NULL) {
        *done = 0;
    }
    if (messages == NULL && count > 0) {
        return mp__fail(MP_EINVAL, 0, "%zu messages at NULL", count);
    }
    return put_all(queue, &all, count, done, timeout_ms);
}

int mp_queue_put_array(mp_queue_t *queue, const void *items, size_t size,
                       size_t count, size_t *done, int64_t timeout_ms)
{
    static const unsigned char nothing[1];
    batch_t all = {.bytes = items != NULL ? items : nothing, .size = size};

    if (done != NULL) {
        *done = 0;
    }
    if (items == NULL && size > 0 && count > 0) {
        return mp__queue_no_bytes(size);
    }
    return put_all(queue, &all, count, done, timeout_ms);
}
