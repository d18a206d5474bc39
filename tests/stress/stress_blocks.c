// SPDX-License-Identifier: Apache-2.0
// Blocks of a program's own, with a lock in one of them.
#include "tests/stress/stress.h"

#define SIZE_MOST 12000 // of a block, in bytes

// In a block.
typedef struct box {
    mp_raw_lock_t lock;
    _Atomic uint64_t pair[2];
    mp_offset_t blocks[STRESS_WORKERS]; // one of each, or 0
} box_t;

static box_t *box;
static uint64_t *own; // block of this worker

static bool make_box(stress_page_t *page)
{
    void *memory = NULL;

    if (mp_shared_alloc(&memory, sizeof(*box)) < 0) {
        return false;
    }
    box = memory;
    atomic_store(&page->numbers[0], mp_shared_offset(memory));
    return true;
}

static bool open_box(stress_page_t *page)
{
    void *memory = NULL;

    own = NULL;
    if (mp_shared_get_pointer(atomic_load(&page->numbers[0]), sizeof(*box),
                              &memory) < 0 ||
        mp_shared_hold(memory) < 0) {
        return false;
    }
    box = memory;
    return true;
}

static void free_box(stress_page_t *page)
{
    (void) page;
    (void) mp_shared_free(box);
}

static int change(int64_t timeout_ms)
{
    int r = mp_raw_lock_acquire(&box->lock, timeout_ms);

    if (!stress_acquired(r)) {
        return r == MP_ETIMEDOUT && timeout_ms < STRESS_LIMIT_MS ? 0 : 1;
    }
    if (!stress_change(box->pair, r == MP_OWNERDIED)) {
        return 2;
    }
    return mp_raw_lock_release(&box->lock) == 0 ? 0 : 3;
}

static int change_box(stress_page_t *page, uint64_t *random)
{
    (void) page;
    return change(stress_timeout(random));
}

static const char *check_box(stress_page_t *page)
{
    (void) page;
    return change(STRESS_LIMIT_MS) == 0 ? NULL : "the lock is wrong";
}

// ---- blocks that others look at ----

// A block says in its first word where it is.
static int renew_own(uint64_t *random)
{
    void *memory = NULL;
    size_t size = sizeof(*own) + stress_random(random, SIZE_MOST);

    box->blocks[stress_index] = 0;
    if (own != NULL &&
        (*own != mp_shared_offset(own) || mp_shared_free(own) < 0)) {
        return 1;
    }
    own = NULL;
    if (mp_shared_alloc(&memory, size) < 0) {
        return 2;
    }
    own = memory;
    *own = mp_shared_offset(own);
    box->blocks[stress_index] = *own;
    return 0;
}

// With its maker it may be gone, and another one be there that says the same,
// or nothing yet.
static int look_at(mp_offset_t offset)
{
    uint64_t *block = mp_shared_pointer(offset);

    if (block == NULL || mp_shared_hold(block) < 0) {
        return 0;
    }
    bool good = *block == 0 || *block == offset;
    return mp_shared_free(block) == 0 && good ? 0 : 3;
}

static int exchange_blocks(stress_page_t *page, uint64_t *random)
{
    (void) page;
    if (!stress_acquired(mp_raw_lock_acquire(&box->lock, MP_FOREVER))) {
        return 4;
    }
    int wrong =
        stress_random(random, 2) == 0
            ? renew_own(random)
            : look_at(box->blocks[stress_random(random, STRESS_WORKERS)]);
    return mp_raw_lock_release(&box->lock) == 0 ? wrong : 5;
}

const stress_row_t stress_block_rows[] = {
    {"use a lock in a block", make_box, open_box, change_box, check_box,
     free_box, NULL, NULL},
    {"look at each other's blocks", make_box, open_box, exchange_blocks, NULL,
     free_box, NULL, NULL},
};
const size_t stress_block_count = STRESS_COUNT(stress_block_rows);
