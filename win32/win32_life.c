// SPDX-License-Identifier: Apache-2.0
#include "win32/win32.h"

#include <stdlib.h>
#include <string.h>

#include "platform/fail.h"

// The C runtime's list of the whole program. A DLL's own atexit() has a list
// of its own, which runs when the DLL goes: after the system has ended all
// other threads, so that waiting for one of them would never end.
extern _onexit_t(__cdecl *__MINGW_IMP_SYMBOL(_onexit))(_onexit_t);

typedef BOOLEAN(NTAPI *shutdown_fn)(void);

static void (*at_exit)(void);

int mp_plat_init(const mp_plat_hooks_t *hooks)
{
    (void) hooks; // there is no fork
    return 0;
}

// A host with another C runtime than ours does not run our list when it calls
// exit(). Then it runs when DLLs go, too, and must not wait for anything.
static int run_at_exit(void)
{
    shutdown_fn too_late = NULL;
    FARPROC found = GetProcAddress(GetModuleHandleW(L"ntdll.dll"),
                                   "RtlDllShutdownInProgress");

    memcpy(&too_late, &found, sizeof(too_late));
    if (too_late == NULL || !too_late()) {
        at_exit();
    }
    return 0;
}

int mp_plat_at_exit(void (*run)(void))
{
    HMODULE module = NULL;

    if (!GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS |
                                GET_MODULE_HANDLE_EX_FLAG_PIN,
                            (LPCWSTR) (uintptr_t) run, &module)) {
        return mp_win32_fail(GetLastError(), "a module cannot be kept");
    }
    at_exit = run;
    if (__MINGW_IMP_SYMBOL(_onexit)(run_at_exit) == NULL) {
        return mp__fail(MP_ENOMEM, 0, "atexit");
    }
    return 0;
}

// ExitProcess would tell every DLL first, under the loader's lock, and after
// it had ended the threads that hold the locks those DLLs then wait for.
void mp_plat_exit_now(int code)
{
    (void) TerminateProcess(GetCurrentProcess(), (UINT) code);
    ExitProcess((UINT) code);
}
