// SPDX-License-Identifier: Apache-2.0
// Python's ShareableList in memory. All numbers are the machine's:
//
//   int64  the number of items, N
//   int64  N + 1 offsets into the data: the slot of each item, and the end
//   ...    the data; each slot is a multiple of 8 bytes
//   char8  N formats of Python's struct module, as "q" or "16s", NUL-padded
//   int8   N codes: 0 a number or a bool, 1 a str, 2 bytes, 3 None
//
// The memory may be any other program's and change at any time. So the offsets
// are checked and copied when it is opened, and nothing else is believed: a
// format is copied before it is looked at, and what it says must fit the slot.
#ifndef MP_CORE_LIST_LAYOUT_H
#define MP_CORE_LIST_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

#include <multiprocessing/arguments.h>

typedef struct mp__list_layout {
    size_t count;
    size_t *slots;  // where each begins, and where the last one ends
    size_t formats; // where they begin
    size_t codes;
} mp__list_layout_t;

// The layout that these items need; *size is that of the memory for it. Checks
// each item. MP_EINVAL, MP_ERANGE, MP_EMSGSIZE, MP_ENOMEM.
int mp__list_layout_make(mp__list_layout_t *layout, const mp_args_t *items,
                         size_t *size);
// Writes everything but the items into fresh memory: the number of them last,
// so that who opens the list sooner finds it empty.
void mp__list_layout_write(const mp__list_layout_t *layout, void *bytes);
void mp__list_layout_publish(const mp__list_layout_t *layout, void *bytes);
// The layout of foreign memory. MP_EPROTO, MP_ENOMEM.
int mp__list_layout_read(mp__list_layout_t *layout, const void *bytes,
                         size_t size);
void mp__list_layout_free(mp__list_layout_t *layout); // all zero is fine

size_t mp__list_slot_size(const mp__list_layout_t *layout, size_t index);

// ---- items (list_write.c, list_read.c); `index` is below the count ----

// MP_EINVAL it is nothing that Python would read as the same.
int mp__list_item_check(const mp_arg_t *item);
// The bytes that the slot of a new item gets.
size_t mp__list_item_room(const mp_arg_t *item);
// MP_EMSGSIZE too long for its slot.
int mp__list_item_write(const mp__list_layout_t *layout, void *bytes,
                        size_t index, const mp_arg_t *item);
// The type, or MP_EPROTO.
int mp__list_item_type(const mp__list_layout_t *layout, const void *bytes,
                       size_t index);
// Text and bytes are put into `buffer`, with a NUL behind text. MP_EPROTO;
// MP_EMSGSIZE `buffer` is too small: item->size says for what.
int mp__list_item_read(const mp__list_layout_t *layout, const void *bytes,
                       size_t index, mp_arg_t *item, void *buffer, size_t size);
// Whether Python would call them equal: 1, 0 or MP_EPROTO.
int mp__list_item_equals(const mp__list_layout_t *layout, const void *bytes,
                         size_t index, const mp_arg_t *other);

#endif
