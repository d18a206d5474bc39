// SPDX-License-Identifier: Apache-2.0
#include "core/typed.h"

#include <multiprocessing/value.h>

#include <string.h>

#include "platform/fail.h"

_Static_assert(sizeof(short) == 2 && sizeof(int) == 4 && sizeof(long long) == 8,
               "the fixed-width names are right");
_Static_assert(sizeof(float) == 4 && sizeof(double) == 8, "floats are IEEE's");

// ---- types ----

static const mp__shape_t shapes[] = {
    {MP_C_BOOL, MP__NUMBER_BOOL, sizeof(bool)},
    {MP_C_CHAR, MP__NUMBER_UNSIGNED, 1},
    {MP_C_SCHAR, MP__NUMBER_SIGNED, 1},
    {MP_C_UCHAR, MP__NUMBER_UNSIGNED, 1},
    {MP_C_SHORT, MP__NUMBER_SIGNED, sizeof(short)},
    {MP_C_USHORT, MP__NUMBER_UNSIGNED, sizeof(short)},
    {MP_C_INT, MP__NUMBER_SIGNED, sizeof(int)},
    {MP_C_UINT, MP__NUMBER_UNSIGNED, sizeof(int)},
    {MP_C_LONG, MP__NUMBER_SIGNED, sizeof(long)},
    {MP_C_ULONG, MP__NUMBER_UNSIGNED, sizeof(long)},
    {MP_C_LLONG, MP__NUMBER_SIGNED, sizeof(long long)},
    {MP_C_ULLONG, MP__NUMBER_UNSIGNED, sizeof(long long)},
    {MP_C_FLOAT, MP__NUMBER_FLOAT, sizeof(float)},
    {MP_C_DOUBLE, MP__NUMBER_FLOAT, sizeof(double)},
    {MP_C_WCHAR, MP__NUMBER_UNSIGNED, sizeof(wchar_t)},
};

int mp__shape_of(mp__shape_t *shape, int type)
{
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        if (shapes[i].type == type) {
            *shape = shapes[i];
            return 0;
        }
    }
    return mp__fail(MP_EINVAL, 0, "there is no C type with the typecode %d",
                    type);
}

int mp__shape_of_struct(mp__shape_t *shape, size_t size)
{
    if (size == 0 || size > UINT32_MAX) {
        return mp__fail(MP_EINVAL, 0, "no item is of %zu bytes", size);
    }
    *shape = (mp__shape_t){MP_C_STRUCT, MP__NUMBER_NONE, (uint32_t) size};
    return 0;
}

// ---- from bits ----

static uint64_t extend_signed(uint64_t bits, uint32_t size)
{
    uint64_t sign = UINT64_C(1) << (size * 8 - 1);
    uint64_t mask = sign | (sign - 1);

    return ((bits & mask) ^ sign) - sign;
}

uint64_t mp__bits_extend(mp__shape_t shape, uint64_t bits)
{
    if (shape.kind == MP__NUMBER_SIGNED) {
        return extend_signed(bits, shape.size);
    }
    return shape.size == 8 ? bits
                           : bits & ((UINT64_C(1) << shape.size * 8) - 1);
}

static int no_integer(mp__shape_t shape)
{
    return mp__fail(MP_ETYPE, 0,
                    shape.kind == MP__NUMBER_NONE
                        ? "a struct is no number: it is read as a whole"
                        : "a float is no integer");
}

static bool is_integer(mp__shape_t shape)
{
    return shape.kind != MP__NUMBER_NONE && shape.kind != MP__NUMBER_FLOAT;
}

int mp__bits_to_int(mp__shape_t shape, uint64_t bits, int64_t *out)
{
    if (!is_integer(shape)) {
        return no_integer(shape);
    }
    uint64_t number = mp__bits_extend(shape, bits);
    if (shape.kind != MP__NUMBER_SIGNED && number > (uint64_t) INT64_MAX) {
        return mp__fail(MP_ERANGE, 0, "the number is above INT64_MAX");
    }
    *out = (int64_t) number;
    return 0;
}

int mp__bits_to_uint(mp__shape_t shape, uint64_t bits, uint64_t *out)
{
    if (!is_integer(shape)) {
        return no_integer(shape);
    }
    uint64_t number = mp__bits_extend(shape, bits);
    if (shape.kind == MP__NUMBER_SIGNED && number > (uint64_t) INT64_MAX) {
        return mp__fail(MP_ERANGE, 0, "the number is negative");
    }
    *out = number;
    return 0;
}

static double float_of(mp__shape_t shape, uint64_t bits)
{
    float single = 0;
    double number = 0;
    uint32_t half = (uint32_t) bits;

    if (shape.size == sizeof(single)) {
        memcpy(&single, &half, sizeof(single));
        return (double) single;
    }
    memcpy(&number, &bits, sizeof(number));
    return number;
}

int mp__bits_to_float(mp__shape_t shape, uint64_t bits, double *out)
{
    if (shape.kind == MP__NUMBER_NONE) {
        return no_integer(shape);
    }
    if (shape.kind == MP__NUMBER_FLOAT) {
        *out = float_of(shape, bits);
    } else if (shape.kind == MP__NUMBER_SIGNED) {
        *out = (double) (int64_t) mp__bits_extend(shape, bits);
    } else {
        *out = (double) mp__bits_extend(shape, bits);
    }
    return 0;
}

// ---- to bits ----

static uint64_t bits_of(mp__shape_t shape, double number)
{
    float single = (float) number;
    uint32_t half = 0;
    uint64_t bits = 0;

    if (shape.size == sizeof(single)) {
        memcpy(&half, &single, sizeof(half));
        return half;
    }
    memcpy(&bits, &number, sizeof(bits));
    return bits;
}

int mp__bits_of_int(mp__shape_t shape, int64_t number, uint64_t *bits)
{
    if (shape.kind == MP__NUMBER_FLOAT) {
        *bits = bits_of(shape, (double) number);
        return 0;
    }
    return mp__bits_of_uint(shape, (uint64_t) number, bits);
}

int mp__bits_of_uint(mp__shape_t shape, uint64_t number, uint64_t *bits)
{
    if (shape.kind == MP__NUMBER_NONE) {
        return no_integer(shape);
    }
    if (shape.kind == MP__NUMBER_FLOAT) {
        *bits = bits_of(shape, (double) number);
    } else {
        *bits = shape.kind == MP__NUMBER_BOOL ? number != 0 : number;
    }
    return 0;
}

int mp__bits_of_float(mp__shape_t shape, double number, uint64_t *bits)
{
    if (shape.kind == MP__NUMBER_NONE) {
        return no_integer(shape);
    }
    if (shape.kind != MP__NUMBER_FLOAT) {
        return mp__fail(MP_ETYPE, 0, "a float cannot become an integer");
    }
    *bits = bits_of(shape, number);
    return 0;
}
