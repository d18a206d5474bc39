// SPDX-License-Identifier: Apache-2.0
#include "posix/posix_link.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/fail.h"
#include "posix/posix.h"

const bool mp_posix_abstract = true;

static int open_folder(int *folder, const char *path, size_t size)
{
    char *copy = strndup(path, size);

    if (copy == NULL) {
        return mp__fail(MP_ENOMEM, 0, "path of a socket");
    }
    int os_code =
        mp_posix_own_openat(AT_FDCWD, copy, O_PATH | O_DIRECTORY, folder);
    int r = os_code == 0
                ? 0
                : mp_posix_fail_path(os_code, "folder of a socket", copy);
    free(copy);
    return r;
}

// The folder is opened, and the path goes on from there.
int mp_posix_address_long(mp_posix_address_t *address, const char *path)
{
    struct sockaddr_un *local = &address->of.local;
    const char *slash = strrchr(path, '/');
    const char *base = slash != NULL ? slash + 1 : path;

    int r = open_folder(&address->folder, slash != NULL ? path : ".",
                        slash != NULL ? (size_t) (base - path) : 1);
    if (r < 0) {
        return r;
    }
    int used = snprintf(local->sun_path, sizeof(local->sun_path),
                        "/proc/self/fd/%d/%s", address->folder, base);
    if (used < 0 || (size_t) used >= sizeof(local->sun_path)) {
        mp_posix_own_close(address->folder);
        return mp__fail(MP_EINVAL, ENAMETOOLONG, "name of a socket: %s", base);
    }
    return 0;
}
