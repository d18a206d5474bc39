// SPDX-License-Identifier: Apache-2.0
// The memory of a family is a memfd: no name, no limit of /dev/shm, and sealed
// against shrinking, so that nobody can take away what others have mapped.
#include "platform/shared.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/fail.h"
#include "posix/posix.h"

// Above the numbers that children are given.
#define FIRST_FREE_NUMBER 10

static int map_reservation(mp_plat_memory_t *memory)
{
    void *base = mmap(NULL, memory->size, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_NORESERVE, (int) memory->handle, 0);
    if (base == MAP_FAILED) {
        return errno;
    }
    memory->base = base;
    return 0;
}

// A seccomp filter may refuse memfd_create: a file without a name in a file
// system of memory is as good, but for its size.
static int open_low(void)
{
    int descriptor =
        memfd_create("multiprocessing", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (descriptor >= 0 || errno == EMFILE || errno == ENFILE) {
        return descriptor;
    }
    int error = errno;
    descriptor = open("/dev/shm", O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL,
                      S_IRUSR | S_IWUSR);
    if (descriptor < 0) {
        errno = error;
    }
    return descriptor;
}

static int open_object(void)
{
    int low = open_low();
    if (low < 0 || low >= FIRST_FREE_NUMBER) {
        return low;
    }
    int high = fcntl(low, F_DUPFD_CLOEXEC, FIRST_FREE_NUMBER);
    int error = errno == EINVAL ? EMFILE : errno;
    (void) close(low);
    errno = error;
    return high;
}

int mp_plat_memory_create(mp_plat_memory_t *memory, size_t least, size_t most)
{
    int descriptor = open_object();
    if (descriptor < 0) {
        return mp_posix_fail(errno, "memory for a family of processes");
    }
    (void) fcntl(descriptor, F_ADD_SEALS, F_SEAL_SHRINK);
    memory->handle = descriptor;
    int error = ENOMEM;
    for (size_t size = most; error != 0 && size >= least; size /= 2) {
        memory->size = size;
        error = map_reservation(memory);
    }
    if (error != 0) {
        (void) close(descriptor);
        return mp_posix_fail(error, "address space for shared memory");
    }
    return 0;
}

int mp_plat_memory_open(mp_plat_memory_t *memory, intptr_t handle, size_t size)
{
    memory->handle = handle;
    memory->size = size;
    int error = map_reservation(memory);
    return error == 0 ? 0
                      : mp_posix_fail(error, "the memory of this family of "
                                             "processes cannot be mapped");
}

int mp_plat_memory_commit(const mp_plat_memory_t *memory, size_t offset,
                          size_t size)
{
    int r = 0;

    do {
        r = fallocate((int) memory->handle, 0, (off_t) offset, (off_t) size);
    } while (r < 0 && errno == EINTR);
    return r == 0 ? 0
                  : mp_posix_fail(errno, "the system has no more memory "
                                         "to share");
}

void mp_posix_wipe_on_fork(void *page, size_t size)
{
    (void) madvise(page, size, MADV_WIPEONFORK);
}

void mp_plat_memory_close(mp_plat_memory_t *memory)
{
    (void) munmap(memory->base, memory->size);
    (void) close((int) memory->handle);
}
