// SPDX-License-Identifier: Apache-2.0
// Reading numbers, texts and bytes.
#include "core/pickle_reader.h"

#include <string.h>

#include "core/utf8.h"

static int too_short(const mp__reader_t *reader)
{
    return mp__reader_damaged(reader, "it ends in the middle of a value");
}

int mp__read_long(mp__reader_t *reader, unsigned char code)
{
    size_t width = code == MP__OP_LONG1 ? 1 : 4;
    const unsigned char *head = mp__reader_take(reader, width);
    if (head == NULL) {
        return too_short(reader);
    }
    size_t size = (size_t) mp__little(head, width);
    if (size > INT32_MAX) {
        return mp__reader_damaged(reader, "an integer has a negative length");
    }
    if (size > reader->limits.max_int_bytes) {
        return mp__fail(MP_EMSGSIZE, 0,
                        "the pickle has an integer of %zu bytes, more than %zu",
                        size, reader->limits.max_int_bytes);
    }
    const unsigned char *bytes = mp__reader_take(reader, size);
    return bytes == NULL
               ? too_short(reader)
               : mp__reader_push(reader, mp__any_new_big(bytes, size));
}

// Written out, which compilers make one instruction of.
static uint64_t big_endian(const unsigned char *bytes)
{
    return (uint64_t) bytes[0] << 56 | (uint64_t) bytes[1] << 48 |
           (uint64_t) bytes[2] << 40 | (uint64_t) bytes[3] << 32 |
           (uint64_t) bytes[4] << 24 | (uint64_t) bytes[5] << 16 |
           (uint64_t) bytes[6] << 8 | (uint64_t) bytes[7];
}

int mp__read_float(mp__reader_t *reader, unsigned char code)
{
    (void) code;
    const unsigned char *bytes = mp__reader_take(reader, 8);
    double number = 0;

    if (bytes == NULL) {
        return too_short(reader);
    }
    uint64_t bits = big_endian(bytes);
    memcpy(&number, &bits, sizeof(number));
    return mp__reader_push(reader, mp__any_slab_float(&reader->slabs, number));
}

int mp__read_byte(mp__reader_t *reader, unsigned char code)
{
    (void) code;
    const unsigned char *byte = mp__reader_take(reader, 1);
    return byte == NULL ? too_short(reader)
                        : mp__reader_push(reader, mp__any_new_int(*byte));
}

int mp__read_two(mp__reader_t *reader, unsigned char code)
{
    (void) code;
    const unsigned char *bytes = mp__reader_take(reader, 2);
    if (bytes == NULL) {
        return too_short(reader);
    }
    int64_t number = (int64_t) mp__little(bytes, 2);
    return mp__reader_push(reader, mp__any_slab_int(&reader->slabs, number));
}

int mp__read_four(mp__reader_t *reader, unsigned char code)
{
    (void) code;
    const unsigned char *bytes = mp__reader_take(reader, 4);
    if (bytes == NULL) {
        return too_short(reader);
    }
    int64_t number = (int64_t) mp__little(bytes, 4);
    if (number > INT32_MAX) {
        number -= INT64_C(1) << 32;
    }
    return mp__reader_push(reader, mp__any_slab_int(&reader->slabs, number));
}

// ---- text and bytes ----

static size_t width_of(unsigned char code)
{
    switch (code) {
    case MP__OP_SHORT_BINBYTES:
        return 1;
    case MP__OP_BINUNICODE:
    case MP__OP_BINBYTES:
        return 4;
    default:
        return 8;
    }
}

#define WORD 8

// Whether the first `size` bytes are ASCII, of eight that may be read.
static inline bool is_ascii(const unsigned char *bytes, size_t size)
{
    static const unsigned char high[2 * WORD] = {0x80, 0x80, 0x80, 0x80,
                                                 0x80, 0x80, 0x80, 0x80};
    uint64_t mask = 0;
    uint64_t word = 0;

    memcpy(&mask, high + WORD - size, sizeof(mask));
    memcpy(&word, bytes, sizeof(word));
    return (word & mask) == 0;
}

// Of less than eight bytes, as most keys have, behind which more follows: all
// eight are copied.
static inline mp_any_t *new_short(mp__reader_t *reader,
                                  const unsigned char *bytes, size_t size)
{
    mp_any_t *node = mp__any_slab_leaf(&reader->slabs, MP_ANY_TEXT,
                                       sizeof(mp__any_text_t) + WORD);
    if (node != NULL) {
        mp__any_text_t *text = mp__any_as_text(node);
        text->size = size;
        atomic_init(&text->hash, 0);
        memcpy(text->bytes, bytes, WORD);
        text->bytes[size] = '\0';
    }
    return node;
}

static inline int push_text(mp__reader_t *reader, const unsigned char *bytes,
                            size_t size)
{
    if (size < WORD && (size_t) (reader->end - bytes) >= WORD &&
        is_ascii(bytes, size)) {
        return mp__reader_push(reader, new_short(reader, bytes, size));
    }
    if (!mp__utf8_is_text(bytes, size)) {
        return mp__reader_damaged(reader, "a text is not UTF-8");
    }
    return mp__reader_push(
        reader, mp__any_slab_text(&reader->slabs, MP_ANY_TEXT, bytes, size));
}

int mp__read_text(mp__reader_t *reader, unsigned char code)
{
    const unsigned char *at = reader->at;
    size_t left = (size_t) (reader->end - at);

    (void) code;
    if (left == 0 || at[0] > left - 1) {
        return too_short(reader);
    }
    reader->at += (size_t) at[0] + 1;
    int r = push_text(reader, at + 1, at[0]);
    if (r < 0 || reader->at == reader->end || *reader->at != MP__OP_MEMOIZE) {
        return r;
    }
    reader->at++; // as comes behind every text of Python's
    return mp__reader_memoize(reader)
               ? 0
               : mp__read_memoize(reader, MP__OP_MEMOIZE);
}

int mp__read_data(mp__reader_t *reader, unsigned char code)
{
    size_t width = width_of(code);
    const unsigned char *head = mp__reader_take(reader, width);
    if (head == NULL) {
        return too_short(reader);
    }
    uint64_t size = mp__little(head, width);
    if (size > (uint64_t) (reader->end - reader->at)) {
        return too_short(reader);
    }
    const unsigned char *bytes = mp__reader_take(reader, (size_t) size);
    if (code == MP__OP_BYTEARRAY8) {
        return mp__reader_push(reader,
                               mp__any_new_bytearray(bytes, (size_t) size));
    }
    bool text = code == MP__OP_BINUNICODE || code == MP__OP_BINUNICODE8;
    if (text && !mp__utf8_is_text(bytes, (size_t) size)) {
        return mp__reader_damaged(reader, "a text is not UTF-8");
    }
    return mp__reader_push(reader,
                           mp__any_new_text(text ? MP_ANY_TEXT : MP_ANY_BYTES,
                                            bytes, (size_t) size));
}
