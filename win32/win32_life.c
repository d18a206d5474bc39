// SPDX-License-Identifier: Apache-2.0
#include "win32/win32.h"

int mp_plat_init(void (*forked)(void))
{
    (void) forked; // there is no fork
    return 0;
}

// ExitProcess would tell every DLL first, under the loader's lock, and after
// it had ended the threads that hold the locks those DLLs then wait for.
void mp_plat_exit_now(int code)
{
    (void) TerminateProcess(GetCurrentProcess(), (UINT) code);
    ExitProcess((UINT) code);
}
