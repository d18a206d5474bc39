// SPDX-License-Identifier: Apache-2.0
// Blocks of shared memory, offsets, and locks in structs.
#include "tests/support.h"

#include <string.h>

struct item {
    mp_offset_t next;
    int64_t number;
};

struct list {
    mp_raw_lock_t lock;
    mp_offset_t first;
    int64_t count;
    mp_offset_t later; // what the parent makes after the child was started
};

static struct list *list; // forked children and threads have it

// Spawned children are told where it is, by their last argument.
static void find_list(const mp_args_t *args)
{
    if (list == NULL) {
        size_t last = mp_args_count(args) - 1;
        list = mp_shared_pointer((mp_offset_t) mp_args_int(args, last));
    }
}

static int64_t list_offset(void)
{
    return (int64_t) mp_shared_offset(list);
}

static void *allocate(size_t size)
{
    void *memory = NULL;

    assert_int_equal(mp_shared_alloc(&memory, size), 0);
    assert_non_null(memory);
    return memory;
}

static uint64_t in_use(void)
{
    mp_shared_figures_t figures = {0};

    assert_int_equal(mp_shared_usage(&figures), 0);
    assert_true(figures.in_use <= figures.taken);
    assert_true(figures.taken <= figures.size);
    return figures.in_use;
}

// ---- blocks ----

static void try_size(size_t size)
{
    unsigned char *bytes = allocate(size);

    assert_int_equal((uintptr_t) bytes % 64, 0);
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != 0) {
            fail_msg("byte %zu of %zu is %d", i, size, bytes[i]);
        }
    }
    memset(bytes, 0xff, size);
    assert_int_equal(mp_shared_free(bytes), 0);
}

static void blocks_are_zero_and_aligned(void)
{
    static const size_t sizes[] = {0,    1,    63,   64,   65,    500,
                                   1984, 1985, 2048, 5000, 65536, 300000};

    for (int round = 0; round < 3; round++) { // where others have been, too
        for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
            try_size(sizes[i]);
        }
    }
}

static void blocks_do_not_overlap(void)
{
    unsigned char *blocks[200];

    for (size_t i = 0; i < 200; i++) {
        blocks[i] = allocate(i * 40 + 1);
        memset(blocks[i], (int) i, i * 40 + 1);
    }
    for (size_t i = 0; i < 200; i++) {
        for (size_t at = 0; at < i * 40 + 1; at++) {
            assert_int_equal(blocks[i][at], i);
        }
        assert_int_equal(mp_shared_free(blocks[i]), 0);
    }
}

static void freed_memory_comes_back(void)
{
    void *blocks[50] = {NULL};

    for (size_t i = 0; i < 50; i++) { // an empty slab may be kept
        blocks[i] = allocate(i * 100);
    }
    for (size_t i = 0; i < 50; i++) {
        assert_int_equal(mp_shared_free(blocks[i]), 0);
    }
    uint64_t before = in_use();
    for (int round = 0; round < 20; round++) {
        for (size_t i = 0; i < 50; i++) {
            blocks[i] = allocate(i * 3000);
        }
        assert_true(in_use() >= before + 49 * 50 / 2 * 3000);
        for (size_t i = 0; i < 50; i++) {
            assert_int_equal(mp_shared_free(blocks[i * 7 % 50]), 0);
        }
        assert_true(in_use() <= before);
    }
    unsigned char *large = allocate(100 << 10);
    assert_int_equal(mp_shared_free(large), 0);
    assert_int_equal(mp_shared_alloc_uncleared(blocks, 100 << 10), 0);
    assert_ptr_equal(blocks[0], large);
    assert_int_equal(mp_shared_free(blocks[0]), 0);
}

static void a_block_goes_with_its_last_hold(void)
{
    uint64_t before = in_use();
    unsigned char *block = allocate(50000);

    assert_int_equal(mp_shared_hold(block), 0);
    assert_int_equal(mp_shared_free(block), 0);
    block[49999] = 7;
    assert_true(in_use() >= before + 50000);
    assert_int_equal(mp_shared_free(block), 0);
    assert_true(in_use() <= before);
    assert_int_equal(mp_shared_hold(block), MP_EINVAL);
    assert_int_equal(mp_shared_free(block), MP_EINVAL);
}

