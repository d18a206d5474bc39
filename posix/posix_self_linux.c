// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/fail.h"
#include "posix/posix_words.h"

#define SELF "/proc/self/exe"
#define DELETED " (deleted)"
#define PATH_MOST 65536

bool mp_plat_privileged(void)
{
    return getauxval(AT_SECURE) != 0;
}

int mp_plat_command_line(int *argc, char ***argv)
{
    return mp_posix_words_of_file("/proc/self/cmdline", argc, argv);
}

// The running program whatever became of its file: the link leads to the file
// itself, not to its name.
const char *mp_posix_self(void)
{
    return access(SELF, X_OK) == 0 ? SELF : "";
}

static void cut_mark(char *path, size_t length)
{
    size_t mark = strlen(DELETED);
    if (length > mark && strcmp(path + length - mark, DELETED) == 0) {
        path[length - mark] = '\0';
    }
}

int mp_plat_program(char **path)
{
    for (size_t size = 256; size <= PATH_MOST; size *= 2) {
        char *buffer = malloc(size);
        if (buffer == NULL) {
            return mp__fail(MP_ENOMEM, 0, "path of the program");
        }
        ssize_t length = readlink(SELF, buffer, size - 1);
        if (length >= 0 && (size_t) length < size - 1) {
            buffer[length] = '\0';
            cut_mark(buffer, (size_t) length);
            *path = buffer;
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
