// SPDX-License-Identifier: Apache-2.0
// C types that are known by their typecode, and items of them in memory. An
// item is read and written at once, by 64 bits that hold it, whoever else does
// the same at the time.
#ifndef MP_CORE_TYPED_H
#define MP_CORE_TYPED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum mp__number {
    MP__NUMBER_NONE,
    MP__NUMBER_BOOL,
    MP__NUMBER_SIGNED,
    MP__NUMBER_UNSIGNED,
    MP__NUMBER_FLOAT
} mp__number_t;

// What is known of a type: `kind` and `size`. MP_EINVAL: there is none such.
typedef struct mp__shape {
    uint8_t type; // the typecode
    uint8_t kind;
    uint32_t size; // of an item, in bytes
} mp__shape_t;

int mp__shape_of(mp__shape_t *shape, int type);
// A type that is only a size. MP_EINVAL: 0, or 4 GiB and more.
int mp__shape_of_struct(mp__shape_t *shape, size_t size);

// The bits of an item, as they lie in memory: its low bytes.
static inline uint64_t mp__item_load(const void *item, uint32_t size)
{
    switch (size) {
    case 1:
        return __atomic_load_n((const uint8_t *) item, __ATOMIC_RELAXED);
    case 2:
        return __atomic_load_n((const uint16_t *) item, __ATOMIC_RELAXED);
    case 4:
        return __atomic_load_n((const uint32_t *) item, __ATOMIC_RELAXED);
    default:
        return __atomic_load_n((const uint64_t *) item, __ATOMIC_RELAXED);
    }
}

static inline void mp__item_store(void *item, uint32_t size, uint64_t bits)
{
    switch (size) {
    case 1:
        __atomic_store_n((uint8_t *) item, (uint8_t) bits, __ATOMIC_RELAXED);
        break;
    case 2:
        __atomic_store_n((uint16_t *) item, (uint16_t) bits, __ATOMIC_RELAXED);
        break;
    case 4:
        __atomic_store_n((uint32_t *) item, (uint32_t) bits, __ATOMIC_RELAXED);
        break;
    default:
        __atomic_store_n((uint64_t *) item, bits, __ATOMIC_RELAXED);
    }
}

// What the bits of an item mean: integers continued to 64 bits.
uint64_t mp__bits_extend(mp__shape_t shape, uint64_t bits);

// 0; MP_ETYPE: a struct, or a float where an integer is wanted; MP_ERANGE.
int mp__bits_to_int(mp__shape_t shape, uint64_t bits, int64_t *out);
int mp__bits_to_uint(mp__shape_t shape, uint64_t bits, uint64_t *out);
int mp__bits_to_float(mp__shape_t shape, uint64_t bits, double *out);

// The bits that a number becomes. Integers are cut off at the type's size, as
// an assignment does in C. MP_ETYPE.
int mp__bits_of_int(mp__shape_t shape, int64_t number, uint64_t *bits);
int mp__bits_of_uint(mp__shape_t shape, uint64_t number, uint64_t *bits);
int mp__bits_of_float(mp__shape_t shape, double number, uint64_t *bits);

#endif
