// SPDX-License-Identifier: Apache-2.0
// The descriptor of a segment is needed for a moment only: the mapping keeps
// the object, and a forked child has that too.
#include "posix/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/fail.h"

#define NAME_ROOM 258 // a slash, a file name, and more, to see that it is more

const char mp_plat_segment_prefix[] = "psm_";

// As the systems want it, with one slash in front.
static int whole_name(char room[NAME_ROOM], const char *name)
{
    int length = snprintf(room, NAME_ROOM, "/%s", name + strspn(name, "/"));
    if (length < 0 || length >= NAME_ROOM) {
        return mp__fail(MP_EINVAL, 0,
                        "a name of %zu bytes is too long for shared memory",
                        strlen(name));
    }
    return 0;
}

static int fail_name(int os_code, const char *what, const char *name)
{
    switch (os_code) {
    case EINVAL:
    case EISDIR:
    case ENAMETOOLONG:
        return mp__fail(MP_EINVAL, os_code,
                        "no name for shared memory on this system: %s", name);
    case ELOOP:
        return mp__fail(MP_EACCES, os_code, "%s: %s", what, name);
    default:
        return mp_posix_fail_path(os_code, what, name);
    }
}

// In older kernels tmpfs gives up what it has reserved when a signal arrives:
// with a timer that is faster than it, the call would never come to an end.
static int reserve(int descriptor, off_t size)
{
    sigset_t all;
    sigset_t usual;
    int os_code = 0;

    (void) sigfillset(&all);
    (void) pthread_sigmask(SIG_SETMASK, &all, &usual);
    do {
        os_code = mp_posix_reserve(descriptor, size);
    } while (os_code == EINTR);
    (void) pthread_sigmask(SIG_SETMASK, &usual, NULL);
    return os_code;
}

static int stretch(int descriptor, off_t size)
{
    int r = 0;

    do {
        r = ftruncate(descriptor, size);
    } while (r < 0 && errno == EINTR);
    return r < 0 ? errno : 0;
}

// Who opens it as soon as it has its size finds all its pages there: using one
// that cannot be had any more would be a crash.
static int give_size(int descriptor, size_t size, bool sparse)
{
    int os_code = mp_posix_over_file_limit((off_t) size) ? EFBIG : 0;

    if (os_code == 0 && !sparse) {
        os_code = reserve(descriptor, (off_t) size);
    }
    if (os_code == 0) {
        os_code = stretch(descriptor, (off_t) size);
    }
    if (os_code != 0) {
        os_code = os_code == EINVAL ? EFBIG : os_code; // macOS, of too much
        return mp_posix_fail(os_code, "the system has no such amount of "
                                      "shared memory left");
    }
    return 0;
}

static int map(mp_plat_segment_t *out, int descriptor, bool read_only)
{
    int access = read_only ? PROT_READ : PROT_READ | PROT_WRITE;
    struct stat status;

    if (fstat(descriptor, &status) < 0) {
        return mp_posix_fail(errno, "the size of shared memory");
    }
    if (S_ISDIR(status.st_mode)) {
        return mp__fail(MP_EINVAL, 0, "this is a folder and no shared memory");
    }
    if (status.st_size <= 0 || (uintmax_t) status.st_size > PTRDIFF_MAX) {
        return mp__fail(MP_ESTATE, 0,
                        "the shared memory has no size that could be used; "
                        "perhaps its creator has not given it one yet");
    }
    size_t size = (size_t) status.st_size;
    void *address = mmap(NULL, size, access, MAP_SHARED, descriptor, 0);
    if (address == MAP_FAILED) {
        return mp_posix_fail(errno, "shared memory cannot be mapped");
    }
    *out = (mp_plat_segment_t){address, size, 0, 0, MP_PLAT_NONE};
    return 0;
}

int mp_plat_segment_create(mp_plat_segment_t *out, const char *name,
                           size_t size, bool sparse)
{
    char whole[NAME_ROOM];
    int descriptor = -1;

    int r = whole_name(whole, name);
    if (r < 0) {
        return r;
    }
    int os_code =
        mp_posix_own_segment(whole, O_RDWR | O_CREAT | O_EXCL, &descriptor);
    if (os_code != 0) {
        return fail_name(os_code, "shared memory cannot be made", name);
    }
    r = give_size(descriptor, size, sparse);
    if (r == 0) {
        r = map(out, descriptor, false);
    }
    if (r < 0) {
        (void) shm_unlink(whole);
    }
    mp_posix_own_close(descriptor);
    return r;
}

int mp_plat_segment_open(mp_plat_segment_t *out, const char *name,
                         bool read_only)
{
    int flags = (read_only ? O_RDONLY : O_RDWR) | mp_posix_segment_flags;
    char whole[NAME_ROOM];
    int descriptor = -1;

    int r = whole_name(whole, name);
    if (r < 0) {
        return r;
    }
    int os_code = mp_posix_own_segment(whole, flags, &descriptor);
    if (os_code != 0) {
        return fail_name(os_code, "shared memory cannot be opened", name);
    }
    r = map(out, descriptor, read_only);
    mp_posix_own_close(descriptor);
    return r;
}

void mp_plat_segment_close(mp_plat_segment_t *segment)
{
    if (segment->address != NULL) {
        (void) munmap((char *) segment->address - segment->before,
                      segment->before + segment->size + segment->after);
        segment->address = NULL;
    }
}

int mp_plat_segment_unlink(const char *name)
{
    char whole[NAME_ROOM];

    int r = whole_name(whole, name);
    if (r == 0 && shm_unlink(whole) < 0) {
        r = fail_name(errno, "the name of shared memory cannot be removed",
                      name);
    }
    return r;
}
