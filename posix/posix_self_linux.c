// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "posix/posix_words.h"

#define SELF "/proc/self/exe"

bool mp_plat_privileged(void)
{
    return getauxval(AT_SECURE) != 0;
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

// The running program whatever became of its file: the link leads to the file
// itself, not to its name.
const char *mp_posix_self(void)
{
    return access(SELF, X_OK) == 0 ? SELF : "";
}

int mp_plat_program(char **path)
{
    int r = mp_posix_loaded_program(path);
    if (r == 0 && *path == NULL) {
        r = mp_posix_read_link(SELF, path);
    }
    if (r == 0) {
        mp_posix_cut_mark(*path);
    }
    return r;
}

bool mp_posix_is_noexec(const char *path)
{
    struct statvfs system;

    return statvfs(path, &system) == 0 && (system.f_flag & ST_NOEXEC) != 0;
}

// The folder has a link for itself, one for its name, and one for each thread.
// The library's own threads hold nothing that a child would miss.
bool mp_plat_has_threads(void)
{
    struct stat threads;

    return stat("/proc/self/task", &threads) == 0 &&
           threads.st_nlink > 3 + (nlink_t) mp_posix_helpers();
}

enum mp_plat_forking mp_plat_forking(void)
{
    return MP_PLAT_FORK_DEFAULT;
}
