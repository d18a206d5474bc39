// SPDX-License-Identifier: Apache-2.0
#include "core/worker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <multiprocessing/context.h>

#include "core/context.h"
#include "core/modules.h"
#include "core/plugin.h"
#include "core/prologue.h"
#include "platform/fail.h"
#include "platform/platform.h"

#define WORKER_VARIABLE "MULTIPROCESSING_WORKER"
#define PATH_SIZE 4096

static char found[PATH_SIZE]; // guarded by the state lock

// ---- finding it ----

// The part of an absolute path behind its last separator. A path of POSIX has
// a slash, and what else is in it is a name.
static const char *name_in(const char *path)
{
    const char *last = strrchr(path, '/');
    const char *other = strrchr(path, '\\');

    if (last == NULL || (path[0] != '/' && other > last)) {
        last = other;
    }
    return last == NULL ? path : last + 1;
}

// The folder of the module that contains the library, with its separator.
static int own_folder(char **folder)
{
    int r = mp_plat_module_path(found, folder);
    if (r == 0 && *folder == NULL) {
        r = mp_plat_program(folder);
    }
    if (r == 0) {
        (*folder)[name_in(*folder) - *folder] = '\0';
    }
    return r;
}

// MP_ENOENT says that the next place is to be tried.
static int try_place(const char *folder, const char *name, char **path)
{
    char place[PATH_SIZE];

    int length = snprintf(place, sizeof(place), "%s%s", folder, name);
    if (length < 0 || (size_t) length >= sizeof(place)) {
        return mp__fail(MP_ENOENT, 0, "the path of a worker is too long");
    }
    return mp_plat_find_program(place, path);
}

static int find_worker(char **path)
{
    static const char *const places[] = {
        MP_WORKER_NAME, MP_WORKER_FROM_LIBRARY "/" MP_WORKER_NAME,
        "../bin/" MP_WORKER_NAME, "../libexec/" MP_WORKER_NAME};
    const char *named = getenv(WORKER_VARIABLE);
    char *folder = NULL;

    if (named != NULL && named[0] != '\0' && !mp_plat_privileged()) {
        return mp_plat_find_program(named, path);
    }
    int r = own_folder(&folder);
    if (r < 0) {
        return r;
    }
    r = MP_ENOENT;
    for (size_t i = 0; r == MP_ENOENT && i < sizeof(places) / sizeof(*places);
         i++) {
        r = try_place(folder, places[i], path);
    }
    if (r == MP_ENOENT) {
        r = try_place("", MP_WORKER_INSTALLED, path);
    }
    if (r == MP_ENOENT) {
        r = mp__fail(r, 0,
                     "there is no %s in %s, %s%s, ../bin, ../libexec and at "
                     "%s; name it by the variable " WORKER_VARIABLE,
                     MP_WORKER_NAME, folder, folder, MP_WORKER_FROM_LIBRARY,
                     MP_WORKER_INSTALLED);
    }
    free(folder);
    return r;
}

int mp_set_executable_to_worker(void)
{
    char *path = NULL;

    int r = find_worker(&path);
    if (r < 0 || path == NULL) {
        return r;
    }
    if (strlen(path) >= sizeof(found)) {
        r = mp__fail(MP_ENOENT, 0, "the path of the worker is too long");
    } else {
        mp_plat_lock(MP_PLAT_LOCK_STATE);
        (void) snprintf(found, sizeof(found), "%s", path);
        mp_plat_unlock(MP_PLAT_LOCK_STATE);
        r = mp_set_executable(path);
    }
    free(path);
    return r;
}

// Known by what was found, or by its name, if the user has set it himself.
bool mp__is_worker(const char *program)
{
    if (program == NULL) {
        return mp__plugin_is_run();
    }
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    bool same = strcmp(program, found) == 0;
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return same || strcmp(name_in(program), MP_WORKER_NAME) == 0;
}

// ---- what it is told ----

int mp__worker_prologue(unsigned char **bytes, size_t *size)
{
    mp__prologue_t prologue;
    char *paths = NULL;

    int r = mp__modules(&paths, &prologue);
    if (r < 0) {
        return r;
    }
    size_t before = MP__PROLOGUE_HEADER_SIZE + prologue.size;
    unsigned char *both = realloc(*bytes, before + *size);
    if (both == NULL) {
        free(paths);
        return mp__fail(MP_ENOMEM, 0, "start block");
    }
    memmove(both + before, both, *size);
    mp__prologue_write(&prologue, both);
    memcpy(both + MP__PROLOGUE_HEADER_SIZE, paths, prologue.size);
    *bytes = both;
    *size += before;
    free(paths);
    return 0;
}