static void wrong_addresses_are_refused(void)
{
    int outside = 0;
    unsigned char *block = allocate(1000);

    memset(block, 0, 1000);
    assert_int_equal(mp_shared_free(NULL), 0);
    assert_int_equal(mp_shared_free(&outside), MP_EINVAL);
    assert_int_equal(mp_shared_free(block + 8), MP_EINVAL);
    assert_int_equal(mp_shared_free(block + 128), MP_EINVAL);
    assert_int_equal(mp_shared_hold(block + 64), MP_EINVAL);
    assert_int_equal(mp_shared_hold(NULL), MP_EINVAL);
    assert_int_equal(mp_shared_alloc(NULL, 5), MP_EINVAL);
    assert_int_equal(mp_shared_usage(NULL), MP_EINVAL);
    assert_int_equal(mp_shared_free(block), 0);
}

static void too_much_is_an_error(void)
{
    mp_shared_figures_t figures = {0};
    void *memory = &figures;

    assert_int_equal(mp_shared_usage(&figures), 0);
    uint64_t before = figures.in_use;
    assert_int_equal(mp_shared_alloc(&memory, (size_t) figures.size),
                     MP_ENOSPC);
    assert_null(memory);
    assert_int_equal(mp_shared_alloc(&memory, SIZE_MAX), MP_ENOSPC);
    assert_int_equal(mp_shared_alloc(&memory, SIZE_MAX - 64), MP_ENOSPC);
    assert_int_equal(mp_shared_alloc(&memory, SIZE_MAX / 2), MP_ENOSPC);
    assert_null(memory);
    assert_true(in_use() <= before);
    assert_int_equal(mp_shared_free(allocate(5000)), 0);
}

// ---- offsets ----

static void offsets_are_checked(void)
{
    unsigned char *block = allocate(1000);
    mp_offset_t offset = 5;
    void *found = NULL;
    int outside = 0;

    assert_int_equal(mp_shared_offset(NULL), 0);
    assert_null(mp_shared_pointer(0));
    assert_int_equal(mp_shared_get_offset(block + 3, 997, &offset), 0);
    assert_int_equal(offset, mp_shared_offset(block + 3));
    assert_ptr_equal(mp_shared_pointer(offset), block + 3);
    assert_int_equal(mp_shared_get_pointer(offset, 997, &found), 0);
    assert_ptr_equal(found, block + 3);
    assert_int_equal(mp_shared_get_offset(&outside, 1, &offset), MP_ERANGE);
    assert_int_equal(mp_shared_get_offset(NULL, 0, &offset), MP_ERANGE);
    assert_int_equal(mp_shared_get_offset(block, SIZE_MAX, &offset), MP_ERANGE);
    assert_int_equal(offset, mp_shared_offset(block + 3));
    assert_int_equal(mp_shared_get_pointer(0, 1, &found), MP_ERANGE);
    assert_int_equal(mp_shared_get_pointer(64, 1, &found), MP_ERANGE);
    assert_int_equal(mp_shared_get_pointer(UINT64_MAX, 1, &found), MP_ERANGE);
    assert_int_equal(mp_shared_get_pointer(offset, SIZE_MAX, &found),
                     MP_ERANGE);
    assert_ptr_equal(found, block + 3);
    assert_int_equal(mp_shared_get_pointer(offset, 1, NULL), MP_EINVAL);
    assert_int_equal(mp_shared_get_offset(block, 1, NULL), MP_EINVAL);
    assert_int_equal(mp_shared_free(block), 0);
}

#define CHILDREN 4
#define ITEMS 300

// The item is the list's, so it must stay when its maker ends: see hold_all().
static int put_items(const mp_args_t *args)
{
    find_list(args);
    for (int i = 0; i < ITEMS; i++) {
        void *memory = NULL;
        if (mp_shared_alloc(&memory, sizeof(struct item)) != 0 ||
            mp_raw_lock_acquire(&list->lock, MP_FOREVER) != 0) {
            return 1;
        }
        struct item *item = memory;
        item->number = mp_args_int(args, 1) * ITEMS + i;
        item->next = list->first;
        list->first = mp_shared_offset(item);
        list->count++;
        if (mp_raw_lock_release(&list->lock) != 0) {
            return 2;
        }
    }
    return test_gate_pass(mp_args_text(args, 0));
}
MP_TARGET(put_items)

static int hold_all(void)
{
    int held = 0;

    for (mp_offset_t at = list->first; at != 0;) {
        struct item *item = NULL;
        void *memory = NULL;
        assert_int_equal(mp_shared_get_pointer(at, sizeof(*item), &memory), 0);
        assert_int_equal(mp_shared_hold(memory), 0);
        item = memory;
        at = item->next;
        held++;
    }
    return held;
}

static int64_t free_all(void)
{
    int64_t sum = 0;

    for (mp_offset_t at = list->first; at != 0;) {
        struct item *item = mp_shared_pointer(at);
        at = item->next;
        sum += item->number;
        assert_int_equal(mp_shared_free(item), 0);
    }
    return sum;
}

