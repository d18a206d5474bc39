// SPDX-License-Identifier: Apache-2.0
// libFuzzer: what a spawned child reads before it trusts anything. Build and
// run with `sh ci/fuzz.sh [SECONDS]`.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/block.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mp__block_t block;
    size_t body_size = 0;

    memset(&block, 0, sizeof(block));
    if (size < MP__BLOCK_HEADER_SIZE || mp__block_size(data, &body_size) < 0 ||
        body_size > size - MP__BLOCK_HEADER_SIZE) {
        return 0;
    }
    unsigned char *body = malloc(body_size + 1);
    if (body == NULL) {
        return 0;
    }
    memcpy(body, data + MP__BLOCK_HEADER_SIZE, body_size);
    (void) mp__block_read(body, body_size, &block);
    free((void *) (uintptr_t) block.args);
    free(body);
    return 0;
}
