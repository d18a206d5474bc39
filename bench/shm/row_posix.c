// SPDX-License-Identifier: Apache-2.0
// What POSIX itself takes, without a library between. The segments are mapped
// twice, for who makes them and for who attaches to them.
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>

#include "bench/shm/groups.h"
#include "bench/shm/touch.h"

static int map_anonymous(int flags)
{
    void *memory = mmap(NULL, SEGMENT_SIZE, PROT_READ | PROT_WRITE,
                        flags | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        return row_fail("mmap", errno);
    }
    touch(memory);
    return munmap(memory, SEGMENT_SIZE) < 0 ? row_fail("munmap", errno) : 0;
}

// The limit: it cannot be less than one mapping.
static int anonymous_once(void)
{
    return map_anonymous(MAP_PRIVATE);
}

static int shared_once(void)
{
    return map_anonymous(MAP_SHARED);
}

static void *map(int descriptor)
{
    void *memory = mmap(NULL, SEGMENT_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
                        descriptor, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

// Maps the descriptors of the two sides, and closes them.
static int use(int maker, int other, const char *what)
{
    int error = 0;
    void *mine = NULL;
    void *theirs = NULL;

    if (maker < 0 || other < 0 || ftruncate(maker, SEGMENT_SIZE) < 0 ||
        (mine = map(maker)) == NULL || (theirs = map(other)) == NULL) {
        error = errno;
    } else {
        touch(theirs);
    }
    if (theirs != NULL) {
        (void) munmap(theirs, SEGMENT_SIZE);
    }
    if (mine != NULL) {
        (void) munmap(mine, SEGMENT_SIZE);
    }
    if (other >= 0 && other != maker) {
        (void) close(other);
    }
    if (maker >= 0) {
        (void) close(maker);
    }
    return error == 0 ? 0 : row_fail(what, error);
}

static int shm_open_once(void)
{
    char name[SEGMENT_NAME_MAX];

    segment_name(name, "/");
    int maker = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (maker < 0) {
        return row_fail("shm_open", errno);
    }
    int r = use(maker, shm_open(name, O_RDWR, 0600), "shm_open");
    return shm_unlink(name) < 0 ? row_fail("shm_unlink", errno) : r;
}

#ifdef __linux__
// The other gets the descriptor from the maker.
static int memfd_once(void)
{
    int descriptor = memfd_create(SEGMENT_NAME, MFD_CLOEXEC);

    return use(descriptor, descriptor, "memfd_create");
}
#endif

static int sysv_once(void)
{
    int id = shmget(IPC_PRIVATE, SEGMENT_SIZE, IPC_CREAT | 0600);
    if (id < 0) {
        return row_fail("shmget", errno);
    }
    void *mine = shmat(id, NULL, 0);
    void *theirs = shmat(id, NULL, 0);
    int error = errno;
    (void) shmctl(id, IPC_RMID, NULL);
    if ((intptr_t) mine == -1 || (intptr_t) theirs == -1) {
        return row_fail("shmat", error);
    }
    touch(theirs);
    (void) shmdt(theirs);
    return shmdt(mine) < 0 ? row_fail("shmdt", errno) : 0;
}

static const struct row rows[] = {
    {.name = "anonymous",
     .what = "one anonymous mapping: the limit",
     .run = row_repeat,
     .once = anonymous_once},
    {.name = "anonymous-shared",
     .what = "one that children have, too",
     .run = row_repeat,
     .once = shared_once},
#ifdef __linux__
    {.name = "memfd",
     .what = "memfd_create, mapped twice",
     .run = row_repeat,
     .once = memfd_once},
#endif
    {.name = "shm_open",
     .what = "shm_open twice, mapped twice, shm_unlink",
     .run = row_repeat,
     .once = shm_open_once},
    {.name = "sysv",
     .what = "shmget, shmat twice, removed",
     .run = row_repeat,
     .once = sysv_once},
};

const struct row_group group_system = {
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
};
