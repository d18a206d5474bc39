// SPDX-License-Identifier: Apache-2.0
// What Windows itself takes, without a library between.
#include <stdio.h>

#include <windows.h>

#include "bench/shm/groups.h"
#include "bench/shm/touch.h"

static int fail(const char *what)
{
    char text[120];

    snprintf(text, sizeof(text), "%s: Windows error %lu", what,
             (unsigned long) GetLastError());
    return row_fail(text, 0);
}

// The limit: it cannot be less than one mapping.
static int anonymous_once(void)
{
    void *memory = VirtualAlloc(NULL, SEGMENT_SIZE, MEM_RESERVE | MEM_COMMIT,
                                PAGE_READWRITE);
    if (memory == NULL) {
        return fail("VirtualAlloc");
    }
    touch(memory);
    return VirtualFree(memory, 0, MEM_RELEASE) ? 0 : fail("VirtualFree");
}

static int map_and_touch(HANDLE section)
{
    void *memory =
        MapViewOfFile(section, FILE_MAP_ALL_ACCESS, 0, 0, SEGMENT_SIZE);
    if (memory == NULL) {
        return fail("MapViewOfFile");
    }
    touch(memory);
    return UnmapViewOfFile(memory) ? 0 : fail("UnmapViewOfFile");
}

static HANDLE make(const char *name)
{
    return CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0,
                              (DWORD) SEGMENT_SIZE, name);
}

static int section_once(void)
{
    HANDLE section = make(NULL);
    if (section == NULL) {
        return fail("CreateFileMapping");
    }
    int r = map_and_touch(section);
    (void) CloseHandle(section);
    return r;
}

// Its maker has it mapped while another opens, maps and touches it.
static int share(HANDLE section, const char *name)
{
    void *mine =
        MapViewOfFile(section, FILE_MAP_ALL_ACCESS, 0, 0, SEGMENT_SIZE);
    if (mine == NULL) {
        return fail("MapViewOfFile");
    }
    HANDLE other = OpenFileMappingA(FILE_MAP_ALL_ACCESS, FALSE, name);
    int r = other == NULL ? fail("OpenFileMapping") : map_and_touch(other);
    if (other != NULL) {
        (void) CloseHandle(other);
    }
    (void) UnmapViewOfFile(mine);
    return r;
}

static int named_section_once(void)
{
    char name[SEGMENT_NAME_MAX];

    segment_name(name, "Local\\raw-");
    HANDLE section = make(name);
    if (section == NULL) {
        return fail("CreateFileMapping");
    }
    int r = share(section, name);
    (void) CloseHandle(section);
    return r;
}

static const struct row rows[] = {
    {.name = "anonymous",
     .what = "VirtualAlloc: the limit",
     .run = row_repeat,
     .once = anonymous_once},
    {.name = "section",
     .what = "CreateFileMapping without a name, mapped once",
     .run = row_repeat,
     .once = section_once},
    {.name = "named-section",
     .what = "CreateFileMapping, OpenFileMapping, mapped twice",
     .run = row_repeat,
     .once = named_section_once},
};

const struct row_group group_system = {
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
};
