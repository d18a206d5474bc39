// SPDX-License-Identifier: Apache-2.0
// A program that knows nothing of the library's trees. brood GATE HOW: notes
// its pid in MP_TEST_FILE, arrives at the gate, and stays. HOW is a row of
// letters:
//   d  starts brood with the rest of the letters first
//   o  does so and ends at once: the one below has no parent
//   s  leads a session of its own from here on (POSIX)
//   t  on SIGTERM it notes "t" and ends (POSIX)
//   c  starts one like itself and ends, which goes on for seconds
//   f  starts one brood after the other, and hardly ever stops
#ifndef _WIN32
#define _GNU_SOURCE // POSIX 2008, which C11 hides
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>
#endif

#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST 200         // of those that start one after the other
#define NOTED_MOST 20000 // bytes

// How much is noted now.
static long note(const char *text)
{
    const char *path = getenv("MP_TEST_FILE");
    FILE *file = path != NULL ? fopen(path, "ab") : NULL;

    if (file == NULL) {
        exit(2);
    }
    (void) fprintf(file, "%s\n", text);
    (void) fflush(file);
    long size = ftell(file);
    (void) fclose(file);
    return size;
}

#ifndef _WIN32
static int notes = -1; // for the handler

static void terminated(int number)
{
    (void) number;
    _exit(write(notes, "t\n", 2) == 2 ? 0 : 5);
}
#endif

static void start(const char *self, const char *gate, const char *how)
{
    if (test_program_set_off(self, gate, how) != 0) {
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
        const char *path = getenv("MP_TEST_FILE");
        notes = path != NULL ? open(path, O_WRONLY | O_APPEND | O_CLOEXEC) : -1;
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
    long noted = note(pid);
    for (; *how != '\0'; how++) {
        prepare(*how);
        if (*how == 'd' || *how == 'o') {
            start(argv[0], argv[1], how[1] != '\0' ? how + 1 : NULL);
        }
        if (*how == 'c') {
            (void) test_gate_arrive(argv[1]);
            if (noted < NOTED_MOST) {
                start(argv[0], argv[1], how);
            }
            return 0;
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
