// SPDX-License-Identifier: Apache-2.0
// A program that knows nothing of its marker and never calls
// mp_freeze_support(): it notes its pid in MP_TEST_FILE and then does what
// MP_TEST_STRANGER says.
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What is no message of a child's: sixteen bytes of header are magic, kind,
// code and length of the text.
static int tell_nonsense(int argc, char **argv, const char *what)
{
    unsigned char bytes[64] = {'m', 'C', 'P',  'M',  2,    0,
                               0,   0,   0xff, 0xff, 0xff, 0xff};
    size_t size = 16;

    if (strcmp(what, "magic") == 0) {
        bytes[0] = 'M';
    } else if (strcmp(what, "kind") == 0) {
        bytes[4] = 99;
    } else if (strcmp(what, "length") == 0) {
        memset(bytes + 12, 0xff, 4);
    } else if (strcmp(what, "code") == 0) {
        bytes[8] = 5; // which is no error
        memset(bytes + 9, 0, 3);
    } else if (strcmp(what, "short") == 0) {
        size = 7;
    } else if (strcmp(what, "cut") == 0) {
        bytes[12] = 60; // a text that does not come
    }
    return test_tell_parent(argc, argv, bytes, size) ? 4 : 5;
}

int main(int argc, char **argv)
{
    const char *what = getenv("MP_TEST_STRANGER");
    const char *path = getenv("MP_TEST_FILE");
    const char *gate = getenv("MP_TEST_GATE");
    FILE *file = path != NULL ? fopen(path, "w") : NULL;

    if (file != NULL) {
        (void) fprintf(file, "%lld\n", (long long) test_own_pid());
        (void) fclose(file);
    }
    if (what == NULL) {
        return 0;
    }
    if (strcmp(what, "stay") == 0 && gate != NULL) {
        return test_gate_pass(gate); // which nobody opens
    }
    if (strncmp(what, "tell ", 5) == 0) {
        return tell_nonsense(argc, argv, what + 5);
    }
    if (strcmp(what, "print") == 0) {
        (void) puts("a line that is none of the start channel's business");
        (void) fflush(stdout);
        return 6;
    }
    if (strcmp(what, "leave") == 0) { // what holds its handles stays
        char own[1000];
        test_program_path("stranger", own, sizeof(own));
        test_set_variable("MP_TEST_STRANGER", "stay");
        test_program_leave(own);
        return 3;
    }
    if (strcmp(what, "crash") == 0) {
        abort();
    }
    return atoi(what);
}
