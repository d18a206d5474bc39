// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "platform/fail.h"

// Enters a new descriptor among the library's, and moves it out of the way.
static int take(int descriptor, intptr_t *handle)
{
    int r = mp_posix_own_add(descriptor);
    if (r < 0) {
        return r;
    }
    r = mp_posix_own_raise(&descriptor, MP_POSIX_FIRST_FREE);
    if (r < 0) {
        mp_posix_own_close(descriptor);
        return r;
    }
    *handle = descriptor;
    return 0;
}

int mp_plat_open_file(const char *path, enum mp_plat_use use, intptr_t *handle)
{
    static const int flags[] = {[MP_PLAT_READ] = O_RDONLY,
                                [MP_PLAT_WRITE] = O_WRONLY | O_CREAT | O_TRUNC,
                                [MP_PLAT_APPEND] =
                                    O_WRONLY | O_CREAT | O_APPEND};

    if (path == NULL) {
        path = "/dev/null";
    }
    int descriptor = open(path, flags[use] | O_CLOEXEC | O_NOCTTY, 0666);
    if (descriptor < 0) {
        return mp_posix_fail_path(
            errno, "a file for a standard stream cannot be opened", path);
    }
    return take(descriptor, handle);
}

int mp_plat_open_pipe(bool child_reads, intptr_t *child, intptr_t *own)
{
    int ends[2];
    int side = child_reads ? 0 : 1;

    int r = mp_posix_own_pipe(ends);
    if (r == 0) {
        r = mp_posix_own_raise(&ends[side], MP_POSIX_FIRST_FREE);
    }
    if (r == 0) {
        r = mp_posix_own_raise(&ends[1 - side], STDERR_FILENO + 1);
    }
    if (r < 0) {
        mp_posix_own_close(ends[0]);
        mp_posix_own_close(ends[1]);
        return r;
    }
    *child = ends[side];
    *own = ends[1 - side];
    return 0;
}

int mp_plat_copy_handle(intptr_t handle, intptr_t *copy)
{
    int descriptor = -1;

    bool fits = handle >= 0 && handle <= INT_MAX;
    int r = mp_posix_own_copy(fits ? (int) handle : -1, &descriptor);
    if (r == 0) {
        *copy = descriptor;
    }
    return r;
}

void mp_plat_close_handle(intptr_t handle)
{
    mp_posix_own_close((int) handle);
}
