// SPDX-License-Identifier: Apache-2.0
// libFuzzer: the memory of a ShareableList, which any other program may have
// written, and may write on. The first byte of the input says how the rest is
// divided: what is there when the list is opened, and what is written over it
// then. Build and run with `sh ci/fuzz.sh [SECONDS]`.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/list_layout.h"

#define BUFFER_SIZE 32

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_all(const mp__list_layout_t *layout, const uint8_t *bytes)
{
    const mp_arg_t others[] = {MP_INT(1), MP_TEXT("text"), MP_NONE};
    mp_arg_t item;
    char *buffer = malloc(BUFFER_SIZE);

    for (size_t i = 0; buffer != NULL && i < layout->count; i++) {
        if (mp__list_item_read(layout, bytes, i, &item, buffer, BUFFER_SIZE) ==
                0 &&
            item.type == MP_ARG_TEXT && buffer[item.size] != '\0') {
            abort();
        }
        for (size_t k = 0; k < 3; k++) {
            (void) mp__list_item_equals(layout, bytes, i, &others[k]);
        }
    }
    free(buffer);
}

// What was written is read again.
static void write_all(const mp__list_layout_t *layout, uint8_t *bytes)
{
    const mp_arg_t items[] = {MP_FLOAT(0.5), MP_TEXT("longer text"),
                              MP_BYTES("\0x", 2), MP_BOOL(true)};

    for (size_t i = 0; i < layout->count; i++) {
        const mp_arg_t *item = &items[i % 4];
        int r = mp__list_item_write(layout, bytes, i, item);
        if (r == 0 && mp__list_item_equals(layout, bytes, i, item) != 1) {
            abort();
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mp__list_layout_t layout = {0};

    if (size < 1) {
        return 0;
    }
    size_t first = (size - 1) * data[0] / 255;
    size_t second = size - 1 - first;
    uint8_t *bytes = malloc(first > 0 ? first : 1);
    if (bytes == NULL) {
        return 0;
    }
    memcpy(bytes, data + 1, first);
    if (mp__list_layout_read(&layout, bytes, first) == 0) {
        read_all(&layout, bytes);
        memcpy(bytes, data + 1 + first, second < first ? second : first);
        read_all(&layout, bytes);
        write_all(&layout, bytes);
        read_all(&layout, bytes);
    }
    mp__list_layout_free(&layout);
    free(bytes);
    return 0;
}
