// SPDX-License-Identifier: Apache-2.0
// Objects in shared memory, killed at every step.
#include "tests/stress/step.h"

#include "core/check.h"
#include "core/lock.h"
#include "core/pages.h"

#define BLOCK_SIZE ((size_t) 1 << 20)

static mp__object_t *object;
static mp__reference_t reference;
static size_t size;

// ---- making ----

static void make_and_destroy(void)
{
    mp_lock_t *lock = NULL;

    (void) mp_lock_create(&lock);
    mp_lock_destroy(lock);
}

static void make_block(void)
{
    mp__object_t *block = NULL;

    if (mp__object_new(&block, size) == 0) {
        mp__object_made(block, MP__TYPE_BLOCK);
        mp__object_drop(block);
    }
}

static void choose_block(void)
{
    size = BLOCK_SIZE;
    make_block(); // so that there is room for one
}

// More than a new family has.
static void choose_larger_block(void)
{
    size = 2 * BLOCK_SIZE;
}

static const char *others_allocate(void)
{
    mp__object_t *block = NULL;

    if (mp__object_new(&block, BLOCK_SIZE) < 0) {
        return "others cannot allocate";
    }
    mp__object_drop(block);
    make_and_destroy();
    return NULL;
}

// ---- spans beside each other ----

#define ROW 5
static mp__object_t *row[ROW];

// Of two units, and then of one each; the second is free.
static void make_row(void)
{
    for (int i = 0; i < ROW; i++) {
        if (mp__object_new(&row[i], (i == 0 ? 2 : 1) * MP__UNIT) == 0) {
            mp__object_made(row[i], MP__TYPE_BLOCK);
        }
    }
    mp__object_drop(row[1]);
}

static void free_row(void)
{
    mp__object_drop(row[0]);
    mp__object_drop(row[3]);
    mp__object_drop(row[2]);
    mp__object_drop(row[4]);
}

static void make_in_row(void)
{
    (void) mp__object_new(&row[1], MP__UNIT);
    mp__object_drop(row[1]);
}

// ---- holding ----

static void make_object(void)
{
    mp_lock_t *lock = NULL;

    (void) mp_lock_create(&lock);
    object = &lock->head;
    reference = mp__object_reference(object);
}

static void make_large_object(void)
{
    if (mp__object_new(&object, BLOCK_SIZE) == 0) {
        mp__object_made(object, MP__TYPE_BLOCK);
        reference = mp__object_reference(object);
    }
}

static void open_object(void)
{
    mp__object_t *opened = NULL;

    (void) mp__object_open(&reference, MP__TYPE_NONE, &opened);
}

static void drop_object(void)
{
    mp__object_drop(object);
}

static void open_and_drop(void)
{
    open_object();
    drop_object();
}

static const char *is_still_there(void)
{
    mp__object_t *opened = NULL;

    if (mp__object_open(&reference, MP__TYPE_NONE, &opened) < 0) {
        return "the object is gone";
    }
    mp__object_drop(opened);
    return NULL;
}

// In the victim this process's hold is the only one.
static void make_theirs(void)
{
    make_object();
}

const step_op_t step_memory_ops[] = {
    {.name = "makes and destroys a lock",
     .prepare = make_and_destroy,
     .run = make_and_destroy,
     .check = others_allocate},
    {.name = "makes its first lock, in a new slab",
     .run = make_and_destroy,
     .check = others_allocate},
    {.name = "makes and frees a large block",
     .setup = choose_block,
     .run = make_block,
     .check = others_allocate},
    {.name = "makes a block that memory must grow for",
     .setup = choose_larger_block,
     .run = make_block,
     .check = others_allocate,
     .alone = true},
    {.name = "dies with blocks beside free memory",
     .prepare = make_row,
     .run = make_in_row,
     .check = others_allocate},
    {.name = "frees blocks beside free memory",
     .prepare = make_row,
     .run = free_row,
     .check = others_allocate},
    {.name = "opens another's object and lets go of it",
     .setup = make_object,
     .run = open_and_drop,
     .check = is_still_there,
     .clear = drop_object},
    {.name = "lets go last of another's object",
     .setup = make_theirs,
     .prepare = open_object,
     .before = drop_object,
     .run = drop_object},
    {.name = "lets go last of another's block",
     .setup = make_large_object,
     .prepare = open_object,
     .before = drop_object,
     .run = drop_object},
};
const size_t step_memory_count = STEP_COUNT(step_memory_ops);
