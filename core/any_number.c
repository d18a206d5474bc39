// SPDX-License-Identifier: Apache-2.0
// Numbers of different types next to each other, by their exact value. MinGW's
// isnan() and its like warn of a conversion of their own, so a NaN is what is
// not equal to itself, and what is not finite minus itself is not 0.
#include "core/any.h"

#include <math.h>
#include <string.h>

#define TWO_63 9223372036854775808.0

// ---- between doubles and bytes ----

static void negate(unsigned char *bytes, size_t size)
{
    unsigned carry = 1;

    for (size_t i = 0; i < size; i++) {
        carry += (unsigned char) ~bytes[i];
        bytes[i] = (unsigned char) carry;
        carry >>= 8;
    }
}

// What a double that is finite is: sign, 53 bits, and the power of 2 they are
// multiplied with.
static uint64_t take_apart(double number, int *exponent)
{
    uint64_t bits = 0;

    memcpy(&bits, &number, sizeof(bits));
    int power = (int) (bits >> 52 & 0x7FF);
    uint64_t fraction = bits & ((UINT64_C(1) << 52) - 1);
    *exponent = (power == 0 ? 1 : power) - 1075;
    return power == 0 ? fraction : fraction | UINT64_C(1) << 52;
}

bool mp__any_double_bytes(double number, unsigned char bytes[136], size_t *size)
{
    int shift = 0;

    if (number - number != 0) { // infinite, or a NaN
        return false;
    }
    uint64_t bits = take_apart(number, &shift);
    for (; shift < 0 && bits != 0; shift++) {
        if ((bits & 1) != 0) {
            return false; // it has a fraction
        }
        bits >>= 1;
    }
    memset(bytes, 0, 136);
    size_t at = shift < 0 ? 0 : (size_t) shift / 8;
    unsigned rest = shift < 0 ? 0 : (unsigned) shift % 8;
    for (size_t i = 0; i < 8; i++) {
        unsigned part = (unsigned) (bits >> (8 * i) & 0xFF) << rest;
        bytes[at + i] = (unsigned char) (bytes[at + i] | (part & 0xFF));
        bytes[at + i + 1] = (unsigned char) (bytes[at + i + 1] | part >> 8);
    }
    if (number < 0) {
        negate(bytes, 136);
    }
    *size = mp__any_int_trim(bytes, 136);
    return true;
}

// 2 to a power between 0 and 1023.
static double power_of_2(unsigned power)
{
    uint64_t bits = (uint64_t) (power + 1023) << 52;
    double number = 0;

    memcpy(&number, &bits, sizeof(number));
    return number;
}

// Rounded once: of all below the highest 64 bits only whether there is
// anything is told, by the lowest of them.
static double unsigned_double(const unsigned char *bytes, size_t size)
{
    uint64_t bits = 0;

    while (size > 0 && bytes[size - 1] == 0) {
        size--;
    }
    size_t below = size > 8 ? size - 8 : 0;
    for (size_t i = size; i > below; i--) {
        bits = bits << 8 | bytes[i - 1];
    }
    for (size_t i = 0; i < below; i++) {
        bits |= bytes[i] != 0;
    }
    return below > 120 ? HUGE_VAL
                       : (double) bits * power_of_2(8 * (unsigned) below);
}

double mp__any_big_double(const unsigned char *bytes, size_t size)
{
    unsigned char copy[136];
    bool negative = (bytes[size - 1] & 0x80) != 0;

    if (size > sizeof(copy)) {
        return negative ? -HUGE_VAL : HUGE_VAL;
    }
    memcpy(copy, bytes, size);
    if (negative) {
        negate(copy, size);
    }
    double number = unsigned_double(copy, size);
    return negative ? -number : number;
}

// ---- order ----

static int sign_of(const unsigned char *bytes, size_t size)
{
    return (bytes[size - 1] & 0x80) != 0 ? -1 : 1;
}

static int compare_bytes(const unsigned char *a, size_t a_size,
                         const unsigned char *b, size_t b_size)
{
    int sign = sign_of(a, a_size);

    if (sign != sign_of(b, b_size)) {
        return sign;
    }
    if (a_size != b_size) {
        return a_size > b_size ? sign : -sign;
    }
    for (size_t i = a_size; i > 0; i--) {
        if (a[i - 1] != b[i - 1]) {
            return a[i - 1] > b[i - 1] ? 1 : -1;
        }
    }
    return 0;
}

static int compare_doubles(double a, double b)
{
    if (a != a || b != b) {
        return 2;
    }
    return (a > b) - (a < b);
}

static int compare_small(int64_t a, double b)
{
    if (b != b) {
        return 2;
    }
    if (b >= TWO_63 || b < -TWO_63) {
        return b > 0 ? -1 : 1;
    }
    int64_t whole = (int64_t) b;
    if (a != whole) {
        return a > whole ? 1 : -1;
    }
    double rest = b - (double) whole;
    return (rest < 0) - (rest > 0);
}

// An integer that needs more than 64 bits: what has a fraction is smaller.
static int compare_big(const mp__any_big_t *a, double b)
{
    unsigned char bytes[136];
    size_t size = 0;

    if (b != b) {
        return 2;
    }
    if (!mp__any_double_bytes(b, bytes, &size)) {
        return b - b != 0 ? (b > 0 ? -1 : 1) : sign_of(a->bytes, a->size);
    }
    return compare_bytes(a->bytes, a->size, bytes, size);
}

static int compare_with_double(const mp_any_t *a, double b)
{
    if (a->type == MP_ANY_FLOAT) {
        return compare_doubles(mp__any_as_float(a)->value, b);
    }
    return a->kind != 0 ? compare_big(mp__any_as_big(a), b)
                        : compare_small(mp__any_as_int(a)->value, b);
}

int mp__any_number_compare(const mp_any_t *a, const mp_any_t *b)
{
    unsigned char a_small[8];
    unsigned char b_small[8];
    size_t a_size = 0;
    size_t b_size = 0;

    if (b->type == MP_ANY_FLOAT) {
        return compare_with_double(a, mp__any_as_float(b)->value);
    }
    if (a->type == MP_ANY_FLOAT) {
        int order = compare_with_double(b, mp__any_as_float(a)->value);
        return order == 2 ? 2 : -order;
    }
    if (a->kind == 0 && b->kind == 0) {
        int64_t left = mp__any_as_int(a)->value;
        int64_t right = mp__any_as_int(b)->value;
        return (left > right) - (left < right);
    }
    const unsigned char *left = mp__any_int_data(a, a_small, &a_size);
    const unsigned char *right = mp__any_int_data(b, b_small, &b_size);
    return compare_bytes(left, a_size, right, b_size);
}
