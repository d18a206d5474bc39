// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "platform/fail.h"

extern char **environ;

static size_t count_of(char *const *texts)
{
    size_t count = 0;

    while (texts != NULL && texts[count] != NULL) {
        count++;
    }
    return count;
}

static bool same_name(const char *a, const char *b)
{
    size_t length = strcspn(a, "=");

    return strncmp(a, b, length) == 0 &&
           (b[length] == '=' || b[length] == '\0');
}

static bool is_named(char *const *changes, const char *entry)
{
    for (size_t i = 0; changes != NULL && changes[i] != NULL; i++) {
        if (same_name(entry, changes[i])) {
            return true;
        }
    }
    return false;
}

char **mp_posix_environment(char *const *changes)
{
    size_t before = count_of(environ);
    size_t count = count_of(changes);
    size_t used = 0;

    char **copy = malloc((before + count + 1) * sizeof(*copy));
    if (copy == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < before; i++) {
        if (!is_named(changes, environ[i])) {
            copy[used++] = environ[i];
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (strchr(changes[i], '=') != NULL &&
            !is_named(changes + i + 1, changes[i])) {
            copy[used++] = changes[i];
        }
    }
    copy[used] = NULL;
    return copy;
}

// ---- in a forked child ----

static int take_streams(mp_plat_setup_t *setup)
{
    for (int i = 0; i < MP_PLAT_STREAMS; i++) {
        int stream = (int) setup->streams[i];
        if (stream >= 0 && dup2(stream, i) < 0) {
            return mp_posix_fail(errno, "a standard stream of a child");
        }
        mp_posix_own_close(stream);
        setup->streams[i] = MP_PLAT_NONE;
    }
    return 0;
}

// setenv() would take a lock that another thread of the parent may have held.
int mp_plat_become(mp_plat_setup_t *setup)
{
    int r = take_streams(setup);
    if (r < 0) {
        return r;
    }
    if (setup->directory != NULL && chdir(setup->directory) < 0) {
        return mp_posix_fail_path(errno, "a child cannot be in this directory",
                                  setup->directory);
    }
    if (setup->environment != NULL) {
        char **environment = mp_posix_environment(setup->environment);
        if (environment == NULL) {
            return mp__fail(MP_ENOMEM, 0, "environment of a child");
        }
        environ = environment;
    }
    return 0;
}
