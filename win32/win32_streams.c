// SPDX-License-Identifier: Apache-2.0
#include "win32/win32.h"

#include <stdlib.h>

#include "platform/fail.h"

#define SHARE_ALL (FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)

static int file_of(const char *path, wchar_t **file)
{
    wchar_t *wide = NULL;
    wchar_t *absolute = NULL;

    int r = mp_win32_to_wide(path, &wide);
    if (r == 0) {
        r = mp_win32_absolute(wide, &absolute);
    }
    if (r == 0) {
        r = mp_win32_openable(absolute, file);
    }
    free(absolute);
    free(wide);
    return r;
}

int mp_plat_open_file(const char *path, enum mp_plat_use use, intptr_t *handle)
{
    static const struct {
        DWORD access;
        DWORD creation;
    } ways[] = {
        [MP_PLAT_READ] = {GENERIC_READ, OPEN_EXISTING},
        [MP_PLAT_WRITE] = {GENERIC_WRITE, CREATE_ALWAYS},
        [MP_PLAT_APPEND] = {FILE_APPEND_DATA | SYNCHRONIZE, OPEN_ALWAYS}};
    const char *name = path != NULL ? path : "NUL";
    wchar_t *file = NULL;

    int r = file_of(name, &file);
    if (r < 0) {
        return r;
    }
    HANDLE opened =
        CreateFileW(file, ways[use].access, SHARE_ALL, NULL,
                    path != NULL ? ways[use].creation : OPEN_EXISTING,
                    FILE_ATTRIBUTE_NORMAL, NULL);
    DWORD error = opened == INVALID_HANDLE_VALUE ? GetLastError() : 0;
    free(file);
    if (error != 0) {
        return mp_win32_fail_path(
            error, "a file for a standard stream cannot be opened", name);
    }
    *handle = (intptr_t) opened;
    return 0;
}

int mp_plat_open_pipe(bool child_reads, intptr_t *child, intptr_t *own)
{
    HANDLE reading = NULL;
    HANDLE writing = NULL;

    if (!CreatePipe(&reading, &writing, NULL, 0)) {
        return mp_win32_fail(GetLastError(), "a pipe cannot be made");
    }
    *child = (intptr_t) (child_reads ? reading : writing);
    *own = (intptr_t) (child_reads ? writing : reading);
    return 0;
}

int mp_plat_copy_handle(intptr_t handle, intptr_t *copy)
{
    HANDLE self = GetCurrentProcess();
    HANDLE duplicate = NULL;

    if (!DuplicateHandle(self, (HANDLE) handle, self, &duplicate, 0, FALSE,
                         DUPLICATE_SAME_ACCESS)) {
        DWORD error = GetLastError();
        if (error == ERROR_INVALID_HANDLE) {
            return mp__fail(MP_EINVAL, (int) error,
                            "handle %#llx, which a child is to have, is not "
                            "open",
                            (unsigned long long) (uintptr_t) handle);
        }
        return mp_win32_fail(error, "a handle cannot be given to a child");
    }
    *copy = (intptr_t) duplicate;
    return 0;
}

void mp_plat_close_handle(intptr_t handle)
{
    if (handle != MP_PLAT_NONE) {
        (void) CloseHandle((HANDLE) handle);
    }
}
