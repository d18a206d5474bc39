// SPDX-License-Identifier: Apache-2.0
// A program that knows nothing of the library's trees. brood GATE HOW: notes
// its pid in MP_TEST_FILE, arrives at the gate, and stays. HOW is a row of
// letters:
//   d  starts brood with the rest of the letters first
//   o  does so and ends at once: the one below has no parent
//   s  leads a session of its own from here on (POSIX)
//   t  on SIGTERM it notes "t" and ends (POSIX)
//   f  starts one brood after the other, and hardly ever stops
#ifndef _WIN32
#define _GNU_SOURCE // POSIX 2008, which C11 hides
#include <signal.h>
#include <unistd.h>
#endif

#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST 200 // of those that start one after the other

static void note(const char *text)
{
    const char *path = getenv("MP_TEST_FILE");
    FILE *file = path != NULL ? fopen(path, "ab") : NULL;

    if (file == NULL) {
        exit(2);
    }
    (void) fprintf(file, "%s\n", text);
    (void) fclose(file);
}

#ifndef _WIN32
static void terminated(int number)
{
    (void) number;
    note("t"); // nothing else runs here that it could meet
    _exit(0);
}
#endif

static void start(const char *self, const char *gate, const char *how)
{
    if (test_program_leave(self, gate, how) != 0) {
        exit(4);
    }
}

static void prepare(char how)
{
#ifndef _WIN32
    if (how == 's') {
        (void) setsid();
    }
    if (how == 't') {
        (void) signal(SIGTERM, terminated);
    }
#else
    (void) how;
#endif
}

int main(int argc, char **argv)
{
    char pid[30];

    if (argc < 2) {
        return 2;
    }
    const char *how = argc > 2 ? argv[2] : "";
    (void) snprintf(pid, sizeof(pid), "%lld", (long long) test_own_pid());
    note(pid);
    for (; *how != '\0'; how++) {
        prepare(*how);
        if (*how == 'd' || *how == 'o') {
            start(argv[0], argv[1], how[1] != '\0' ? how + 1 : NULL);
        }
        if (*how == 'o') {
            return 0;
        }
        if (*how == 'd' || *how == 'f') {
            break;
        }
    }
    for (int more = *how == 'f' ? MOST : 0; more > 0; more--) {
        start(argv[0], argv[1], NULL);
    }
    return test_gate_pass(argv[1]) == 0 ? 0 : 3;
}
