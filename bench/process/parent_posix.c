// SPDX-License-Identifier: Apache-2.0
#include "bench/process/parent.h"

#include <errno.h>
#include <stddef.h>

#include <sys/mman.h>

#include "bench/common/row.h"

static char *memory;
static size_t bytes;

int parent_grow(unsigned size_mb)
{
    bytes = (size_t) size_mb << 20;
    void *mapped = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) {
        return row_fail("memory for the parent", errno);
    }
    memory = mapped;
#ifdef MADV_NOHUGEPAGE
    // A kernel without huge pages refuses, which is as good.
    (void) madvise(memory, bytes, MADV_NOHUGEPAGE);
#endif
    for (size_t i = 0; i < bytes; i += 4096) {
        ((volatile char *) memory)[i] = 1;
    }
    return 0;
}

void parent_shrink(void)
{
    if (memory != NULL) {
        (void) munmap(memory, bytes);
    }
    memory = NULL;
}
