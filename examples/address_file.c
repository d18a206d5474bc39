// SPDX-License-Identifier: Apache-2.0
#include "address_file.h"

#include <stdio.h>
#include <string.h>

#include "portable.h"

#define TRIES 1000
#define NAP_MS 20

static bool fail(const char *what, const char *path)
{
    (void) fprintf(stderr, "cannot %s %s\n", what, path);
    return false;
}

// Under another name first: who finds the file finds all of it.
bool address_file_write(const char *path, const char *address)
{
    char draft[1100];
    int length = snprintf(draft, sizeof(draft), "%s.draft", path);

    if (length < 0 || (size_t) length >= sizeof(draft)) {
        return fail("write", path);
    }
    FILE *file = fopen(draft, "w");
    if (file == NULL) {
        return fail("write", draft);
    }
    bool written = fprintf(file, "%s\n", address) > 0;
    written = fclose(file) == 0 && written;
    (void) remove(path); // Windows renames to no name that is there
    return (written && rename(draft, path) == 0) || fail("write", path);
}

bool address_file_read(const char *path, char *address, size_t size)
{
    FILE *file = fopen(path, "r");

    for (int i = 0; i < TRIES && file == NULL; i++) {
        nap(NAP_MS);
        file = fopen(path, "r");
    }
    if (file == NULL) {
        return fail("read", path);
    }
    bool found = fgets(address, (int) size, file) != NULL;
    (void) fclose(file);
    if (found) {
        address[strcspn(address, "\r\n")] = '\0';
    }
    return found || fail("read", path);
}
