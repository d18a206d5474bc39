// SPDX-License-Identifier: Apache-2.0
#include "posix/posix_link.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/fail.h"
#include "posix/posix.h"

#define FOLDER "/mp-XXXXXX"
#define BASE "/socket"

struct mp_posix_socket_file {
    char *path; // absolute: this process may go to another folder
    dev_t device;
    ino_t number;
    bool chosen;
};

// Nobody else can rename or replace what this user makes there.
static bool is_safe(const char *folder)
{
    struct stat about;

    if (stat(folder, &about) < 0 || !S_ISDIR(about.st_mode)) {
        return false;
    }
    bool trusted = about.st_uid == 0 || about.st_uid == geteuid();
    bool open = (about.st_mode & (S_IWGRP | S_IWOTH)) != 0;
    return trusted && (!open || (about.st_mode & S_ISVTX) != 0);
}

static const char *folder_for_sockets(void)
{
    const char *own = mp_plat_privileged() ? NULL : getenv("TMPDIR");
    size_t most = sizeof(((struct sockaddr_un *) 0)->sun_path) -
                  sizeof(FOLDER) - sizeof(BASE) + 1;

    if (own != NULL && own[0] == '/' && strlen(own) <= most && is_safe(own)) {
        return own;
    }
    return is_safe("/tmp") ? "/tmp" : NULL;
}

int mp_posix_socket_file_choose(mp_plat_place_t *place)
{
    const char *folder = folder_for_sockets();

    if (folder == NULL) {
        return mp__fail(MP_EACCES, 0,
                        "neither TMPDIR nor /tmp is a folder in which nobody "
                        "else can replace a socket");
    }
    (void) snprintf(place->name, sizeof(place->name), "%s" FOLDER, folder);
    if (mkdtemp(place->name) == NULL) {
        place->size = 0;
        return mp_posix_fail_path(errno, "folder of a socket", folder);
    }
    place->size = strlen(place->name);
    memcpy(place->name + place->size, BASE, sizeof(BASE));
    place->size += sizeof(BASE) - 1;
    return 0;
}

static void remove_folder(const char *path)
{
    char *folder = strdup(path);

    if (folder != NULL) {
        *strrchr(folder, '/') = '\0';
        (void) rmdir(folder);
        free(folder);
    }
}

void mp_posix_socket_file_drop(const mp_plat_place_t *place)
{
    remove_folder(place->name);
}

// realpath() of the folder, and the name in it. NULL: no memory.
static char *absolute(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash != NULL ? slash + 1 : path;
    char *folder =
        slash != NULL ? strndup(path, (size_t) (base - path)) : strdup(".");
    char *full = folder != NULL ? realpath(folder, NULL) : NULL;
    char *joined = NULL;

    if (full != NULL) {
        size_t size = strlen(full) + strlen(base) + 2;
        joined = malloc(size);
        if (joined != NULL) {
            (void) snprintf(joined, size, "%s/%s", full, base);
        }
    }
    free(full);
    free(folder);
    return joined;
}

// Nobody can connect before listen(), so it is in time.
static int keep_for_user(const char *path, struct stat *about)
{
    if (lstat(path, about) < 0) {
        return errno;
    }
    if ((about->st_mode & 0777) == (S_IRUSR | S_IWUSR)) {
        return 0;
    }
    return chmod(path, S_IRUSR | S_IWUSR) < 0 ? errno : 0;
}

static int note(mp_posix_socket_file_t **file, const char *path, bool chosen)
{
    struct stat about;

    int os_code = keep_for_user(path, &about);
    if (os_code != 0) {
        return mp_posix_fail_path(os_code, "the file of a socket", path);
    }
    char *full = absolute(path);
    *file = malloc(sizeof(**file));
    if (full == NULL || *file == NULL) {
        free(full);
        free(*file);
        *file = NULL;
        return mp__fail(MP_ENOMEM, 0, "the file of a socket");
    }
    **file = (mp_posix_socket_file_t){full, about.st_dev, about.st_ino, chosen};
    return 0;
}

int mp_posix_socket_file_note(mp_posix_socket_file_t **file, const char *path,
                              bool chosen)
{
    int r = note(file, path, chosen);

    if (r < 0) {
        (void) unlink(path);
        if (chosen) {
            remove_folder(path);
        }
    }
    return r;
}

void mp_posix_socket_file_remove(mp_posix_socket_file_t *file)
{
    struct stat about;

    if (file == NULL) {
        return;
    }
    if (lstat(file->path, &about) == 0 && about.st_dev == file->device &&
        about.st_ino == file->number) {
        (void) unlink(file->path);
    }
    if (file->chosen) {
        remove_folder(file->path);
    }
    mp_posix_socket_file_free(file);
}

void mp_posix_socket_file_free(mp_posix_socket_file_t *file)
{
    if (file != NULL) {
        free(file->path);
        free(file);
    }
}
