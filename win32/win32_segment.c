// SPDX-License-Identifier: Apache-2.0
// A segment is a named section that the page file holds. Its name lasts as long
// as somebody has a handle of it, so the handle is kept beside the view.
#include "win32/win32.h"

#include <stdlib.h>
#include <wchar.h>

#include "platform/fail.h"

const char mp_plat_segment_prefix[] = "wnsm_";

static int whole_name(wchar_t **wide, const char *name)
{
    int r = mp_win32_to_wide(name, wide);
    if (r == 0 && wcslen(*wide) > MAX_PATH) {
        (void) mp__fail(
            MP_EINVAL, 0,
            "a name of %zu characters is too long for shared memory",
            wcslen(*wide));
        free(*wide);
        *wide = NULL;
        r = MP_EINVAL;
    }
    return r;
}

// An invalid handle is what the system says of a name that something else has,
// a mutex, say.
static int fail_name(DWORD error, int other_kind, const char *what,
                     const char *name)
{
    switch (error) {
    case ERROR_INVALID_NAME:
    case ERROR_BAD_PATHNAME:
    case ERROR_PATH_NOT_FOUND:
    case ERROR_FILENAME_EXCED_RANGE:
        return mp__fail(MP_EINVAL, (int) error,
                        "no name for shared memory on this system: %s", name);
    case ERROR_INVALID_HANDLE:
        return mp__fail(other_kind, (int) error, "%s: %s", what, name);
    default:
        return mp_win32_fail_path(error, what, name);
    }
}

// The system tells no size but that of the view, in whole pages. Pages that
// are reserved only could not be used.
static int measure(const void *address, size_t *size)
{
    MEMORY_BASIC_INFORMATION view;

    if (VirtualQuery(address, &view, sizeof(view)) == 0) {
        return mp_win32_fail(GetLastError(), "the size of shared memory");
    }
    if (view.State != MEM_COMMIT) {
        return mp__fail(MP_ESTATE, 0,
                        "the shared memory has no pages that could be used");
    }
    *size = view.RegionSize;
    return 0;
}

// With `size` 0 it is measured.
static int map(mp_plat_segment_t *out, HANDLE section, size_t size,
               bool read_only)
{
    DWORD access = read_only ? FILE_MAP_READ : FILE_MAP_READ | FILE_MAP_WRITE;
    int r = 0;

    void *address = MapViewOfFile(section, access, 0, 0, 0);
    if (address == NULL) {
        return mp_win32_fail(GetLastError(), "shared memory cannot be mapped");
    }
    if (size == 0) {
        r = measure(address, &size);
    }
    if (r < 0) {
        (void) UnmapViewOfFile(address);
        return r;
    }
    *out = (mp_plat_segment_t){address, size, 0, 0, (intptr_t) section};
    return 0;
}

static int make(HANDLE *section, const wchar_t *wide, const char *name,
                size_t size)
{
    mp_win32_only_user_t only;

    int r = mp_win32_only_user(&only);
    if (r < 0) {
        return r;
    }
    *section = CreateFileMappingW(INVALID_HANDLE_VALUE, &only.attributes,
                                  PAGE_READWRITE, (DWORD) (size >> 32),
                                  (DWORD) (size & MAXDWORD), wide);
    DWORD error = GetLastError(); // of a name that is there it is set, too
    if (*section != NULL && error == ERROR_ALREADY_EXISTS) {
        (void) CloseHandle(*section);
        *section = NULL;
    }
    if (*section == NULL) {
        return fail_name(error, MP_EEXIST, "shared memory cannot be made",
                         name);
    }
    return 0;
}

int mp_plat_segment_create(mp_plat_segment_t *out, const char *name,
                           size_t size, bool sparse)
{
    wchar_t *wide = NULL;
    HANDLE section = NULL;

    (void) sparse; // what is not committed could not be used without a call
    int r = whole_name(&wide, name);
    if (r < 0) {
        return r;
    }
    r = make(&section, wide, name, size);
    free(wide);
    if (r < 0) {
        return r;
    }
    r = map(out, section, size, false);
    if (r < 0) {
        (void) CloseHandle(section);
    }
    return r;
}

int mp_plat_segment_open(mp_plat_segment_t *out, const char *name,
                         bool read_only)
{
    wchar_t *wide = NULL;

    int r = whole_name(&wide, name);
    if (r < 0) {
        return r;
    }
    HANDLE section = OpenFileMappingW(
        read_only ? FILE_MAP_READ : FILE_MAP_READ | FILE_MAP_WRITE, FALSE,
        wide);
    DWORD error = GetLastError();
    free(wide);
    if (section == NULL) {
        return fail_name(error, MP_ENOENT, "shared memory cannot be opened",
                         name);
    }
    r = map(out, section, 0, read_only);
    if (r < 0) {
        (void) CloseHandle(section);
    }
    return r;
}

void mp_plat_segment_close(mp_plat_segment_t *segment)
{
    if (segment->address != NULL) {
        (void) UnmapViewOfFile(segment->address);
        (void) CloseHandle((HANDLE) segment->handle);
        segment->address = NULL;
    }
}

int mp_plat_segment_unlink(const char *name)
{
    wchar_t *wide = NULL;

    int r = whole_name(&wide, name);
    if (r == 0) {
        free(wide); // the name is right, and ends by itself
    }
    return r;
}
