// SPDX-License-Identifier: Apache-2.0
// What a pickle is written with.
#ifndef MP_CORE_PICKLE_WRITER_H
#define MP_CORE_PICKLE_WRITER_H

#include "core/pickle.h"
#include "core/pickle_memo.h"
#include "core/text_writer.h"

typedef struct mp__place {
    const mp_any_t *value;
    size_t next; // which of its parts
    size_t item; // of a step of an object
} mp__place_t;

typedef struct mp__picker {
    mp__writer_t out;
    mp__memo_t memo;
    mp__place_t *places;    // at first on the stack of the thread
    mp__place_t *allocated; // then these
    size_t depth;
    size_t room;
    size_t items;
    mp_pickle_options_t limits;
    mp__transits_t *transits; // NULL: it goes outside of this family
} mp__picker_t;

static inline int mp__put_code(mp__picker_t *writer, unsigned code)
{
    return mp__write_byte(&writer->out, (unsigned char) code);
}

// Of a width that the compiler knows.
static inline int mp__put_number(mp__picker_t *writer, unsigned code,
                                 uint64_t number, size_t width)
{
    int r = mp__writer_reserve(&writer->out, width + 1);
    if (r < 0) {
        return r;
    }
    unsigned char *at = writer->out.bytes + writer->out.size;
    *at++ = (unsigned char) code;
    for (size_t i = 0; i < width; i++) {
        at[i] = (unsigned char) (number >> (8 * i));
    }
    writer->out.size += width + 1;
    return 0;
}
int mp__put_leaf(mp__picker_t *writer, const mp_any_t *value);

// Whether the value may be met once more, and so is worth a number: what may
// contain itself can be met twice by way of a tuple that it is in.
static inline bool mp__may_come_again(const mp_any_t *value)
{
    return atomic_load_explicit(&value->count, memory_order_relaxed) > 1 ||
           mp__any_is_flagged(value, MP__ANY_CYCLIC);
}

// Gives it one.
int mp__remember_it(mp__picker_t *writer, const mp_any_t *value);
// 1: it was written before, and now is again.
int mp__repeat_it(mp__picker_t *writer, const mp_any_t *value);

// The same of a value that may never come again.
static inline int mp__remember(mp__picker_t *writer, const mp_any_t *value)
{
    return mp__may_come_again(value) ? mp__remember_it(writer, value) : 0;
}

static inline int mp__repeat(mp__picker_t *writer, const mp_any_t *value)
{
    return mp__may_come_again(value) ? mp__repeat_it(writer, value) : 0;
}

#endif