// What children have made and linked is read, and kept, by their parent.
static void lists_are_built_by_many(void)
{
    mp_process_t *children[CHILDREN];
    test_gate_t gate;
    int64_t all = CHILDREN * ITEMS;

    list = allocate(sizeof(*list));
    test_gate_create(&gate);
    for (int i = 0; i < CHILDREN; i++) {
        children[i] =
            test_start(put_items, MP_ARGS(gate.name, i, list_offset()));
    }
    test_gate_await(&gate, CHILDREN);
    assert_int_equal(list->count, all);
    assert_int_equal(hold_all(), all);
    test_gate_release(&gate, CHILDREN);
    for (int i = 0; i < CHILDREN; i++) {
        assert_int_equal(test_finish(children[i]), 0);
    }
    assert_int_equal(free_all(), all * (all - 1) / 2);
    assert_int_equal(mp_shared_free(list), 0);
    test_gate_destroy(&gate);
}

static int read_what_came_later(const mp_args_t *args)
{
    find_list(args);
    if (test_gate_pass(mp_args_text(args, 0)) != 0) {
        return 1;
    }
    unsigned char *block = mp_shared_pointer(list->later);
    void *found = NULL;
    size_t size = (size_t) list->count;
    if (mp_shared_get_pointer(list->later, size, &found) != 0 ||
        found != block || block[0] != 5 || block[size - 1] != 6) {
        return 2;
    }
    block[size / 2] = 7;
    return 0;
}
MP_TARGET(read_what_came_later)

// Larger than all that the family had before, so that it has to grow.
static void growth_reaches_older_children(void)
{
    test_gate_t gate;
    mp_shared_figures_t figures = {0};

    list = allocate(sizeof(*list));
    test_gate_create(&gate);
    mp_process_t *child =
        test_start(read_what_came_later, MP_ARGS(gate.name, list_offset()));
    test_gate_await(&gate, 1);
    assert_int_equal(mp_shared_usage(&figures), 0);
    list->count = (int64_t) figures.taken + (3 << 20);
    unsigned char *block = allocate((size_t) list->count);
    block[0] = 5;
    block[list->count - 1] = 6;
    list->later = mp_shared_offset(block);
    test_gate_release(&gate, 1);
    assert_int_equal(test_finish(child), 0);
    assert_int_equal(block[list->count / 2], 7);
    assert_int_equal(mp_shared_free(block), 0);
    assert_int_equal(mp_shared_free(list), 0);
    test_gate_destroy(&gate);
}

static int leave_a_block(const mp_args_t *args)
{
    void *memory = NULL;

    find_list(args);
    if (mp_shared_alloc(&memory, 200000) != 0) {
        return 1;
    }
    list->later = mp_shared_offset(memory);
    return test_gate_pass(mp_args_text(args, 0));
}
MP_TARGET(leave_a_block)

// A thread's blocks are its process's: they stay.
static void blocks_of_the_dead_are_freed(void)
{
    test_gate_t gate;

    list = allocate(sizeof(*list));
    test_gate_create(&gate);
    uint64_t before = in_use();
    mp_process_t *child =
        test_start(leave_a_block, MP_ARGS(gate.name, list_offset()));
    test_gate_await(&gate, 1);
    assert_true(in_use() >= before + 200000);
    test_stop(child, &gate);
    mp_process_destroy(child);
    if (test_method_is("thread")) {
        assert_int_equal(mp_shared_free(mp_shared_pointer(list->later)), 0);
    } else {
        assert_int_equal(mp_shared_free(mp_shared_pointer(list->later)),
                         MP_EINVAL);
    }
    assert_true(in_use() <= before);
    assert_int_equal(mp_shared_free(list), 0);
    test_gate_destroy(&gate);
}

// ---- locks ----

static void raw_locks_exclude(void)
{
    list = allocate(sizeof(*list));
    assert_false(mp_raw_lock_locked(&list->lock));
    assert_int_equal(mp_raw_lock_release(&list->lock), MP_ESTATE);
    assert_int_equal(mp_raw_lock_acquire(&list->lock, MP_FOREVER), 0);
    assert_true(mp_raw_lock_locked(&list->lock));
    assert_int_equal(mp_raw_lock_acquire(&list->lock, 0), MP_ETIMEDOUT);
    assert_int_equal(mp_raw_lock_acquire(&list->lock, 20), MP_ETIMEDOUT);
    assert_int_equal(mp_raw_lock_release(&list->lock), 0);
    memset(&list->lock, 0, sizeof(list->lock));
    assert_int_equal(mp_raw_lock_acquire(&list->lock, 0), 0);
    assert_int_equal(mp_raw_lock_release(&list->lock), 0);
    assert_int_equal(mp_raw_lock_acquire(NULL, 0), MP_EINVAL);
    assert_int_equal(mp_raw_lock_release(NULL), MP_EINVAL);
    assert_false(mp_raw_lock_locked(NULL));
    assert_int_equal(mp_shared_free(list), 0);
}

