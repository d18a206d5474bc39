// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "platform/fail.h"
#include "posix/posix_words.h"

#define DELETED " (deleted)"
#define PATH_SIZE 4096

bool mp_plat_privileged(void)
{
    return geteuid() != getuid() || getegid() != getgid();
}

int mp_plat_command_line(int *argc, char ***argv)
{
    return mp_posix_words_of_file("/proc/self/cmdline", argc, argv);
}

const char *mp_posix_self(void)
{
    return "";
}

// Linux marks the name of a file that is gone. What has its name now is another
// file: its build id will tell.
static int program_of(const char *link, char **path)
{
    char name[PATH_SIZE];

    *path = realpath(link, NULL);
    ssize_t length = readlink(link, name, sizeof(name) - 1);
    if (*path != NULL || length < 0) {
        return *path != NULL ? 0 : MP_ESYSTEM;
    }
    size_t mark = strlen(DELETED);
    size_t rest = (size_t) length > mark ? (size_t) length - mark : 0;
    name[length] = '\0';
    if (strcmp(name + rest, DELETED) == 0) {
        name[rest] = '\0';
        *path = realpath(name, NULL);
    }
    return *path != NULL ? 0 : mp_posix_program_gone();
}

// POSIX does not tell; these are the links of Linux, FreeBSD and NetBSD.
int mp_plat_program(char **path)
{
    static const char *const links[] = {"/proc/self/exe", "/proc/curproc/file",
                                        "/proc/curproc/exe"};

    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
        int r = program_of(links[i], path);
        if (r != MP_ESYSTEM) {
            return r;
        }
    }
    return mp__fail(MP_ESYSTEM, 0,
                    "the program's own path is not known; use "
                    "mp_set_executable()");
}

bool mp_plat_has_threads(void)
{
    return false; // POSIX does not tell
}

enum mp_plat_forking mp_plat_forking(void)
{
    return MP_PLAT_FORK_DEFAULT;
}
