// SPDX-License-Identifier: Apache-2.0
// The program in a self-extracting one. selfextract.sh runs it, and it removes
// itself at once; keep.c has it as a child, and removes it at the end.
#include "work.h"

#include <multiprocessing.h>
#include <stdio.h>
#include <stdlib.h>

// What keep.c starts.
static int app(const mp_args_t *args)
{
    (void) args;
    return work();
}
MP_TARGET(app)

static void remove_unpacked(const char *folder)
{
    char *program = NULL;

    if (mp_get_executable(&program) == 0) {
        (void) remove(program);
        mp_free(program);
    }
    (void) remove(folder);
}

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);

    // On Linux its children are the same program nevertheless.
    const char *folder = getenv("APP_UNPACKED");
    if (folder != NULL) {
        remove_unpacked(folder);
    }
    return work();
}
