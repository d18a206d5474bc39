// SPDX-License-Identifier: Apache-2.0
// Integers: 64 bits in the node, or as many bytes as they need.
#include "core/any.h"

#include <stdlib.h>
#include <string.h>

#define LEAF 1000000000U // decimal digits are handled nine at a time
#define LEAF_DIGITS 9

// ---- bytes ----

// How many bytes are needed: the rest only repeats the sign.
size_t mp__any_int_trim(const unsigned char *bytes, size_t size)
{
    while (size > 1) {
        unsigned char sign = (bytes[size - 2] & 0x80) != 0 ? 0xFF : 0;
        if (bytes[size - 1] != sign) {
            break;
        }
        size--;
    }
    return size;
}

static int64_t small_from(const unsigned char *bytes, size_t size)
{
    uint64_t bits = size > 0 && (bytes[size - 1] & 0x80) != 0 ? UINT64_MAX : 0;

    for (size_t i = size; i > 0; i--) {
        bits = bits << 8 | bytes[i - 1];
    }
    return (int64_t) bits;
}

mp_any_t *mp__any_new_big(const unsigned char *bytes, size_t size)
{
    size = mp__any_int_trim(bytes, size);
    if (size <= sizeof(int64_t)) {
        return mp__any_new_int(small_from(bytes, size));
    }
    mp_any_t *node = mp__any_leaf(MP_ANY_INT, sizeof(mp__any_big_t) + size);
    if (node != NULL) {
        node->kind = 1;
        mp__any_as_big(node)->size = size;
        memcpy(mp__any_as_big(node)->bytes, bytes, size);
    }
    return node;
}

const unsigned char *mp__any_int_data(const mp_any_t *value,
                                      unsigned char *small, size_t *size)
{
    if (value->kind != 0) {
        *size = mp__any_as_big(value)->size;
        return mp__any_as_big(value)->bytes;
    }
    uint64_t bits = (uint64_t) mp__any_as_int(value)->value;
    for (size_t i = 0; i < sizeof(int64_t); i++) {
        small[i] = (unsigned char) (bits >> (8 * i));
    }
    *size = mp__any_int_trim(small, sizeof(int64_t));
    return small;
}

int mp_any_int_bytes(mp_any_t **out, const void *bytes, size_t size)
{
    if (out == NULL) {
        return mp__any_no_place();
    }
    *out = NULL;
    if ((bytes == NULL && size > 0) || size > SIZE_MAX / 2) {
        return mp__fail(MP_EINVAL, 0, "an integer of %zu bytes at NULL", size);
    }
    *out = mp__any_new_big(bytes, size);
    return *out == NULL ? mp__any_out_of_memory() : 0;
}

int mp_any_uint(mp_any_t **out, uint64_t integer)
{
    unsigned char bytes[9] = {0};

    for (size_t i = 0; i < 8; i++) {
        bytes[i] = (unsigned char) (integer >> (8 * i));
    }
    return mp_any_int_bytes(out, bytes, sizeof(bytes));
}

// ---- reading ----

static int too_large(void)
{
    return mp__fail(MP_ERANGE, 0, "the integer does not fit");
}

int mp_any_get_int(const mp_any_t *value, int64_t *out)
{
    if (out == NULL) {
        return mp__any_no_place();
    }
    if (!mp__any_is(value, MP_ANY_INT)) {
        return mp__any_wrong_type(value, "an int");
    }
    if (value->kind != 0) {
        return too_large();
    }
    *out = mp__any_as_int(value)->value;
    return 0;
}

int mp_any_get_uint(const mp_any_t *value, uint64_t *out)
{
    if (out == NULL) {
        return mp__any_no_place();
    }
    if (!mp__any_is(value, MP_ANY_INT)) {
        return mp__any_wrong_type(value, "an int");
    }
    if (value->kind == 0) {
        int64_t integer = mp__any_as_int(value)->value;
        if (integer < 0) {
            return too_large();
        }
        *out = (uint64_t) integer;
        return 0;
    }
    const mp__any_big_t *big = mp__any_as_big(value);
    if (big->size != 9 || big->bytes[8] != 0) {
        return too_large();
    }
    *out = (uint64_t) small_from(big->bytes, 8);
    return 0;
}

int mp_any_get_float(const mp_any_t *value, double *out)
{
    if (out == NULL) {
        return mp__any_no_place();
    }
    if (mp__any_is(value, MP_ANY_FLOAT)) {
        *out = mp__any_as_float(value)->value;
        return 0;
    }
    if (!mp__any_is(value, MP_ANY_INT)) {
        return mp__any_wrong_type(value, "a float");
    }
    if (value->kind == 0) {
        *out = (double) mp__any_as_int(value)->value;
        return 0;
    }
    const mp__any_big_t *big = mp__any_as_big(value);
    double number = mp__any_big_double(big->bytes, big->size);
    if (number - number != 0) { // infinite
        return too_large();
    }
    *out = number;
    return 0;
}

