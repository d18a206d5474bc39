// SPDX-License-Identifier: Apache-2.0
#include "win32/win32.h"

#include "platform/fail.h"

#ifndef ERROR_ELEVATION_REQUIRED // older headers of MinGW-w64
#define ERROR_ELEVATION_REQUIRED 740L
#endif

int mp_win32_code(DWORD error)
{
    switch (error) {
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
    case ERROR_INVALID_DRIVE:
    case ERROR_INVALID_NAME:
    case ERROR_BAD_PATHNAME:
    case ERROR_BAD_NETPATH:
    case ERROR_BAD_NET_NAME:
    case ERROR_FILENAME_EXCED_RANGE:
    case ERROR_DIRECTORY:
        return MP_ENOENT;
    case ERROR_ACCESS_DENIED:
    case ERROR_SHARING_VIOLATION:
    case ERROR_BAD_EXE_FORMAT:
    case ERROR_EXE_MACHINE_TYPE_MISMATCH:
    case ERROR_ELEVATION_REQUIRED:
    case ERROR_ACCESS_DISABLED_BY_POLICY:
        return MP_EACCES;
    case ERROR_ALREADY_EXISTS:
    case ERROR_FILE_EXISTS:
        return MP_EEXIST;
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_OUTOFMEMORY:
    case ERROR_COMMITMENT_LIMIT:
    case ERROR_COMMITMENT_MINIMUM:
    case ERROR_NOT_ENOUGH_QUOTA:
        return MP_ENOMEM;
    case ERROR_NO_SYSTEM_RESOURCES:
    case ERROR_TOO_MANY_OPEN_FILES:
        return MP_EMFILE;
    case ERROR_BROKEN_PIPE:
    case ERROR_NO_DATA:
    case ERROR_PIPE_NOT_CONNECTED:
        return MP_EEOF;
    default:
        return MP_ESYSTEM;
    }
}

int mp_win32_fail(DWORD error, const char *what)
{
    return mp__fail(mp_win32_code(error), (int) error, "%s", what);
}

int mp_win32_fail_path(DWORD error, const char *what, const char *path)
{
    return mp__fail(mp_win32_code(error), (int) error, "%s: %s", what, path);
}
