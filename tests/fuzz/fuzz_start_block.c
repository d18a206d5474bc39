// SPDX-License-Identifier: Apache-2.0
// libFuzzer: what a spawned child reads before it trusts anything. Build and
// run with `sh ci/fuzz.sh [SECONDS]`.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <multiprocessing/any.h>

#include "core/arguments.h"
#include "core/block.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// There are no shared objects here that a value could refer to.
static void load_values(const mp_args_t *args)
{
    for (size_t i = 0; i < mp_args_count(args); i++) {
        mp_arg_t arg = args->items[i];
        if (arg.type == MP_ARG_ANY && mp__args_load_value(&arg) == 0) {
            mp_any_destroy((mp_any_t *) (uintptr_t) arg.value.data);
        }
    }
}

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
    load_values(block.args);
    free((void *) (uintptr_t) block.args);
    free(body);
    return 0;
}
