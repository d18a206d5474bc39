// SPDX-License-Identifier: Apache-2.0
#include "bench/process/program.h"

#include <stddef.h>

#include <multiprocessing.h>

#include "bench/common/row.h"

#ifdef _WIN32
#define SUFFIX ".exe"
#else
#define SUFFIX ""
#endif

static char *self;
static char *tiny;

int program_find(void)
{
    if (mp_get_executable(&self) < 0) {
        return row_fail_ours("this program's path");
    }
    tiny = bench_beside("bench-tiny" SUFFIX);
    return tiny == NULL ? -1 : 0;
}

const char *program_self(void)
{
    return self;
}

const char *program_tiny(void)
{
    return tiny;
}
