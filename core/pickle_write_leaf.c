// SPDX-License-Identifier: Apache-2.0
// Writing numbers, texts, bytes, names, and what was written before.
#include "core/pickle_writer.h"

#include <string.h>

// ---- bytes ----

static inline int put_short(mp__picker_t *writer, unsigned code,
                            const void *bytes, size_t size)
{
    int r = mp__writer_reserve(&writer->out, size + 2);
    if (r < 0) {
        return r;
    }
    unsigned char *at = writer->out.bytes + writer->out.size;
    at[0] = (unsigned char) code;
    at[1] = (unsigned char) size;
    if (size > 0) {
        memcpy(at + 2, bytes, size);
    }
    writer->out.size += size + 2;
    return 0;
}

static int put_data(mp__picker_t *writer, const unsigned codes[3],
                    const void *bytes, size_t size)
{
    if (size <= UINT8_MAX) {
        return put_short(writer, codes[0], bytes, size);
    }
    int r = size <= UINT32_MAX ? mp__put_number(writer, codes[1], size, 4)
                               : mp__put_number(writer, codes[2], size, 8);
    return r < 0 ? r : mp__write(&writer->out, bytes, size);
}

static int put_text(mp__picker_t *writer, const char *text, size_t size)
{
    static const unsigned codes[3] = {MP__OP_SHORT_BINUNICODE,
                                      MP__OP_BINUNICODE, MP__OP_BINUNICODE8};

    return put_data(writer, codes, text, size);
}

static int put_bytes(mp__picker_t *writer, const void *bytes, size_t size)
{
    static const unsigned codes[3] = {MP__OP_SHORT_BINBYTES, MP__OP_BINBYTES,
                                      MP__OP_BINBYTES8};

    return put_data(writer, codes, bytes, size);
}

// ---- the memo ----

int mp__remember_it(mp__picker_t *writer, const mp_any_t *value)
{
    if (writer->memo.count >= writer->limits.max_memo) {
        return mp__fail(MP_EMSGSIZE, 0,
                        "more than %zu values are to be "
                        "remembered",
                        writer->limits.max_memo);
    }
    int r = mp__memo_add(&writer->memo, value);
    return r < 0 ? r : mp__put_code(writer, MP__OP_MEMOIZE);
}

int mp__repeat_it(mp__picker_t *writer, const mp_any_t *value)
{
    uint32_t number = 0;

    if (!mp__memo_find(&writer->memo, value, &number)) {
        return 0;
    }
    int r = number <= UINT8_MAX
                ? mp__put_number(writer, MP__OP_BINGET, number, 1)
                : mp__put_number(writer, MP__OP_LONG_BINGET, number, 4);
    return r < 0 ? r : 1;
}

// ---- leaves ----

static int put_big(mp__picker_t *writer, const unsigned char *bytes,
                   size_t size)
{
    if (size > writer->limits.max_int_bytes || size > INT32_MAX) {
        return mp__fail(MP_EMSGSIZE, 0, "an integer of %zu bytes", size);
    }
    int r = size <= UINT8_MAX ? mp__put_number(writer, MP__OP_LONG1, size, 1)
                              : mp__put_number(writer, MP__OP_LONG4, size, 4);
    return r < 0 ? r : mp__write(&writer->out, bytes, size);
}

// At most 32 bits.
static inline int put_small(mp__picker_t *writer, int64_t number)
{
    if (number >= 0 && number <= UINT8_MAX) {
        return mp__put_number(writer, MP__OP_BININT1, (uint64_t) number, 1);
    }
    if (number >= 0 && number <= UINT16_MAX) {
        return mp__put_number(writer, MP__OP_BININT2, (uint64_t) number, 2);
    }
    return mp__put_number(writer, MP__OP_BININT, (uint64_t) number, 4);
}

static int put_int(mp__picker_t *writer, const mp_any_t *value)
{
    unsigned char small[8];
    size_t size = 0;

    if (value->kind == 0) {
        int64_t number = mp__any_as_int(value)->value;
        if (number >= INT32_MIN && number <= INT32_MAX) {
            return put_small(writer, number);
        }
    }
    const unsigned char *bytes = mp__any_int_data(value, small, &size);
    return put_big(writer, bytes, size);
}

