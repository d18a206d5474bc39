// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "platform/fail.h"
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

// A link that leads nowhere is of a program whose file is gone.
static int check_target(const char *link)
{
    char *text = NULL;
    int r = 0;

    if (mp_posix_read_link(link, &text) == 0) {
        r = mp_posix_fail_path(ENOENT, "the program's file is gone", text);
    }
    free(text);
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
    for (size_t i = 0; r == 0 && i < sizeof(links) / sizeof(links[0]); i++) {
        *path = realpath(links[i], NULL);
        if (*path != NULL) {
            return 0;
        }
        r = check_target(links[i]);
    }
    return r < 0 ? r
                 : mp__fail(MP_ESYSTEM, 0,
                            "the program's own path is not known; use "
                            "mp_set_executable()");
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
