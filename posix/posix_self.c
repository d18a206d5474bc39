// SPDX-License-Identifier: Apache-2.0
#include "platform/platform.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/fail.h"
#include "posix/posix.h"

int64_t mp_plat_pid(void)
{
    return getpid();
}

int mp_plat_find_program(const char *path, char **absolute)
{
    struct stat status;

    if (path[0] == '\0') {
        return mp__fail(MP_EINVAL, 0, "the path of the executable is empty");
    }
    char *found = realpath(path, NULL);
    if (found == NULL) {
        return mp_posix_fail_path(errno, "the executable is missing", path);
    }
    int r = stat(found, &status) < 0 ? errno : 0;
    if (r == 0 && (!S_ISREG(status.st_mode) || access(found, X_OK) < 0)) {
        r = EACCES;
    }
    if (r != 0) {
        free(found);
        return mp_posix_fail_path(r, "the executable cannot be run", path);
    }
    *absolute = found;
    return 0;
}

int mp_posix_program_gone(void)
{
    return mp__fail(MP_ENOENT, 0,
                    "the running program's file was deleted or moved since it "
                    "started; restart it, or use mp_set_executable()");
}