static int put_float(mp__picker_t *writer, double number)
{
    uint64_t bits = 0;

    int r = mp__writer_reserve(&writer->out, 9);
    if (r < 0) {
        return r;
    }
    unsigned char *at = writer->out.bytes + writer->out.size;
    memcpy(&bits, &number, sizeof(bits));
    at[0] = MP__OP_BINFLOAT;
    at[1] = (unsigned char) (bits >> 56);
    at[2] = (unsigned char) (bits >> 48);
    at[3] = (unsigned char) (bits >> 40);
    at[4] = (unsigned char) (bits >> 32);
    at[5] = (unsigned char) (bits >> 24);
    at[6] = (unsigned char) (bits >> 16);
    at[7] = (unsigned char) (bits >> 8);
    at[8] = (unsigned char) bits;
    writer->out.size += 9;
    return 0;
}

static int put_name(mp__picker_t *writer, const char *module, const char *name)
{
    int r = put_text(writer, module, strlen(module));
    if (r == 0) {
        r = put_text(writer, name, strlen(name));
    }
    return r < 0 ? r : mp__put_code(writer, MP__OP_STACK_GLOBAL);
}

// Before protocol 5 it is a call, with bytes.
static int put_bytearray(mp__picker_t *writer, const mp_any_t *value)
{
    const mp__any_bytearray_t *array = mp__any_as_bytearray(value);

    int r = put_name(writer, "builtins", "bytearray");
    if (r == 0) {
        r = put_bytes(writer, array->bytes, array->size);
    }
    if (r == 0) {
        r = mp__put_code(writer, MP__OP_TUPLE1);
    }
    return r < 0 ? r : mp__put_code(writer, MP__OP_REDUCE);
}

static int put_unsigned(mp__picker_t *writer, uint64_t number)
{
    unsigned char bytes[9] = {0};

    for (size_t i = 0; i < 8; i++) {
        bytes[i] = (unsigned char) (number >> (8 * i));
    }
    return put_big(writer, bytes, mp__any_int_trim(bytes, sizeof(bytes)));
}

static int put_shared(mp__picker_t *writer, const mp_any_t *value)
{
    mp__object_t *object = mp__any_as_shared(value)->object;
    uint64_t transit = 0;

    if (writer->transits == NULL) {
        return mp__fail(MP_ESTATE, 0,
                        "a shared object cannot be sent outside this family");
    }
    int r = mp__transit_begin(writer->transits, object, &transit);
    if (r < 0) {
        return r;
    }
    const mp__reference_t reference = mp__object_reference(object);
    const uint64_t numbers[MP__REF_NUMBERS] = {
        reference.family, reference.offset, reference.generation,
        reference.type, transit};
    r = put_name(writer, MP__REF_MODULE, MP__REF_NAME);
    if (r == 0) {
        r = mp__put_code(writer, MP__OP_MARK);
    }
    for (size_t i = 0; r == 0 && i < MP__REF_NUMBERS; i++) {
        r = put_unsigned(writer, numbers[i]);
    }
    if (r == 0) {
        r = mp__put_code(writer, MP__OP_TUPLE);
    }
    return r < 0 ? r : mp__put_code(writer, MP__OP_REDUCE);
}

static int put_global(mp__picker_t *writer, const mp_any_t *value)
{
    int r = mp__pickle_allows(writer->limits.only_globals, value);

    return r < 0 ? r
                 : put_name(writer, mp_any_object_module(value),
                            mp_any_object_name(value));
}

static int put_remembered(mp__picker_t *writer, const mp_any_t *value)
{
    const mp__any_text_t *text = mp__any_as_text(value);
    int r = mp__repeat(writer, value);

    if (r != 0) {
        return r < 0 ? r : 0;
    }
    switch ((mp_any_type_t) value->type) {
    case MP_ANY_TEXT:
        r = put_text(writer, text->bytes, text->size);
        break;
    case MP_ANY_BYTES:
        r = put_bytes(writer, text->bytes, text->size);
        break;
    case MP_ANY_BYTEARRAY:
        r = put_bytearray(writer, value);
        break;
    case MP_ANY_GLOBAL:
        r = put_global(writer, value);
        break;
    default:
        r = put_shared(writer, value);
        break;
    }
    return r < 0 ? r : mp__remember(writer, value);
}

int mp__put_leaf(mp__picker_t *writer, const mp_any_t *value)
{
    switch ((mp_any_type_t) value->type) {
    case MP_ANY_NONE:
        return mp__put_code(writer, MP__OP_NONE);
    case MP_ANY_BOOL:
        return mp__put_code(writer, mp__any_as_int(value)->value != 0
                                        ? MP__OP_NEWTRUE
                                        : MP__OP_NEWFALSE);
    case MP_ANY_INT:
        return put_int(writer, value);
    case MP_ANY_FLOAT:
        return put_float(writer, mp__any_as_float(value)->value);
    default:
        return put_remembered(writer, value);
    }
}
