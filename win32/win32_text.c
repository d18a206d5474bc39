// SPDX-License-Identifier: Apache-2.0
#include "win32/win32.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "platform/fail.h"

int mp_win32_to_wide(const char *text, wchar_t **wide)
{
    int size =
        MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, NULL, 0);
    if (size == 0) {
        return mp__fail(MP_EINVAL, (int) GetLastError(), "text is not UTF-8");
    }
    *wide = malloc((size_t) size * sizeof(**wide));
    if (*wide == NULL) {
        return mp__fail(MP_ENOMEM, 0, "text");
    }
    (void) MultiByteToWideChar(CP_UTF8, 0, text, -1, *wide, size);
    return 0;
}

int mp_win32_to_utf8(const wchar_t *wide, char **text)
{
    int size = WideCharToMultiByte(CP_UTF8, 0, wide, -1, NULL, 0, NULL, NULL);
    if (size == 0) {
        return mp_win32_fail(GetLastError(), "text cannot be converted");
    }
    *text = malloc((size_t) size);
    if (*text == NULL) {
        return mp__fail(MP_ENOMEM, 0, "text");
    }
    (void) WideCharToMultiByte(CP_UTF8, 0, wide, -1, *text, size, NULL, NULL);
    return 0;
}

int mp_win32_absolute(const wchar_t *path, wchar_t **absolute)
{
    DWORD size = GetFullPathNameW(path, 0, NULL, NULL);
    if (size == 0) {
        return mp_win32_fail(GetLastError(), "a path has no absolute form");
    }
    // Another thread may change the current directory in between.
    size += MAX_PATH;
    *absolute = malloc(size * sizeof(**absolute));
    if (*absolute == NULL) {
        return mp__fail(MP_ENOMEM, 0, "path");
    }
    DWORD length = GetFullPathNameW(path, size, *absolute, NULL);
    if (length == 0 || length >= size) {
        DWORD error = length == 0 ? GetLastError() : ERROR_FILENAME_EXCED_RANGE;
        free(*absolute);
        return mp_win32_fail(error, "a path has no absolute form");
    }
    return 0;
}

// Without this prefix most calls refuse what is longer than MAX_PATH.
int mp_win32_openable(const wchar_t *absolute, wchar_t **openable)
{
    size_t length = wcslen(absolute);
    const wchar_t *prefix = L"";

    if (length >= MAX_PATH && wcsncmp(absolute, L"\\\\?\\", 4) != 0) {
        prefix = L"\\\\?\\";
        if (wcsncmp(absolute, L"\\\\", 2) == 0) {
            prefix = L"\\\\?\\UNC\\";
            absolute += 2;
            length -= 2;
        }
    }
    size_t before = wcslen(prefix);
    *openable = malloc((before + length + 1) * sizeof(**openable));
    if (*openable == NULL) {
        return mp__fail(MP_ENOMEM, 0, "path");
    }
    memcpy(*openable, prefix, before * sizeof(**openable));
    memcpy(*openable + before, absolute, (length + 1) * sizeof(**openable));
    return 0;
}

int mp_win32_module_path(HMODULE module, wchar_t **path)
{
    for (DWORD size = MAX_PATH;; size *= 2) {
        *path = malloc(size * sizeof(**path));
        if (*path == NULL) {
            return mp__fail(MP_ENOMEM, 0, "path");
        }
        DWORD length = GetModuleFileNameW(module, *path, size);
        if (length > 0 && length < size) {
            return 0;
        }
        DWORD error = GetLastError();
        free(*path);
        if (length == 0 || size > UNICODE_STRING_MAX_CHARS) {
            return mp_win32_fail(error, "the path of a module is not known");
        }
    }
}
