// SPDX-License-Identifier: Apache-2.0
#include "core/repr_text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

// What is not printed above ASCII: controls, formats, halves of pairs, private
// characters and separators.
static const struct range {
    uint32_t first;
    uint32_t last;
} hidden[] = {
    {0x7F, 0xA0},       {0xAD, 0xAD},       {0x600, 0x605},
    {0x61C, 0x61C},     {0x6DD, 0x6DD},     {0x70F, 0x70F},
    {0x890, 0x891},     {0x8E2, 0x8E2},     {0x1680, 0x1680},
    {0x180E, 0x180E},   {0x2000, 0x200F},   {0x2028, 0x202F},
    {0x205F, 0x2064},   {0x2066, 0x206F},   {0x3000, 0x3000},
    {0xD800, 0xF8FF},   {0xFEFF, 0xFEFF},   {0xFFF9, 0xFFFB},
    {0x110BD, 0x110BD}, {0x110CD, 0x110CD}, {0x13430, 0x13438},
    {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0001, 0xE0001},
    {0xE0020, 0xE007F}, {0xF0000, 0xFFFFD}, {0x100000, 0x10FFFD},
};

static bool is_hidden(uint32_t character)
{
    size_t low = 0;
    size_t high = sizeof(hidden) / sizeof(hidden[0]);

    while (low < high) {
        size_t middle = (low + high) / 2;
        if (character > hidden[middle].last) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < sizeof(hidden) / sizeof(hidden[0]) &&
           character >= hidden[low].first;
}

// The texts are checked when they come in.
static uint32_t character_at(const unsigned char *bytes, size_t *length)
{
    if (bytes[0] < 0x80) {
        *length = 1;
        return bytes[0];
    }
    *length = bytes[0] < 0xE0 ? 2 : (bytes[0] < 0xF0 ? 3 : 4);
    uint32_t value = bytes[0] & (0x7FU >> *length);
    for (size_t i = 1; i < *length; i++) {
        value = value << 6 | (bytes[i] & 0x3FU);
    }
    return value;
}

static int write_number(mp__writer_t *out, uint32_t character)
{
    char text[16];
    const char *format = character < 0x100     ? "\\x%02x"
                         : character < 0x10000 ? "\\u%04x"
                                               : "\\U%08x";

#ifdef __GNUC__
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#endif
    int length = snprintf(text, sizeof(text), format, (unsigned) character);
#ifdef __GNUC__
#pragma GCC diagnostic pop
#endif
    return mp__write(out, text, (size_t) length);
}

static int write_ascii(mp__writer_t *out, unsigned char character, char quote)
{
    char escaped[2] = {'\\', (char) character};

    switch (character) {
    case '\n':
        escaped[1] = 'n';
        break;
    case '\r':
        escaped[1] = 'r';
        break;
    case '\t':
        escaped[1] = 't';
        break;
    case '\\':
        break;
    default:
        if (character < 0x20 || character == 0x7F) {
            return write_number(out, character);
        }
        if ((char) character != quote) {
            return mp__write_byte(out, character);
        }
    }
    return mp__write(out, escaped, sizeof(escaped));
}

// A text with an apostrophe and no quotation mark stands between the latter.
static char quote_for(const void *bytes, size_t size)
{
    return memchr(bytes, '\'', size) != NULL && memchr(bytes, '"', size) == NULL
               ? '"'
               : '\'';
}

static int write_inside(mp__writer_t *out, const unsigned char *bytes,
                        size_t size, char quote)
{
    size_t length = 0;
    int r = 0;

    for (size_t i = 0; r == 0 && i < size; i += length) {
        uint32_t character = character_at(bytes + i, &length);
        if (length == 1) {
            r = write_ascii(out, bytes[i], quote);
        } else if (is_hidden(character)) {
            r = write_number(out, character);
        } else {
            r = mp__write(out, bytes + i, length);
        }
    }
    return r;
}

int mp__repr_plain(mp__writer_t *out, const char *text, size_t size)
{
    return write_inside(out, (const unsigned char *) text, size, '\0');
}

int mp__repr_text(mp__writer_t *out, const char *text, size_t size)
{
    char quote = quote_for(text, size);

    int r = mp__write_byte(out, (unsigned char) quote);
    if (r == 0) {
        r = write_inside(out, (const unsigned char *) text, size, quote);
    }
    return r < 0 ? r : mp__write_byte(out, (unsigned char) quote);
}

int mp__repr_bytes(mp__writer_t *out, const void *bytes, size_t size,
                   bool array)
{
    const unsigned char *at = bytes;
    char quote = quote_for(bytes, size);
    const char start[2] = {'b', quote};
    char escaped = quote;

    if (array) {
        escaped = '\'';
    }
    int r = mp__write(out, start, sizeof(start));
    for (size_t i = 0; r == 0 && i < size; i++) {
        r = at[i] < 0x80 ? write_ascii(out, at[i], escaped)
                         : write_number(out, at[i]);
    }
    return r < 0 ? r : mp__write_byte(out, (unsigned char) quote);
}
