// SPDX-License-Identifier: Apache-2.0
// The memory of a family in one process. It is not in the table of the
// library's descriptors, because the children of forks keep it.
#include "platform/shared.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "platform/fail.h"
#include "posix/posix.h"

#define ALIGNMENT ((size_t) 64 * 1024)

#ifndef MAP_NORESERVE // where memory is never reserved
#define MAP_NORESERVE 0
#endif

// A system aligns mappings to its pages: room for the object is found in a
// larger piece of nothing, whose rest is given back.
static int map_object(mp_plat_memory_t *memory)
{
    size_t room = memory->size + ALIGNMENT;
    unsigned char *first =
        mmap(NULL, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
             -1, 0);
    if (first == MAP_FAILED) {
        return errno;
    }
    size_t before = (ALIGNMENT - (uintptr_t) first % ALIGNMENT) % ALIGNMENT;
    memory->base = first + before;
    if (mmap(memory->base, memory->size, PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_FIXED | MAP_NORESERVE, (int) memory->handle,
             0) == MAP_FAILED) {
        int error = errno;
        (void) munmap(first, room);
        return error;
    }
    if (before > 0) {
        (void) munmap(first, before);
    }
    (void) munmap(memory->base + memory->size, ALIGNMENT - before);
    return 0;
}

// Moves a new descriptor out of the way of those that children are given.
static int raise_above(int low)
{
    if (low < 0 || low >= MP_POSIX_FIRST_FREE) {
        return low;
    }
    int high = fcntl(low, F_DUPFD_CLOEXEC, MP_POSIX_FIRST_FREE);
    int error = errno == EINVAL ? EMFILE : errno;
    (void) close(low);
    errno = error;
    return high;
}

// A fork of another thread must not copy a number that is closed in a moment.
static int open_object(size_t size)
{
    mp_posix_lock();
    int descriptor = raise_above(mp_posix_memory_object(size));
    mp_posix_unlock();
    return descriptor;
}

// Some systems fix the size of an object once: each try has its own.
static int try_size(mp_plat_memory_t *memory, size_t size)
{
    int descriptor = open_object(size);
    if (descriptor < 0) {
        return errno;
    }
    memory->handle = descriptor;
    memory->size = size;
    int error = map_object(memory);
    if (error != 0) {
        (void) close(descriptor);
    }
    return error;
}

int mp_plat_memory_create(mp_plat_memory_t *memory, size_t least, size_t most)
{
    int error = ENOMEM;

    for (size_t size = most; error != 0 && size >= least; size /= 2) {
        error = try_size(memory, size);
    }
    return error == 0 ? 0
                      : mp_posix_fail(error, "the memory of a family of "
                                             "processes cannot be made");
}

// A number that a child was given may be one that it gives to others.
static int take_over(int given)
{
    if (given >= MP_POSIX_FIRST_FREE) {
        return fcntl(given, F_SETFD, FD_CLOEXEC) < 0 ? -1 : given;
    }
    mp_posix_lock();
    int descriptor = raise_above(given);
    mp_posix_unlock();
    return descriptor;
}

int mp_plat_memory_open(mp_plat_memory_t *memory, intptr_t handle, size_t size)
{
    int descriptor = take_over((int) handle);
    int error = descriptor < 0 ? errno : 0;

    memory->handle = descriptor;
    memory->size = size;
    if (error == 0) {
        error = map_object(memory);
    }
    if (error == 0) {
        return 0;
    }
    if (descriptor >= 0) {
        (void) close(descriptor);
    }
    return mp_posix_fail(error, "the memory of this family of processes "
                                "cannot be mapped");
}

int mp_plat_memory_commit(const mp_plat_memory_t *memory, size_t offset,
                          size_t size)
{
    int error = 0;

    do {
        error = mp_posix_memory_fill((int) memory->handle, (off_t) offset,
                                     (off_t) size);
    } while (error == EINTR);
    return error == 0 ? 0
                      : mp_posix_fail(error, "the system has no more memory "
                                             "to share");
}

void mp_plat_memory_close(mp_plat_memory_t *memory)
{
    (void) munmap(memory->base, memory->size);
    (void) close((int) memory->handle);
}
