// SPDX-License-Identifier: Apache-2.0
#include "core/list_layout.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "platform/fail.h"

#define WORD sizeof(int64_t)
#define FORMAT_SIZE 8
#define LEAST_SLOT 8
// What an item takes at least: an offset, a slot, a format and a code.
#define LEAST_ITEM (WORD + LEAST_SLOT + FORMAT_SIZE + 1)
#define HEAD (2 * WORD) // of a list without items

static int64_t get_word(const unsigned char *at)
{
    int64_t word = 0;
    memcpy(&word, at, sizeof(word));
    return word;
}

static void put_word(unsigned char *at, size_t number)
{
    int64_t word = (int64_t) number;
    memcpy(at, &word, sizeof(word));
}

static int take_slots(mp__list_layout_t *layout, size_t count)
{
    layout->count = count;
    layout->slots = malloc((count + 1) * sizeof(*layout->slots));
    if (layout->slots == NULL) {
        return mp__fail(MP_ENOMEM, 0, "a list of %zu items", count);
    }
    layout->slots[0] = HEAD + count * WORD;
    return 0;
}

static void place_rest(mp__list_layout_t *layout)
{
    layout->formats = layout->slots[layout->count];
    layout->codes = layout->formats + layout->count * FORMAT_SIZE;
}

void mp__list_layout_free(mp__list_layout_t *layout)
{
    free(layout->slots);
    layout->slots = NULL;
}

size_t mp__list_slot_size(const mp__list_layout_t *layout, size_t index)
{
    return layout->slots[index + 1] - layout->slots[index];
}

// ---- of one's own ----

static int place_slots(mp__list_layout_t *layout, const mp_args_t *items)
{
    for (size_t i = 0; i < layout->count; i++) {
        int r = mp__list_item_check(&items->items[i]);
        if (r < 0) {
            return r;
        }
        size_t begin = layout->slots[i];
        layout->slots[i + 1] = begin + mp__list_item_room(&items->items[i]);
    }
    place_rest(layout);
    return 0;
}

int mp__list_layout_make(mp__list_layout_t *layout, const mp_args_t *items,
                         size_t *size)
{
    size_t count = mp_args_count(items);

    if (count > 0 && items->items == NULL) {
        return mp__fail(MP_EINVAL, 0, "%zu items at NULL", count);
    }
    // An item takes ten million bytes at most, so that no sum below overflows.
    if (count > PTRDIFF_MAX / 10000100) {
        return mp__fail(MP_ENOMEM, 0, "a list of %zu items", count);
    }
    int r = take_slots(layout, count);
    if (r == 0) {
        r = place_slots(layout, items);
    }
    if (r < 0) {
        mp__list_layout_free(layout);
        return r;
    }
    *size = layout->codes + count;
    return 0;
}

void mp__list_layout_write(const mp__list_layout_t *layout, void *bytes)
{
    unsigned char *at = (unsigned char *) bytes + WORD;

    for (size_t i = 0; i <= layout->count; i++) {
        put_word(at + i * WORD, layout->slots[i] - layout->slots[0]);
    }
}

void mp__list_layout_publish(const mp__list_layout_t *layout, void *bytes)
{
    atomic_thread_fence(memory_order_release);
    put_word(bytes, layout->count);
}

// ---- of others ----

static int malformed(const char *what)
{
    return mp__fail(MP_EPROTO, 0, "this is no ShareableList: %s", what);
}

// Each offset is read once. `most` is where the last slot must end.
static int read_slots(mp__list_layout_t *layout, const unsigned char *offsets,
                      size_t most)
{
    size_t start = layout->slots[0];
    size_t last = 0;

    if (get_word(offsets) != 0) {
        return malformed("its first item is not at the start of the data");
    }
    for (size_t i = 1; i <= layout->count; i++) {
        int64_t offset = get_word(offsets + i * WORD);
        if (offset < 0 || (uint64_t) offset > most - start ||
            (size_t) offset < last + LEAST_SLOT) {
            return malformed("an item is not where it can be");
        }
        last = (size_t) offset;
        layout->slots[i] = start + last;
    }
    return 0;
}

int mp__list_layout_read(mp__list_layout_t *layout, const void *bytes,
                         size_t size)
{
    const unsigned char *start = bytes;

    if (size < HEAD) {
        return malformed("it is too short");
    }
    int64_t count = get_word(start);
    atomic_thread_fence(memory_order_acquire); // the rest was written before
    if (count < 0 || (uint64_t) count > (size - HEAD) / LEAST_ITEM) {
        return malformed("it has no room for the items that it says it has");
    }
    int r = take_slots(layout, (size_t) count);
    if (r < 0) {
        return r;
    }
    size_t behind = (size_t) count * (FORMAT_SIZE + 1);
    r = read_slots(layout, start + WORD, size - behind);
    if (r < 0) {
        mp__list_layout_free(layout);
        return r;
    }
    place_rest(layout);
    return 0;
}