int mp_any_get_int_bytes(const mp_any_t *value, void *bytes, size_t size,
                         size_t *length)
{
    unsigned char small[sizeof(int64_t)];
    size_t needed = 0;

    if (bytes == NULL && size > 0) {
        return mp__any_no_place();
    }
    if (!mp__any_is(value, MP_ANY_INT)) {
        return mp__any_wrong_type(value, "an int");
    }
    const unsigned char *data = mp__any_int_data(value, small, &needed);
    if (length != NULL) {
        *length = needed;
    }
    if (bytes == NULL || needed > size) {
        return mp__fail(MP_EMSGSIZE, 0, "the integer needs %zu bytes", needed);
    }
    memcpy(bytes, data, needed);
    memset((unsigned char *) bytes + needed,
           (data[needed - 1] & 0x80) != 0 ? 0xFF : 0, size - needed);
    return 0;
}

// ---- decimal digits ----

static void negate(uint32_t *words, size_t count)
{
    uint64_t carry = 1;

    for (size_t i = 0; i < count; i++) {
        carry += (uint32_t) ~words[i];
        words[i] = (uint32_t) carry;
        carry >>= 32;
    }
}

static void multiply_add(uint32_t *words, size_t count, uint32_t by,
                         uint32_t plus)
{
    uint64_t carry = plus;

    for (size_t i = 0; i < count; i++) {
        carry += (uint64_t) words[i] * by;
        words[i] = (uint32_t) carry;
        carry >>= 32;
    }
}

static void read_digits(uint32_t *words, size_t count, const char *digits)
{
    while (*digits != '\0') {
        uint32_t by = 1;
        uint32_t plus = 0;
        for (; by < LEAF && *digits != '\0'; digits++) {
            by *= 10;
            plus = plus * 10 + (uint32_t) (*digits - '0');
        }
        multiply_add(words, count, by, plus);
    }
}

static mp_any_t *from_words(const uint32_t *words, size_t count)
{
    unsigned char bytes[MP__ANY_DIGITS / 2 + 8];

    for (size_t i = 0; i < 4 * count; i++) {
        bytes[i] = (unsigned char) (words[i / 4] >> (8 * (i % 4)));
    }
    return mp__any_new_big(bytes, 4 * count);
}

int mp_any_int_text(mp_any_t **out, const char *digits)
{
    uint32_t words[MP__ANY_DIGITS / LEAF_DIGITS + 2] = {0};

    if (out == NULL) {
        return mp__any_no_place();
    }
    *out = NULL;
    bool negative = digits != NULL && digits[0] == '-';
    const char *at = digits;
    if (at != NULL && (*at == '-' || *at == '+')) {
        at++;
    }
    size_t length = at == NULL ? 0 : strspn(at, "0123456789");
    if (length == 0 || at[length] != '\0') {
        return mp__fail(MP_EINVAL, 0, "no integer in decimal digits");
    }
    if (length > MP__ANY_DIGITS) {
        return mp__fail(MP_EMSGSIZE, 0,
                        "an integer of %zu digits; at most %d are converted",
                        length, MP__ANY_DIGITS);
    }
    size_t count = length / LEAF_DIGITS + 2; // nine digits need less than 32
    read_digits(words, count, at);
    if (negative) {
        negate(words, count);
    }
    *out = from_words(words, count);
    return *out == NULL ? mp__any_out_of_memory() : 0;
}

// Nine digits, from the end of the text backwards.
static uint32_t divide(uint32_t *words, size_t count)
{
    uint64_t rest = 0;

    for (size_t i = count; i > 0; i--) {
        rest = rest << 32 | words[i - 1];
        words[i - 1] = (uint32_t) (rest / LEAF);
        rest %= LEAF;
    }
    return (uint32_t) rest;
}

static char *write_digits(uint32_t *words, size_t count, bool negative,
                          char *end)
{
    while (count > 0) {
        uint32_t nine = divide(words, count);
        while (count > 0 && words[count - 1] == 0) {
            count--;
        }
        for (int i = 0; count > 0 ? i < LEAF_DIGITS : nine > 0; i++) {
            *--end = (char) ('0' + nine % 10);
            nine /= 10;
        }
    }
    if (negative) {
        *--end = '-';
    }
    return end;
}

// More bytes than the limit of digits can have; the exact check comes last.
#define BYTES_MOST (MP__ANY_DIGITS * 2 / 4)

char *mp__any_big_text(const unsigned char *bytes, size_t size, int *why)
{
    uint32_t words[BYTES_MOST / 4 + 1];
    char digits[BYTES_MOST * 3];
    bool negative = (bytes[size - 1] & 0x80) != 0;
    size_t count = size / 4 + 1;

    *why = mp__fail(MP_EMSGSIZE, 0,
                    "an integer of %zu bytes; at most %d digits are converted",
                    size, MP__ANY_DIGITS);
    if (size > BYTES_MOST) {
        return NULL;
    }
    memset(words, negative ? 0xFF : 0, count * sizeof(words[0]));
    for (size_t i = 0; i < size; i++) {
        words[i / 4] &= ~((uint32_t) 0xFF << (8 * (i % 4)));
        words[i / 4] |= (uint32_t) bytes[i] << (8 * (i % 4));
    }
    if (negative) {
        negate(words, count);
    }
    char *end = digits + sizeof(digits);
    const char *first = write_digits(words, count, negative, end);
    size_t length = (size_t) (end - first);
    if (length - (negative ? 1 : 0) > MP__ANY_DIGITS) {
        return NULL;
    }
    char *text = malloc(length + 1);
    if (text == NULL) {
        *why = mp__any_out_of_memory();
        return NULL;
    }
    memcpy(text, first, length);
    text[length] = '\0';
    return text;
}
