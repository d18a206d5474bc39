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

// This process's own that cannot be duplicated was closed or never there: the
// child is then without it, as this process is.
static DWORD inherit_stream(mp_win32_inherited_t *row, intptr_t stream,
                            DWORD which, HANDLE *duplicate)
{
    if (stream != MP_PLAT_NONE) {
        return mp_win32_inherit(row, (HANDLE) stream, duplicate);
    }
    HANDLE own = GetStdHandle(which);
    *duplicate = NULL;
    if (own != NULL && own != INVALID_HANDLE_VALUE) {
        (void) mp_win32_inherit(row, own, duplicate);
    }
    return 0;
}

// With no handle at all the child finds its own, as any new program does.
DWORD mp_win32_inherit_stdio(mp_win32_inherited_t *row,
                             const intptr_t streams[MP_PLAT_STREAMS],
                             STARTUPINFOW *startup)
{
    DWORD error =
        inherit_stream(row, streams[0], STD_INPUT_HANDLE, &startup->hStdInput);
    if (error == 0) {
        error = inherit_stream(row, streams[1], STD_OUTPUT_HANDLE,
                               &startup->hStdOutput);
    }
    if (error == 0) {
        error = inherit_stream(row, streams[2], STD_ERROR_HANDLE,
                               &startup->hStdError);
    }
    if (startup->hStdInput != NULL || startup->hStdOutput != NULL ||
        startup->hStdError != NULL) {
        startup->dwFlags |= STARTF_USESTDHANDLES;
    }
    return error;
}

void mp_win32_inherited_close(mp_win32_inherited_t *row)
{
    while (row->count > 0) {
        (void) CloseHandle(row->handles[--row->count]);
    }
}
