// SPDX-License-Identifier: Apache-2.0
#include "bench/process/row.h"

#include <stdio.h>
#include <string.h>

#include "bench/common/system.h"

const struct row_group *const *row_groups(void)
{
    static const struct row_group *const groups[] = {
        &group_ours,
        &group_raw,
        &group_apr,
#if MP_HAVE_LIBUV
        &group_libuv,
#endif
#if MP_HAVE_CPYTHON_PEER
        &group_cpython,
#endif
        NULL,
    };
    return groups;
}

int row_repeat(const struct row *row, unsigned count, int64_t *elapsed)
{
    int64_t began = bench_now();

    for (unsigned i = 0; i < count; i++) {
        if (row->once() < 0) {
            return -1;
        }
    }
    *elapsed = bench_now() - began;
    return 0;
}

int row_fail(const char *what, int error)
{
    if (error == 0) {
        fprintf(stderr, "bench-process: %s\n", what);
    } else {
        fprintf(stderr, "bench-process: %s: %s\n", what, strerror(error));
    }
    return -1;
}

int row_fail_end(const char *what, int code)
{
    fprintf(stderr, "bench-process: %s ended with %d instead of 0\n", what,
            code);
    return -1;
}
