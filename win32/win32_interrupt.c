// SPDX-License-Identifier: Apache-2.0
#include "win32/win32.h"

#include "platform/fail.h"

int mp_plat_interrupts(bool heed)
{
    return SetConsoleCtrlHandler(NULL, !heed)
               ? 0
               : mp_win32_fail(GetLastError(), "the policy for Ctrl-C");
}
