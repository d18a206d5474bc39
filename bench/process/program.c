// SPDX-License-Identifier: Apache-2.0
#include "bench/process/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <multiprocessing.h>

#include "bench/process/row.h"

#ifdef _WIN32
#define SEPARATORS "/\\"
#define SUFFIX ".exe"
#else
#define SEPARATORS "/"
#define SUFFIX ""
#endif

static char *self;
static char *tiny;
static char *cpython_peer;

// The path of a file in the same folder as this program.
static char *beside(const char *file)
{
    size_t folder = strlen(self);
    while (folder > 0 && strchr(SEPARATORS, self[folder - 1]) == NULL) {
        folder--;
    }
    size_t size = folder + strlen(file) + 1;
    char *path = malloc(size);
    if (path != NULL) {
        snprintf(path, size, "%.*s%s", (int) folder, self, file);
    }
    return path;
}

int program_find(void)
{
    if (mp_get_executable(&self) < 0) {
        return row_fail(mp_last_error()->message, 0);
    }
    tiny = beside("bench-tiny" SUFFIX);
    cpython_peer = beside("cpython_peer.py");
    if (tiny == NULL || cpython_peer == NULL) {
        return row_fail("out of memory", 0);
    }
    return 0;
}

const char *program_self(void)
{
    return self;
}

const char *program_tiny(void)
{
    return tiny;
}

const char *program_cpython_peer(void)
{
    return cpython_peer;
}
