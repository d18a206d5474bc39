// SPDX-License-Identifier: Apache-2.0
#include "core/list_format.h"

#include <stdint.h>
#include <stdio.h>

#include "core/utf8.h"
#include "platform/fail.h"

// ---- what can be said ----

static int check_data(const mp_arg_t *item)
{
    const char *data = item->value.data;

    if (data == NULL && (item->type == MP_ARG_TEXT || item->size > 0)) {
        return mp__fail(MP_EINVAL, 0, "an item of a list is a NULL pointer");
    }
    size_t length = mp__list_length(item);
    if (length >= MP__LIST_SLOT_MOST) {
        return mp__fail(MP_EMSGSIZE, 0,
                        "an item of a list may have %d bytes, not %zu",
                        MP__LIST_SLOT_MOST - 1, length);
    }
    if (item->type == MP_ARG_TEXT && !mp__utf8_is_valid(data, length)) {
        return mp__fail(MP_EINVAL, 0, "a text of a list is no UTF-8");
    }
    if (item->type == MP_ARG_BYTES && length > 0 && data[length - 1] == '\0') {
        return mp__fail(MP_EINVAL, 0,
                        "bytes of a list end with a NUL, which its readers "
                        "would take for padding");
    }
    return 0;
}

int mp__list_item_check(const mp_arg_t *item)
{
    switch (item->type) {
    case MP_ARG_INT:
    case MP_ARG_BOOL:
    case MP_ARG_FLOAT:
    case MP_ARG_NONE:
        return 0;
    case MP_ARG_TEXT:
    case MP_ARG_BYTES:
        return check_data(item);
    case MP_ARG_TOO_LARGE:
        return mp__fail(MP_ERANGE, 0,
                        "an item of a list is above the largest signed "
                        "integer of 64 bits");
    default:
        return mp__fail(MP_EINVAL, 0, "an item of a list has no type");
    }
}

size_t mp__list_item_room(const mp_arg_t *item)
{
    return mp__list_points(item)
               ? MP__LIST_UNIT * (mp__list_length(item) / MP__LIST_UNIT + 1)
               : MP__LIST_UNIT;
}

// ---- writing ----

static void write_kind(const mp__list_layout_t *layout, unsigned char *bytes,
                       size_t index, const char *format,
                       enum mp__list_code code)
{
    char padded[MP__LIST_FORMAT_SIZE + 1] = {0};

    memcpy(padded, format, strlen(format));
    memcpy(bytes + layout->formats + index * MP__LIST_FORMAT_SIZE, padded,
           MP__LIST_FORMAT_SIZE);
    bytes[layout->codes + index] = (unsigned char) code;
}

// All of the slot is the item's, whatever its length: Python writes as many
// bytes as the format has.
static int write_data(const mp__list_layout_t *layout, unsigned char *bytes,
                      size_t index, const mp_arg_t *item)
{
    char format[24];
    size_t length = mp__list_length(item);
    size_t room = mp__list_slot_size(layout, index);

    room = room > MP__LIST_SLOT_MOST ? MP__LIST_SLOT_MOST : room;
    if (length > room) {
        return mp__fail(MP_EMSGSIZE, 0,
                        "an item of %zu bytes does not fit into its slot of "
                        "%zu",
                        length, room);
    }
    (void) snprintf(format, sizeof(format), "%zus", room);
    unsigned char *slot = bytes + layout->slots[index];
    if (length > 0) {
        memcpy(slot, item->value.data, length);
    }
    memset(slot + length, 0, room - length);
    write_kind(layout, bytes, index, format,
               item->type == MP_ARG_TEXT ? MP__LIST_TEXT : MP__LIST_BYTES);
    return 0;
}

int mp__list_item_write(const mp__list_layout_t *layout, void *bytes,
                        size_t index, const mp_arg_t *item)
{
    unsigned char *slot = (unsigned char *) bytes + layout->slots[index];
    unsigned char value[MP__LIST_UNIT] = {0};

    switch (item->type) {
    case MP_ARG_INT:
        memcpy(slot, &item->value.integer, MP__LIST_UNIT);
        write_kind(layout, bytes, index, MP__LIST_INT, MP__LIST_VALUE);
        return 0;
    case MP_ARG_FLOAT:
        memcpy(slot, &item->value.number, MP__LIST_UNIT);
        write_kind(layout, bytes, index, MP__LIST_FLOAT, MP__LIST_VALUE);
        return 0;
    case MP_ARG_BOOL:
        value[MP__LIST_BOOL_AT] = item->value.integer != 0;
        memcpy(slot, value, MP__LIST_UNIT);
        write_kind(layout, bytes, index, MP__LIST_BOOL, MP__LIST_VALUE);
        return 0;
    case MP_ARG_NONE:
        memcpy(slot, value, MP__LIST_UNIT);
        write_kind(layout, bytes, index, MP__LIST_NOTHING, MP__LIST_NONE);
        return 0;
    default:
        return write_data(layout, bytes, index, item);
    }
}
