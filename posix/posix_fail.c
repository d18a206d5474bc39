// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <errno.h>

#include "platform/fail.h"

static int code_of(int os_code)
{
    switch (os_code) {
    case EMFILE:
    case ENFILE:
        return MP_EMFILE;
    case ENOMEM:
    case ENOBUFS:
        return MP_ENOMEM;
    case EAGAIN:
        return MP_ENPROC;
    case ENOENT:
    case ENOTDIR:
        return MP_ENOENT;
    case EACCES:
    case EPERM:
    case ENOEXEC:
    case EISDIR:
        return MP_EACCES;
    case EEXIST:
        return MP_EEXIST;
    case ENOSPC:
    case EFBIG:
        return MP_ENOSPC;
    case EPIPE:
    case ECONNRESET:
        return MP_EEOF;
    default:
        return MP_ESYSTEM;
    }
}

int mp_posix_fail(int os_code, const char *what)
{
    return mp__fail(code_of(os_code), os_code, "%s", what);
}

int mp_posix_fail_path(int os_code, const char *what, const char *path)
{
    return mp__fail(code_of(os_code), os_code, "%s: %s", what, path);
}
