// SPDX-License-Identifier: Apache-2.0
// The memory of a family is a memfd: no name, no limit of /dev/shm, and sealed
// against shrinking, so that nobody can take away what others have mapped.
#include "posix/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#define MEMINFO_SIZE 2048
#define KIB UINT64_C(1024)
#define LEFT_TO_OTHERS 32 // one part in so many of all memory

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

// A number of /proc/meminfo, in bytes; 0 if it is not there.
static uint64_t number_in(const char *text, const char *name)
{
    const char *at = strstr(text, name);
    return at == NULL ? 0 : strtoull(at + strlen(name), NULL, 10) * KIB;
}

// What the system could give without stopping programs. UINT64_MAX: not told.
static uint64_t available(void)
{
    char text[MEMINFO_SIZE];

    int descriptor = open("/proc/meminfo", O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return UINT64_MAX;
    }
    ssize_t size = read(descriptor, text, sizeof(text) - 1);
    (void) close(descriptor);
    if (size <= 0) {
        return UINT64_MAX;
    }
    text[size] = '\0';
    uint64_t memory = number_in(text, "MemAvailable:");
    return memory == 0 ? UINT64_MAX : memory + number_in(text, "SwapFree:");
}

// fallocate() does not refuse what there is not: it takes all, and then the
// system kills one program after the other. Most of the time there is plenty,
// which one call tells.
static bool is_there(uint64_t size)
{
    struct sysinfo info;

    if (sysinfo(&info) < 0) {
        return true;
    }
    uint64_t all = (uint64_t) info.totalram * info.mem_unit;
    uint64_t wanted = size + all / LEFT_TO_OTHERS;
    return (uint64_t) info.freeram * info.mem_unit >= wanted ||
           available() >= wanted;
}

int mp_posix_memory_fill(int descriptor, off_t offset, off_t size)
{
    if (mp_posix_over_file_limit(offset + size) || !is_there((uint64_t) size)) {
        return ENOSPC;
    }
    return fallocate(descriptor, 0, offset, size) == 0 ? 0 : errno;
}

void mp_posix_wipe_on_fork(void *page, size_t size)
{
    (void) madvise(page, size, MADV_WIPEONFORK);
}
