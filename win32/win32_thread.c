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

// Windows does not tell of a thread that calls ExitThread.
int mp_plat_thread_start(void (*run)(void *), void (*left)(void *),
                         void *argument)
{
    (void) left;
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

// There are no signals that it could handle.
int mp_plat_helper_start(void (*run)(void *), void *argument)
{
    return mp_plat_thread_start(run, NULL, argument);
}

// MinGW's _Thread_local ends the program when it finds no memory for a thread;
// a slot of our own does not. Only what a thread remembers is lost then.
static DWORD local_slot = FLS_OUT_OF_INDEXES;
static INIT_ONCE local_once = INIT_ONCE_STATIC_INIT;
static mp_plat_local_t shared_local;

static void NTAPI free_local(void *local)
{
    free(local);
}

static BOOL CALLBACK make_slot(INIT_ONCE *once, void *argument, void **context)
{
    (void) once;
    (void) argument;
    (void) context;
    local_slot = FlsAlloc(free_local);
    return TRUE;
}

mp_plat_local_t *mp_plat_local(void)
{
    (void) InitOnceExecuteOnce(&local_once, make_slot, NULL, NULL);
    if (local_slot == FLS_OUT_OF_INDEXES) {
        return &shared_local;
    }
    DWORD error = GetLastError(); // who records a failure needs it still
    mp_plat_local_t *local = FlsGetValue(local_slot);
    if (local == NULL) {
        local = calloc(1, sizeof(*local));
        if (local != NULL && !FlsSetValue(local_slot, local)) {
            free(local);
            local = NULL;
        }
    }
    SetLastError(error);
    return local != NULL ? local : &shared_local;
}
