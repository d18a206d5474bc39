// SPDX-License-Identifier: Apache-2.0
#include "core/options.h"

#include <string.h>

#include "platform/fail.h"

int mp__options_copy(void *copy, size_t copy_size, const void *options,
                     size_t size)
{
    const unsigned char *bytes = options;

    memset(copy, 0, copy_size);
    if (options == NULL) {
        return 0;
    }
    for (size_t i = copy_size; i < size; i++) {
        if (bytes[i] != 0) {
            return mp__fail(MP_ENOTSUP, 0,
                            "the library is older than these options");
        }
    }
    memcpy(copy, options, size < copy_size ? size : copy_size);
    return 0;
}
