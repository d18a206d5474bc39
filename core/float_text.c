// SPDX-License-Identifier: Apache-2.0
#include "core/float_text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Every double needs at most 17 digits, and every decimal number of 15 is kept
// by a double that has all its bits.
#define DIGITS_MOST 17
#define DIGITS_KEPT 15

typedef struct decimal {
    char digits[DIGITS_MOST + 1];
    int count;
    int exponent; // of the first digit
} decimal_t;

// The locale decides what stands behind the first digit.
static void take(decimal_t *decimal, const char *text)
{
    decimal->count = 0;
    for (; *text != 'e' && *text != 'E'; text++) {
        if (*text >= '0' && *text <= '9' && decimal->count < DIGITS_MOST) {
            decimal->digits[decimal->count++] = *text;
        }
    }
    decimal->exponent = (int) strtol(text + 1, NULL, 10);
    while (decimal->count > 1 && decimal->digits[decimal->count - 1] == '0') {
        decimal->count--;
    }
}

// At a power of 2 the doubles below lie closer than those above: of all
// numbers with so many digits, the nearest may be read as another double, and
// the one above it as this.
static bool take_above(decimal_t *decimal, char *text, double number)
{
    char *digit = strpbrk(text, "eE");

    while (digit > text) {
        digit--;
        if (*digit >= '0' && *digit < '9') {
            ++*digit;
            if (strtod(text, NULL) != number) {
                return false;
            }
            take(decimal, text);
            return true;
        }
        if (*digit == '9') {
            *digit = '0';
        }
    }
    return false;
}

static bool try_digits(decimal_t *decimal, double number, int count)
{
    char text[48];

    (void) snprintf(text, sizeof(text), "%.*e", count - 1, number);
    if (strtod(text, NULL) == number) {
        take(decimal, text);
        return true;
    }
    return count < DIGITS_MOST && take_above(decimal, text, number);
}

// One that has lost bits, near 0, may need fewer digits than those that are
// kept, or other ones.
static bool is_normal(double number)
{
    return number >= 2.2250738585072014e-308;
}

static void shorten(decimal_t *decimal, double number)
{
    int count = is_normal(number) ? DIGITS_KEPT : 1;

    while (!try_digits(decimal, number, count) && count < DIGITS_MOST) {
        count++;
    }
}

// ---- layout ----

static char *put(char *at, const char *bytes, int count)
{
    memcpy(at, bytes, (size_t) count);
    return at + count;
}

static char *put_zeros(char *at, int count)
{
    memset(at, '0', (size_t) count);
    return at + count;
}

static char *put_scientific(char *at, const decimal_t *decimal)
{
    int exponent = decimal->exponent;

    *at++ = decimal->digits[0];
    if (decimal->count > 1) {
        *at++ = '.';
        at = put(at, decimal->digits + 1, decimal->count - 1);
    }
    *at++ = 'e';
    *at++ = exponent < 0 ? '-' : '+';
    exponent = abs(exponent);
    if (exponent >= 100) {
        *at++ = (char) ('0' + exponent / 100);
    }
    *at++ = (char) ('0' + exponent / 10 % 10);
    *at++ = (char) ('0' + exponent % 10);
    return at;
}

static char *put_plain(char *at, const decimal_t *decimal)
{
    int before = decimal->exponent + 1; // digits before the point

    if (before <= 0) {
        at = put(at, "0.", 2);
        at = put_zeros(at, -before);
        return put(at, decimal->digits, decimal->count);
    }
    if (before >= decimal->count) {
        at = put(at, decimal->digits, decimal->count);
        at = put_zeros(at, before - decimal->count);
        return put(at, ".0", 2);
    }
    at = put(at, decimal->digits, before);
    *at++ = '.';
    return put(at, decimal->digits + before, decimal->count - before);
}

void mp__float_text(double number, char text[MP__FLOAT_TEXT_SIZE])
{
    decimal_t decimal = {"0", 1, 0};
    char *at = text;

    if (number != number) { // see any_number.c
        memcpy(text, "nan", 4);
        return;
    }
    uint64_t bits = 0;
    memcpy(&bits, &number, sizeof(bits));
    if (bits >> 63 != 0) {
        *at++ = '-';
        number = -number;
    }
    if (number - number != 0) {
        memcpy(at, "inf", 4);
        return;
    }
    if (number != 0) {
        shorten(&decimal, number);
    }
    bool plain = decimal.exponent >= -4 && decimal.exponent < 16;
    at = plain ? put_plain(at, &decimal) : put_scientific(at, &decimal);
    *at = '\0';
}
