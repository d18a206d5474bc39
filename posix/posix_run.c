// SPDX-License-Identifier: Apache-2.0
// What is executed for a program, and how its command line begins.
#include "posix/posix.h"

#include <stdlib.h>
#include <string.h>

#include "platform/fail.h"

static int run_named(mp_posix_run_t *run, const char *program)
{
    run->name = strdup(program);
    run->path = run->name;
    return run->name != NULL ? 0 : mp__fail(MP_ENOMEM, 0, "path of a program");
}

static int run_by_loader(mp_posix_run_t *run)
{
    int r =
        mp_posix_loader_line(run->name, &run->path, &run->block, &run->count);
    run->words = run->block;
    return r;
}

// The running program. For the system that may be its loader, which is then
// run as this program was.
static int run_again(mp_posix_run_t *run)
{
    const char *self = mp_posix_self(); // also where the path is too long

    int r = mp_posix_loaded_program(&run->name);
    if (r < 0 || run->name != NULL) {
        return r < 0 ? r : run_by_loader(run);
    }
    r = mp_plat_program(&run->name);
    if (r < 0 && self[0] != '\0') {
        r = run_named(run, self);
    }
    run->path = self[0] != '\0' ? self : run->name;
    return r;
}

int mp_posix_run_open(mp_posix_run_t *run, const char *program)
{
    *run = (mp_posix_run_t){.count = 1};
    run->words = &run->name;
    int r = program != NULL ? run_named(run, program) : run_again(run);
    if (r < 0) {
        mp_posix_run_close(run);
    }
    return r;
}

void mp_posix_run_close(mp_posix_run_t *run)
{
    free((void *) run->block);
    free(run->name);
}