static void a_raw_lock_elsewhere_is_not_waited_for(void)
{
    mp_raw_lock_t elsewhere = {0};

    assert_int_equal(mp_raw_lock_acquire(&elsewhere, MP_FOREVER), 0);
    assert_int_equal(mp_raw_lock_acquire(&elsewhere, MP_FOREVER), MP_EINVAL);
    assert_int_equal(mp_raw_lock_release(&elsewhere), 0);
}

static int count_up(const mp_args_t *args)
{
    find_list(args);
    for (int i = 0; i < 3000; i++) {
        if (mp_raw_lock_acquire(&list->lock, MP_FOREVER) != 0) {
            return 1;
        }
        list->count++;
        if (mp_raw_lock_release(&list->lock) != 0) {
            return 2;
        }
    }
    return 0;
}
MP_TARGET(count_up)

static void many_that_count_lose_nothing(void)
{
    mp_process_t *children[CHILDREN];

    list = allocate(sizeof(*list));
    for (int i = 0; i < CHILDREN; i++) {
        children[i] = test_start(count_up, MP_ARGS(list_offset()));
    }
    for (int i = 0; i < CHILDREN; i++) {
        assert_int_equal(test_finish(children[i]), 0);
    }
    assert_int_equal(list->count, CHILDREN * 3000);
    assert_int_equal(mp_shared_free(list), 0);
}

static int die_with_the_lock(const mp_args_t *args)
{
    find_list(args);
    return mp_raw_lock_acquire(&list->lock, MP_FOREVER) != 0
               ? 98
               : test_gate_pass(mp_args_text(args, 0));
}
MP_TARGET(die_with_the_lock)

static void a_dead_holder_is_told_of(void)
{
    test_gate_t gate;

    list = allocate(sizeof(*list));
    test_gate_create(&gate);
    mp_process_t *holder =
        test_start(die_with_the_lock, MP_ARGS(gate.name, list_offset()));
    test_gate_await(&gate, 1);
    assert_int_equal(mp_raw_lock_acquire(&list->lock, 10), MP_ETIMEDOUT);
    test_stop(holder, &gate);
    mp_process_destroy(holder);
    assert_true(mp_raw_lock_locked(&list->lock));
    assert_int_equal(mp_raw_lock_acquire(&list->lock, 1000), MP_OWNERDIED);
    assert_int_equal(mp_raw_lock_release(&list->lock), 0);
    assert_int_equal(mp_raw_lock_acquire(&list->lock, 0), 0);
    assert_int_equal(mp_shared_free(list), 0);
    test_gate_destroy(&gate);
}

static const struct test tests[] = {
    {"blocks are zero and aligned", blocks_are_zero_and_aligned, TEST_ONCE},
    {"blocks do not overlap", blocks_do_not_overlap, TEST_ONCE},
    {"freed memory comes back", freed_memory_comes_back, TEST_ONCE},
    {"a block goes with its last hold", a_block_goes_with_its_last_hold,
     TEST_ONCE},
    {"wrong addresses are refused", wrong_addresses_are_refused, TEST_ONCE},
    {"too much is an error", too_much_is_an_error, TEST_ONCE},
    {"offsets are checked", offsets_are_checked, TEST_ONCE},
    {"lists are built by many", lists_are_built_by_many, TEST_ALL},
    {"growth reaches older children", growth_reaches_older_children, TEST_ALL},
    {"blocks of the dead are freed", blocks_of_the_dead_are_freed, TEST_ALL},
    {"raw locks exclude", raw_locks_exclude, TEST_ONCE},
    {"a raw lock elsewhere is not waited for",
     a_raw_lock_elsewhere_is_not_waited_for, TEST_ONCE},
    {"many that count lose nothing", many_that_count_lose_nothing, TEST_ALL},
    {"a dead holder is told of", a_dead_holder_is_told_of, TEST_ALL},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    // What the family opens once must not look like a leak of the first test.
    (void) mp_shared_free(allocate(1));
    return test_run("shared", tests, sizeof(tests) / sizeof(tests[0]));
}
