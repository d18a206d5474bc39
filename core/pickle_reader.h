// SPDX-License-Identifier: Apache-2.0
// What a pickle is read with: pickle's own machine, with a stack, marks in it,
// and a memo of what it may refer to again.
#ifndef MP_CORE_PICKLE_READER_H
#define MP_CORE_PICKLE_READER_H

#include "core/any_slab.h"
#include "core/pickle.h"

// A row of values that grows, from a place on the stack of its thread that is
// enough for most messages.
typedef struct mp__row {
    mp_any_t **items;
    size_t count;
    size_t room;
    bool allocated;
} mp__row_t;

typedef struct mp__reader {
    const unsigned char *start;
    const unsigned char *at;
    const unsigned char *end;
    mp__row_t stack;
    mp__row_t memo;
    mp__row_t odd;   // tables that are to be chained
    mp_any_t *trash; // groups that are thrown away, linked by `next`
    size_t *marks;
    size_t mark_count;
    size_t mark_room;
    bool marks_allocated;
    size_t base; // where the stack begins, behind the last mark
    size_t items;
    mp__any_slabs_t slabs;
    mp_pickle_options_t limits;
    bool family;
    bool looped; // something may contain itself
    bool stopped;
} mp__reader_t;

int mp__reader_damaged(const mp__reader_t *reader, const char *what);
int mp__row_grow(mp__row_t *row);

// Pushes a new value, whose reference it takes over; NULL: no memory.
int mp__reader_push_slowly(mp__reader_t *reader, mp_any_t *value);
static inline int mp__reader_push(mp__reader_t *reader, mp_any_t *value)
{
    mp__row_t *stack = &reader->stack;

    if (value == NULL || stack->count == stack->room ||
        reader->items >= reader->limits.max_items) {
        return mp__reader_push_slowly(reader, value);
    }
    reader->items++;
    stack->items[stack->count++] = value;
    return 0;
}

// Of `count` things of this size the first place moves to one that is twice as
// large. NULL: no memory, recorded.
void *mp__reader_move(void *old, bool *allocated, size_t count, size_t size);
// Remembers the top value under the next number if that needs no memory and no
// refusal. False: nothing is done.
static inline bool mp__reader_memoize(mp__reader_t *reader)
{
    mp__row_t *memo = &reader->memo;

    if (memo->count == memo->room || reader->stack.count == reader->base ||
        memo->count >= reader->limits.max_memo ||
        memo->count > (size_t) (reader->at - reader->start)) {
        return false;
    }
    memo->items[memo->count++] =
        mp__any_ref_own(reader->stack.items[reader->stack.count - 1]);
    return true;
}

int mp__reader_mark(mp__reader_t *reader);
// Goes back to the last mark: how many values there are above it, from *first.
int mp__reader_unmark(mp__reader_t *reader, size_t *first);
// The top value, with its reference; NULL if there is none above the mark.
mp_any_t *mp__reader_pop(mp__reader_t *reader);
void mp__reader_drop(mp__reader_t *reader, size_t first);
// Gives a reference back. A group may contain itself without a flag yet, so it
// is kept until the end. NULL is fine.
void mp__reader_throw(mp__reader_t *reader, mp_any_t *value);
// `part` goes into `whole`, which is not deeper than the limit then.
int mp__reader_nest_group(mp__reader_t *reader, mp_any_t *whole,
                          mp_any_t *part);
static inline int mp__reader_nest(mp__reader_t *reader, mp_any_t *whole,
                                  mp_any_t *part)
{
    return mp__any_is_group(part) ? mp__reader_nest_group(reader, whole, part)
                                  : 0;
}
// `whole` is changed after it was made.
static inline void mp__reader_change(mp__reader_t *reader,
                                     const mp_any_t *whole)
{
    reader->looped =
        reader->looped || mp__any_is_flagged(whole, MP__ANY_GOTTEN);
}

// After the last operation, which returned `r`; then everything but the result
// is released.
int mp__reader_finish(mp__reader_t *reader, int r);
void mp__reader_end(mp__reader_t *reader);

// What every operation is; see pickle_read.c.
typedef int mp__operation_t(mp__reader_t *reader, unsigned char code);
mp__operation_t mp__read_object;  // REDUCE, NEWOBJ, NEWOBJ_EX
mp__operation_t mp__read_global;  // GLOBAL, STACK_GLOBAL
mp__operation_t mp__read_build;   // BUILD
mp__operation_t mp__read_append;  // APPEND, APPENDS, ADDITEMS
mp__operation_t mp__read_setitem; // SETITEM, SETITEMS
mp__operation_t mp__read_frozenset;
mp__operation_t mp__read_tuple;
mp__operation_t mp__read_two;  // BININT2
mp__operation_t mp__read_four; // BININT
mp__operation_t mp__read_long; // LONG1, LONG4
mp__operation_t mp__read_float;
mp__operation_t mp__read_byte; // BININT1
mp__operation_t mp__read_data; // text and bytes
mp__operation_t mp__read_text; // SHORT_BINUNICODE
mp__operation_t mp__read_memoize;

int mp__reader_put(mp__reader_t *reader, mp_any_t *table, mp_any_t *key,
                   mp_any_t *item);

// The next bytes, or NULL: there are fewer.
static inline const unsigned char *mp__reader_take(mp__reader_t *reader,
                                                   size_t size)
{
    const unsigned char *at = reader->at;
    if (size > (size_t) (reader->end - at)) {
        return NULL;
    }
    reader->at += size;
    return at;
}

static inline uint64_t mp__little(const unsigned char *bytes, size_t size)
{
    uint64_t number = 0;
    for (size_t i = size; i > 0; i--) {
        number = number << 8 | bytes[i - 1];
    }
    return number;
}

#endif
