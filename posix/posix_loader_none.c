// SPDX-License-Identifier: Apache-2.0
// Where a loader cannot be given a program on its command line.
#include "posix/posix.h"

#include <stddef.h>

int mp_posix_loaded_program(char **path)
{
    *path = NULL;
    return 0;
}

int mp_posix_loader_line(char *program, const char **path, char ***words,
                         int *count)
{
    *path = program;
    *words = NULL;
    *count = 0;
    return 0;
}

int mp_posix_loader_strip(int *argc, char **argv)
{
    (void) argc;
    (void) argv;
    return 0;
}
