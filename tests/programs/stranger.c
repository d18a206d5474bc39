// SPDX-License-Identifier: Apache-2.0
// A program that knows nothing of its marker and never calls
// mp_freeze_support(): it notes its pid in MP_TEST_FILE and then does what
// MP_TEST_STRANGER says.
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void)
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
