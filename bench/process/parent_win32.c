// SPDX-License-Identifier: Apache-2.0
#include "bench/process/parent.h"

#include <stddef.h>

#include <windows.h>

#include "bench/common/row.h"

static char *memory;
static size_t bytes;

int parent_grow(unsigned size_mb)
{
    bytes = (size_t) size_mb << 20;
    memory =
        VirtualAlloc(NULL, bytes, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    if (memory == NULL) {
        return row_fail("memory for the parent", 0);
    }
    for (size_t i = 0; i < bytes; i += 4096) {
        ((volatile char *) memory)[i] = 1;
    }
    return 0;
}

void parent_shrink(void)
{
    if (memory != NULL) {
        (void) VirtualFree(memory, 0, MEM_RELEASE);
    }
    memory = NULL;
}
