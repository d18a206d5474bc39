// SPDX-License-Identifier: Apache-2.0
#include "win32/win32.h"

#include "platform/fail.h"

int mp_plat_adopt_handle(intptr_t handle)
{
    if (SetHandleInformation((HANDLE) handle, HANDLE_FLAG_INHERIT, 0)) {
        return 0;
    }
    return mp__fail(MP_EPROTO, (int) GetLastError(),
                    "handle %#llx, which this child is given, is not open",
                    (unsigned long long) (uintptr_t) handle);
}

// Nothing distinguishes the library's handles here.
void mp_plat_release_handle(intptr_t handle)
{
    (void) handle;
}
