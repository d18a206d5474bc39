// SPDX-License-Identifier: Apache-2.0
#include "win32/win32.h"

#include <process.h>
#include <stdlib.h>

#include "platform/fail.h"

typedef struct start {
    void (*run)(void *);
    void *argument;
} start_t;

static unsigned __stdcall thread_main(void *given)
{
    start_t start = *(start_t *) given;

    free(given);
    start.run(start.argument);
    return 0;
}

int mp_plat_thread_start(void (*run)(void *), void *argument)
{
    start_t *start = malloc(sizeof(*start));
    if (start == NULL) {
        return mp__fail(MP_ENOMEM, 0, "thread");
    }
    *start = (start_t){run, argument};
    uintptr_t thread = _beginthreadex(NULL, 0, thread_main, start, 0, NULL);
    if (thread == 0) {
        free(start);
        return mp__fail(MP_ENPROC, 0, "a thread cannot be started");
    }
    (void) CloseHandle((HANDLE) thread);
    return 0;
}
