// SPDX-License-Identifier: Apache-2.0
// The memory of a family is a memfd: no name, no limit of /dev/shm, and sealed
// against shrinking, so that nobody can take away what others have mapped.
#include "posix/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define LARGE ((off_t) 1 << 20)

// It grows as it is filled.
int mp_posix_memory_object(size_t size)
{
    (void) size;
    int descriptor =
        memfd_create("multiprocessing", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (descriptor >= 0) {
        (void) fcntl(descriptor, F_ADD_SEALS, F_SEAL_SHRINK);
        return descriptor;
    }
    if (errno == EMFILE || errno == ENFILE) {
        return -1;
    }
    // A seccomp filter may refuse it. A file that never had a name, in a file
    // system of memory, is as good but for its size.
    return open("/dev/shm", O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL,
                S_IRUSR | S_IWUSR);
}

// What the system could give without pushing others out, in bytes; all there
// is, if it does not tell.
static uint64_t available(void)
{
    const char *name = "MemAvailable:";
    char line[128];
    uint64_t kilobytes = UINT64_MAX / 1024;

    FILE *file = fopen("/proc/meminfo", "re");
    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        if (strncmp(line, name, strlen(name)) == 0) {
            kilobytes = strtoull(line + strlen(name), NULL, 10);
            break;
        }
    }
    if (file != NULL) {
        (void) fclose(file);
    }
    return kilobytes * 1024;
}

// The system would rather end other processes than refuse memory. So it is not
// asked for what it does not have, and a part is left to it.
static bool is_too_much(off_t size)
{
    if (size < LARGE) {
        return false;
    }
    uint64_t most = available();
    return (uint64_t) size > most - most / 8;
}

// Growing over the limit of files is a signal that ends the process.
int mp_posix_memory_fill(int descriptor, off_t offset, off_t size)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_FSIZE, &limit) == 0 &&
        limit.rlim_cur < (rlim_t) (offset + size)) {
        return ENOSPC;
    }
    if (is_too_much(size)) {
        return ENOSPC;
    }
    return fallocate(descriptor, 0, offset, size) == 0 ? 0 : errno;
}

void mp_posix_wipe_on_fork(void *page, size_t size)
{
    (void) madvise(page, size, MADV_WIPEONFORK);
}
