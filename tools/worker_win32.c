// SPDX-License-Identifier: Apache-2.0
#include "win32/win32.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/fail.h"
#include "tools/worker.h"

static bool is_absolute(const wchar_t *path)
{
    return (path[0] == L'\\' && path[1] == L'\\') ||
           (path[0] != L'\0' && path[1] == L':' && path[2] == L'\\');
}

// What a module needs is looked for beside it first. No box about a broken
// one: nobody may be there to close it.
static int load_wide(const wchar_t *wide, const char *path, void **module)
{
    if (!is_absolute(wide)) {
        return mp__fail(MP_EPROTO, 0, "the path of a module is not absolute");
    }
    if (GetFileAttributesW(wide) == INVALID_FILE_ATTRIBUTES) {
        return mp__fail(MP_ENOENT, (int) GetLastError(),
                        "mp-worker cannot load the module %s", path);
    }
    (void) SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOOPENFILEERRORBOX);
    *module =
        (void *) LoadLibraryExW(wide, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
    if (*module == NULL) {
        return mp__fail(MP_EACCES, (int) GetLastError(),
                        "mp-worker cannot load the module %s", path);
    }
    return 0;
}

int worker_load(const char *path, void **module)
{
    wchar_t *wide = NULL;

    int r = mp_win32_to_wide(path, &wide);
    if (r == 0) {
        r = load_wide(wide, path, module);
    }
    free(wide);
    return r;
}

int worker_entry(void *module, const char *path, const char *name,
                 worker_entry_t *entry)
{
    FARPROC found = GetProcAddress((HMODULE) module, name);
    if (found == NULL) {
        return mp__fail(MP_ETARGET, 0,
                        "%s is no plug-in: it has no %s; write MP_PLUGIN in "
                        "one of its files",
                        path, name);
    }
    memcpy(entry, &found, sizeof(*entry));
    return 0;
}

void worker_system_text(int os_code, char *text, size_t size)
{
    DWORD length = FormatMessageA(
        FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL,
        (DWORD) os_code, 0, text, (DWORD) size, NULL);
    text[length] = '\0';
    text[strcspn(text, "\r\n")] = '\0';
}
