// SPDX-License-Identifier: Apache-2.0
#include "win32/win32.h"

// A handle is made inheritable as a duplicate that lives around one call: the
// original would go to every program that other threads start meanwhile. So
// may the duplicate, if they name no handles; they cannot be kept from that.
DWORD mp_win32_inherit(mp_win32_inherited_t *row, HANDLE handle,
                       HANDLE *duplicate)
{
    HANDLE self = GetCurrentProcess();

    *duplicate = NULL;
    if (!DuplicateHandle(self, handle, self, duplicate, 0, TRUE,
                         DUPLICATE_SAME_ACCESS)) {
        return GetLastError();
    }
    row->handles[row->count++] = *duplicate;
    return 0;
}

// A handle that cannot be duplicated was closed or never there: the child is
// then without it, as this process is.
static HANDLE inherit_standard(mp_win32_inherited_t *row, DWORD which)
{
    HANDLE duplicate = NULL;
    HANDLE handle = GetStdHandle(which);

    if (handle != NULL && handle != INVALID_HANDLE_VALUE) {
        (void) mp_win32_inherit(row, handle, &duplicate);
    }
    return duplicate;
}

// With no handle at all the child finds its own, as any new program does.
void mp_win32_inherit_stdio(mp_win32_inherited_t *row, STARTUPINFOW *startup)
{
    startup->hStdInput = inherit_standard(row, STD_INPUT_HANDLE);
    startup->hStdOutput = inherit_standard(row, STD_OUTPUT_HANDLE);
    startup->hStdError = inherit_standard(row, STD_ERROR_HANDLE);
    if (startup->hStdInput != NULL || startup->hStdOutput != NULL ||
        startup->hStdError != NULL) {
        startup->dwFlags |= STARTF_USESTDHANDLES;
    }
}

void mp_win32_inherited_close(mp_win32_inherited_t *row)
{
    while (row->count > 0) {
        (void) CloseHandle(row->handles[--row->count]);
    }
}
