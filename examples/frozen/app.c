// SPDX-License-Identifier: Apache-2.0
// The program of an app folder, which a script starts: launcher.sh or
// starter.sh.
#include "work.h"

#include <multiprocessing.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    // The launcher adds words in front of its own and behind them. The library
    // looks at the first and the last argument: it is given the line without
    // those in front.
    int added = argc > 2 && strcmp(argv[1], "--home") == 0 ? 2 : 0;
    mp_freeze_support(argc - added, argv + added);

    // Set by launcher.sh: children are to go through it, too.
    const char *launcher = getenv("APP_LAUNCHER");
    if (launcher != NULL && mp_set_executable(launcher) < 0) {
        (void) fprintf(stderr, "%s\n", mp_last_error()->message);
        return 1;
    }
    return work();
}
