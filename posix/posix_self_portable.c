// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "posix/posix_words.h"

bool mp_plat_privileged(void)
{
    return geteuid() != getuid() || getegid() != getgid();
}

int mp_plat_command_line(int *argc, char ***argv)
{
    int r = mp_posix_words_of_file("/proc/self/cmdline", argc, argv);
    if (r == 0) {
        r = mp_posix_loader_strip(argc, *argv);
        if (r < 0) {
            free((void *) *argv);
        }
    }
    return r;
}

const char *mp_posix_self(void)
{
    return "";
}

// What has the name of a file that is gone is another one: its build id tells.
static int program_of(const char *link, char **path)
{
    char *name = NULL;

    *path = realpath(link, NULL);
    int r = *path != NULL ? 0 : mp_posix_read_link(link, &name);
    if (r == 0 && *path == NULL) {
        mp_posix_cut_mark(name);
        *path = realpath(name, NULL);
        r = *path != NULL ? 0 : mp_posix_fail_own(errno, name);
    }
    free(name);
    return r;
}

// POSIX does not tell; these are the links of Linux, FreeBSD and NetBSD.
int mp_plat_program(char **path)
{
    static const char *const links[] = {"/proc/self/exe", "/proc/curproc/file",
                                        "/proc/curproc/exe"};

    int r = mp_posix_loaded_program(path);
    if (r < 0 || *path != NULL) {
        return r;
    }
    r = MP_ESYSTEM;
    for (size_t i = 0; r == MP_ESYSTEM && i < sizeof(links) / sizeof(links[0]);
         i++) {
        r = program_of(links[i], path);
    }
    return r;
}

bool mp_posix_is_noexec(const char *path)
{
    (void) path;
    return false; // POSIX does not tell; access() and the start itself do
}

bool mp_plat_has_threads(void)
{
    return false; // POSIX does not tell
}

enum mp_plat_forking mp_plat_forking(void)
{
    return MP_PLAT_FORK_DEFAULT;
}
