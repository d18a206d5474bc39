// SPDX-License-Identifier: Apache-2.0
// How an item of a ShareableList is said, for its writer and its reader.
#ifndef MP_CORE_LIST_FORMAT_H
#define MP_CORE_LIST_FORMAT_H

#include <string.h>

#include "core/list_layout.h"

#define MP__LIST_FORMAT_SIZE 8
#define MP__LIST_UNIT 8
// The most that a format of 8 characters can say, "9999992s".
#define MP__LIST_SLOT_MOST 9999992

#define MP__LIST_INT "q"
#define MP__LIST_FLOAT "d"
#define MP__LIST_BOOL "xxxxxxx?"
#define MP__LIST_NOTHING "xxxxxx?x"
#define MP__LIST_BOOL_AT 7

enum mp__list_code {
    MP__LIST_VALUE,
    MP__LIST_TEXT,
    MP__LIST_BYTES,
    MP__LIST_NONE
};

static inline bool mp__list_points(const mp_arg_t *item)
{
    return item->type == MP_ARG_TEXT || item->type == MP_ARG_BYTES;
}

static inline size_t mp__list_length(const mp_arg_t *item)
{
    return item->type == MP_ARG_TEXT ? strlen(item->value.data) : item->size;
}

#endif
