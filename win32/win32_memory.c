// SPDX-License-Identifier: Apache-2.0
// The memory of a family is a section without a name and without a file, whose
// pages are there from the moment at which one of its processes commits them.
#include "platform/shared.h"

#include "win32/win32.h"

// Windows may keep a table for the whole of a section, 8 bytes for each of its
// pages: it is no larger than what this machine could ever commit.
static bool is_sensible(size_t size)
{
    MEMORYSTATUSEX status = {.dwLength = sizeof(status)};

    return !GlobalMemoryStatusEx(&status) || size <= status.ullTotalPageFile;
}

static DWORD map_object(mp_plat_memory_t *memory)
{
    memory->base =
        MapViewOfFile((HANDLE) memory->handle, FILE_MAP_READ | FILE_MAP_WRITE,
                      0, 0, memory->size);
    return memory->base != NULL ? 0 : GetLastError();
}

static DWORD try_size(mp_plat_memory_t *memory, size_t size)
{
    HANDLE section = CreateFileMappingW(
        INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE | SEC_RESERVE,
        (DWORD) ((uint64_t) size >> 32), (DWORD) size, NULL);
    if (section == NULL) {
        return GetLastError();
    }
    memory->handle = (intptr_t) section;
    memory->size = size;
    DWORD error = map_object(memory);
    if (error != 0) {
        (void) CloseHandle(section);
    }
    return error;
}

int mp_plat_memory_create(mp_plat_memory_t *memory, size_t least, size_t most)
{
    DWORD error = ERROR_NOT_ENOUGH_MEMORY;

    for (size_t size = most; error != 0 && size >= least; size /= 2) {
        if (is_sensible(size) || size / 2 < least) {
            error = try_size(memory, size);
        }
    }
    return error == 0 ? 0
                      : mp_win32_fail(error, "the memory of a family of "
                                             "processes cannot be made");
}

int mp_plat_memory_open(mp_plat_memory_t *memory, intptr_t handle, size_t size)
{
    memory->handle = handle;
    memory->size = size;
    // A child was given a handle that it could inherit.
    (void) SetHandleInformation((HANDLE) handle, HANDLE_FLAG_INHERIT, 0);
    DWORD error = map_object(memory);
    if (error == 0) {
        return 0;
    }
    (void) CloseHandle((HANDLE) handle);
    return mp_win32_fail(error, "the memory of this family of processes "
                                "cannot be mapped");
}

int mp_plat_memory_commit(const mp_plat_memory_t *memory, size_t offset,
                          size_t size)
{
    if (VirtualAlloc(memory->base + offset, size, MEM_COMMIT, PAGE_READWRITE) ==
        NULL) {
        return mp_win32_fail(GetLastError(),
                             "the system has no more memory to share");
    }
    return 0;
}

void mp_plat_memory_close(mp_plat_memory_t *memory)
{
    (void) UnmapViewOfFile(memory->base);
    (void) CloseHandle((HANDLE) memory->handle);
}
