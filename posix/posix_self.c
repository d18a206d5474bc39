// SPDX-License-Identifier: Apache-2.0
#include "platform/platform.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/fail.h"
#include "posix/posix.h"

#define PATH_MOST 65536
#define DELETED " (deleted)"

int64_t mp_plat_pid(void)
{
    return getpid();
}

int mp_posix_read_link(const char *link, char **text)
{
    for (size_t size = 256; size <= PATH_MOST; size *= 2) {
        char *buffer = malloc(size);
        if (buffer == NULL) {
            return mp__fail(MP_ENOMEM, 0, "path");
        }
        ssize_t length = readlink(link, buffer, size - 1);
        if (length >= 0 && (size_t) length < size - 1) {
            buffer[length] = '\0';
            *text = buffer;
            return 0;
        }
        int os_code = errno;
        free(buffer);
        if (length < 0) {
            return mp__fail(MP_ESYSTEM, os_code,
                            "the program's own path is not known; use "
                            "mp_set_executable()");
        }
    }
    return mp__fail(MP_ESYSTEM, ENAMETOOLONG, "path of the program");
}

void mp_posix_cut_mark(char *path)
{
    size_t length = strlen(path);
    size_t mark = strlen(DELETED);

    if (length > mark && strcmp(path + length - mark, DELETED) == 0 &&
        access(path, F_OK) < 0) {
        path[length - mark] = '\0';
    }
}

int mp_posix_fail_program(int os_code, const char *what, const char *path)
{
    if ((os_code == EACCES || os_code == EPERM) && mp_posix_is_noexec(path)) {
        return mp__fail(MP_EACCES, os_code,
                        "%s, as its file system is mounted noexec: %s", what,
                        path);
    }
    return mp_posix_fail_path(os_code, what, path);
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
    if (r == 0 && (!S_ISREG(status.st_mode) || access(found, X_OK) < 0 ||
                   mp_posix_is_noexec(found))) {
        r = EACCES;
    }
    if (r != 0) {
        free(found);
        return mp_posix_fail_program(r, "the executable cannot be run", path);
    }
    *absolute = found;
    return 0;
}

int mp_posix_fail_own(int os_code, const char *path)
{
    return mp_posix_fail_path(
        os_code,
        os_code == ENOENT || os_code == ENOTDIR
            ? "the running program's file was deleted or moved since it "
              "started; restart it, or use mp_set_executable()"
            : "the running program's file cannot be found again; use "
              "mp_set_executable()",
        path);
}
