// SPDX-License-Identifier: Apache-2.0
#include "core/list_format.h"

#include <stdint.h>

#include "core/utf8.h"
#include "platform/fail.h"

// What the format and the code of an item say.
typedef struct kind {
    int type;    // an mp_arg_type_t
    size_t size; // of text and bytes, as the format has it
} kind_t;

// The number in front of the 's', or SIZE_MAX.
static size_t format_length(const char format[MP__LIST_FORMAT_SIZE + 1])
{
    size_t digits = strspn(format, "0123456789");
    size_t length = 0;

    if (digits == 0 || strcmp(format + digits, "s") != 0) {
        return SIZE_MAX;
    }
    for (size_t i = 0; i < digits; i++) {
        length = length * 10 + (size_t) (format[i] - '0');
    }
    return length;
}

static int type_of(const char *format, unsigned char code)
{
    if (code == MP__LIST_NONE && strcmp(format, MP__LIST_NOTHING) == 0) {
        return MP_ARG_NONE;
    }
    if (code != MP__LIST_VALUE) {
        return MP_EPROTO;
    }
    if (strcmp(format, MP__LIST_INT) == 0) {
        return MP_ARG_INT;
    }
    if (strcmp(format, MP__LIST_FLOAT) == 0) {
        return MP_ARG_FLOAT;
    }
    return strcmp(format, MP__LIST_BOOL) == 0 ? MP_ARG_BOOL : MP_EPROTO;
}

static int read_kind(const mp__list_layout_t *layout,
                     const unsigned char *bytes, size_t index, kind_t *kind)
{
    char format[MP__LIST_FORMAT_SIZE + 1] = {0};
    unsigned char code = bytes[layout->codes + index];

    memcpy(format, bytes + layout->formats + index * MP__LIST_FORMAT_SIZE,
           MP__LIST_FORMAT_SIZE);
    kind->size = format_length(format);
    if (kind->size == SIZE_MAX) {
        kind->type = type_of(format, code);
    } else if (kind->size <= mp__list_slot_size(layout, index) &&
               (code == MP__LIST_TEXT || code == MP__LIST_BYTES)) {
        kind->type = code == MP__LIST_TEXT ? MP_ARG_TEXT : MP_ARG_BYTES;
    } else {
        kind->type = MP_EPROTO;
    }
    if (kind->type < 0) {
        return mp__fail(MP_EPROTO, 0,
                        "item %zu of a ShareableList is nothing that such a "
                        "list can hold",
                        index);
    }
    return 0;
}

// A format as long as its slot is padded with NULs. A shorter one, which
// Python does not write today, can only be the exact length.
static size_t data_length(const mp__list_layout_t *layout,
                          const unsigned char *slot, size_t index, size_t size)
{
    if (size == mp__list_slot_size(layout, index)) {
        while (size > 0 && slot[size - 1] == 0) {
            size--;
        }
    }
    return size;
}

static void read_value(const unsigned char *slot, mp_arg_t *item)
{
    unsigned char value[MP__LIST_UNIT];

    memcpy(value, slot, MP__LIST_UNIT);
    item->size = MP__LIST_UNIT;
    item->value.integer = 0;
    if (item->type == MP_ARG_FLOAT) {
        memcpy(&item->value.number, value, sizeof(item->value.number));
    } else if (item->type == MP_ARG_INT) {
        memcpy(&item->value.integer, value, sizeof(item->value.integer));
    } else if (item->type == MP_ARG_BOOL) {
        item->value.integer = value[MP__LIST_BOOL_AT] != 0;
    }
}

static int read_data(mp_arg_t *item, const unsigned char *slot, char *buffer,
                     size_t size)
{
    bool text = item->type == MP_ARG_TEXT;

    item->value.data = NULL;
    if (item->size + (text ? 1 : 0) > size) {
        return mp__fail(MP_EMSGSIZE, 0,
                        "an item of %zu bytes does not fit into %zu",
                        item->size + (text ? 1 : 0), size);
    }
    if (item->size > 0) {
        memcpy(buffer, slot, item->size);
    }
    item->value.data = buffer;
    if (!text) {
        return 0;
    }
    buffer[item->size] = '\0';
    if (!mp__utf8_is_valid(buffer, item->size)) {
        return mp__fail(MP_EPROTO, 0, "a text of a ShareableList is no UTF-8");
    }
    return 0;
}

int mp__list_item_type(const mp__list_layout_t *layout, const void *bytes,
                       size_t index)
{
    kind_t kind;

    int r = read_kind(layout, bytes, index, &kind);
    return r < 0 ? r : kind.type;
}

int mp__list_item_read(const mp__list_layout_t *layout, const void *bytes,
                       size_t index, mp_arg_t *item, void *buffer, size_t size)
{
    const unsigned char *slot =
        (const unsigned char *) bytes + layout->slots[index];
    kind_t kind;

    int r = read_kind(layout, bytes, index, &kind);
    if (r < 0) {
        return r;
    }
    item->type = (mp_arg_type_t) kind.type;
    if (!mp__list_points(item)) {
        read_value(slot, item);
        return 0;
    }
    item->size = data_length(layout, slot, index, kind.size);
    return read_data(item, slot, buffer, size);
}

// ---- comparing ----

static bool same_number(int64_t integer, double number)
{
    // 2^63 is no int64_t, but all floats below it that are whole are.
    return number >= -0x1p63 && number < 0x1p63 &&
           (int64_t) number == integer && (double) (int64_t) number == number;
}

static bool equal_values(const mp_arg_t *one, const mp_arg_t *other)
{
    if (one->type == MP_ARG_NONE || other->type == MP_ARG_NONE) {
        return one->type == other->type;
    }
    if (one->type == MP_ARG_FLOAT && other->type == MP_ARG_FLOAT) {
        return one->value.number == other->value.number;
    }
    if (one->type == MP_ARG_FLOAT) {
        return same_number(other->value.integer, one->value.number);
    }
    if (other->type == MP_ARG_FLOAT) {
        return same_number(one->value.integer, other->value.number);
    }
    return one->value.integer == other->value.integer;
}

int mp__list_item_equals(const mp__list_layout_t *layout, const void *bytes,
                         size_t index, const mp_arg_t *other)
{
    const unsigned char *slot =
        (const unsigned char *) bytes + layout->slots[index];
    mp_arg_t item;
    kind_t kind;

    int r = read_kind(layout, bytes, index, &kind);
    if (r < 0) {
        return r;
    }
    item.type = (mp_arg_type_t) kind.type;
    if (mp__list_points(&item) || mp__list_points(other)) {
        return item.type == other->type &&
               data_length(layout, slot, index, kind.size) ==
                   mp__list_length(other) &&
               (mp__list_length(other) == 0 ||
                memcmp(slot, other->value.data, mp__list_length(other)) == 0);
    }
    read_value(slot, &item);
    return equal_values(&item, other);
}
