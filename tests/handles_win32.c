// SPDX-License-Identifier: Apache-2.0
#include "tests/handles.h"

#include <stdio.h>
#include <string.h>
#include <wchar.h>
#include <windows.h>

#define PREFIX "mp-test-foreign-"
#define LAST_NUMBER 0x1000 // beyond what these tests open

static HANDLE make_file(SECURITY_ATTRIBUTES *inherit, const char *name)
{
    char folder[MAX_PATH];
    char path[MAX_PATH + 100];

    assert_true(GetTempPathA(sizeof(folder), folder) > 0);
    (void) snprintf(path, sizeof(path), "%s%s", folder, name);
    HANDLE file =
        CreateFileA(path, GENERIC_READ | GENERIC_WRITE | DELETE,
                    FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                    inherit, CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, NULL);
    return file == INVALID_HANDLE_VALUE ? NULL : file;
}

static HANDLE make(SECURITY_ATTRIBUTES *inherit, int kind, const char *name)
{
    switch (kind) {
    case 0:
        return CreateSemaphoreA(inherit, 0, 10, name);
    case 1:
        return CreateEventA(inherit, TRUE, FALSE, name);
    case 2:
        return CreateMutexA(inherit, FALSE, name);
    case 3:
        return CreateFileMappingA(INVALID_HANDLE_VALUE, inherit, PAGE_READWRITE,
                                  0, 4096, name);
    default:
        return make_file(inherit, name);
    }
}

void test_open_inheritable(intptr_t *handles, int count)
{
    static volatile LONG number;
    SECURITY_ATTRIBUTES inherit = {sizeof(inherit), NULL, TRUE};
    char name[100];

    for (int i = 0; i < count; i++) {
        (void) snprintf(name, sizeof(name), PREFIX "%lu-%ld",
                        GetCurrentProcessId(), InterlockedIncrement(&number));
        handles[i] = (intptr_t) make(&inherit, i % 5, name);
        assert_true(handles[i] > 0 && handles[i] < LAST_NUMBER);
    }
}

void test_close_inheritable(const intptr_t *handles, int count)
{
    for (int i = 0; i < count; i++) {
        (void) CloseHandle((HANDLE) handles[i]);
    }
}

typedef struct object_name {
    USHORT length; // in bytes
    USHORT room;
    wchar_t *text;
    wchar_t space[600];
} object_name_t;

typedef LONG(NTAPI *query_fn)(HANDLE, int, PVOID, ULONG, PULONG);

// The name of what is behind a handle. Asking does it no harm; a pipe is not
// asked, because some would wait.
static bool name_of(HANDLE handle, object_name_t *name)
{
    const int object_name = 1;
    query_fn query = NULL;
    FARPROC found =
        GetProcAddress(GetModuleHandleA("ntdll.dll"), "NtQueryObject");

    memcpy(&query, &found, sizeof(query));
    memset(name, 0, sizeof(*name));
    if (GetFileType(handle) == FILE_TYPE_PIPE) {
        return false;
    }
    return query(handle, object_name, name, sizeof(*name) - sizeof(wchar_t),
                 NULL) == 0 &&
           name->text != NULL;
}

bool test_sees_handle(intptr_t handle)
{
    object_name_t name;
    DWORD flags = 0;

    return GetHandleInformation((HANDLE) handle, &flags) &&
           name_of((HANDLE) handle, &name) &&
           wcsstr(name.text, L"" PREFIX) != NULL;
}

int test_count_inheritable(void)
{
    int count = 0;

    for (intptr_t handle = 4; handle < LAST_NUMBER; handle += 4) {
        count += test_sees_handle(handle);
    }
    return count;
}

void test_make_pipe(intptr_t *reading, intptr_t *writing)
{
    HANDLE ends[2];

    assert_true(CreatePipe(&ends[0], &ends[1], NULL, 0));
    *reading = (intptr_t) ends[0];
    *writing = (intptr_t) ends[1];
}

int test_put(intptr_t handle, const char *text)
{
    DWORD length = (DWORD) strlen(text);
    DWORD written = 0;

    return WriteFile((HANDLE) handle, text, length, &written, NULL) &&
                   written == length
               ? 0
               : -1;
}

bool test_is_inheritable(intptr_t handle)
{
    DWORD flags = 0;

    return GetHandleInformation((HANDLE) handle, &flags) &&
           (flags & HANDLE_FLAG_INHERIT) != 0;
}

int test_close_own(intptr_t handle)
{
    return CloseHandle((HANDLE) handle) ? 0 : -1;
}
