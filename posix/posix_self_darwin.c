// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <crt_externs.h>
#include <errno.h>
#include <libproc.h>
#include <mach-o/dyld.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "platform/fail.h"

bool mp_plat_privileged(void)
{
    return issetugid() != 0;
}

static size_t block_size(int count, char *const *words)
{
    size_t size = ((size_t) count + 1) * sizeof(*words);
    for (int i = 0; i < count; i++) {
        size += strlen(words[i]) + 1;
    }
    return size;
}

int mp_plat_command_line(int *argc, char ***argv)
{
    int count = *_NSGetArgc();
    char *const *words = *_NSGetArgv();

    char **copy = malloc(block_size(count, words));
    if (copy == NULL) {
        return mp__fail(MP_ENOMEM, 0, "command line");
    }
    char *text = (char *) (copy + count + 1);
    for (int i = 0; i < count; i++) {
        size_t size = strlen(words[i]) + 1;
        copy[i] = memcpy(text, words[i], size);
        text += size;
    }
    copy[count] = NULL;
    *argc = count;
    *argv = copy;
    return 0;
}

const char *mp_posix_self(void)
{
    return "";
}

int mp_plat_program(char **path)
{
    uint32_t size = 0;

    (void) _NSGetExecutablePath(NULL, &size);
    char *given = malloc(size);
    if (given == NULL) {
        return mp__fail(MP_ENOMEM, 0, "path of the program");
    }
    (void) _NSGetExecutablePath(given, &size); // now it fits
    *path = realpath(given, NULL);
    int r = *path != NULL ? 0 : mp_posix_fail_own(errno, given);
    free(given);
    return r;
}

bool mp_posix_is_noexec(const char *path)
{
    struct statfs system;

    return statfs(path, &system) == 0 && (system.f_flags & MNT_NOEXEC) != 0;
}

// The library's own threads hold nothing that a child would miss.
bool mp_plat_has_threads(void)
{
    struct proc_taskinfo info;

    return proc_pidinfo(getpid(), PROC_PIDTASKINFO, 0, &info, sizeof(info)) ==
               (int) sizeof(info) &&
           info.pti_threadnum > 1 + mp_posix_helpers();
}

// The system's frameworks do not survive a fork.
enum mp_plat_forking mp_plat_forking(void)
{
    return MP_PLAT_FORK_POSSIBLE;
}
