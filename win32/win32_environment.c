// SPDX-License-Identifier: Apache-2.0
// The environment of a child.
#include "win32/win32.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "platform/fail.h"

// The length of an entry's name. A name may begin with '=', as those do that
// hold the current folder of each drive.
static size_t name_length(const wchar_t *entry)
{
    return 1 + wcscspn(entry + 1, L"=");
}

static int compare_names(const wchar_t *a, const wchar_t *b)
{
    return CompareStringOrdinal(a, (int) name_length(a), b,
                                (int) name_length(b), TRUE) -
           CSTR_EQUAL;
}

static wchar_t *append(wchar_t *to, const wchar_t *entry)
{
    size_t size = wcslen(entry) + 1;

    memcpy(to, entry, size * sizeof(*to));
    return to + size;
}

// The block `own` with `entry` in its place, or without it if it has no value:
// the system keeps blocks sorted by name, whatever the case, and finds
// variables by that.
static void insert_sorted(wchar_t *to, const wchar_t *own, const wchar_t *entry)
{
    const wchar_t *next = entry[name_length(entry)] == L'=' ? entry : NULL;

    for (; *own != L'\0'; own += wcslen(own) + 1) {
        int order = compare_names(own, entry);
        if (order > 0 && next != NULL) {
            to = append(to, next);
            next = NULL;
        }
        if (order != 0) {
            to = append(to, own);
        }
    }
    if (next != NULL) {
        to = append(to, next);
    }
    *to = L'\0';
}

static size_t block_length(const wchar_t *block)
{
    size_t length = 0;

    while (block[length] != L'\0') {
        length += wcslen(block + length) + 1;
    }
    return length;
}

// Puts a changed copy in the place of *block.
static int change(wchar_t **block, const wchar_t *entry)
{
    size_t size = block_length(*block) + wcslen(entry) + 2;
    wchar_t *changed = malloc(size * sizeof(*changed));
    if (changed == NULL) {
        return mp__fail(MP_ENOMEM, 0, "environment of a child");
    }
    insert_sorted(changed, *block, entry);
    free(*block);
    *block = changed;
    return 0;
}

static int copy_own(wchar_t **block)
{
    wchar_t *own = GetEnvironmentStringsW();
    if (own == NULL) {
        return mp__fail(MP_ENOMEM, 0, "environment of a child");
    }
    size_t size = (block_length(own) + 1) * sizeof(*own);
    *block = malloc(size);
    if (*block != NULL) {
        memcpy(*block, own, size);
    }
    (void) FreeEnvironmentStringsW(own);
    return *block != NULL ? 0
                          : mp__fail(MP_ENOMEM, 0, "environment of a child");
}

int mp_win32_environment(char *const *changes, wchar_t **block)
{
    if (changes == NULL) {
        return 0;
    }
    int r = copy_own(block);
    for (size_t i = 0; r == 0 && *block != NULL && changes[i] != NULL; i++) {
        wchar_t *wide = NULL;
        r = mp_win32_to_wide(changes[i], &wide);
        if (r == 0) {
            r = change(block, wide);
        }
        free(wide);
    }
    return r;
}
