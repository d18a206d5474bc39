// SPDX-License-Identifier: Apache-2.0
// A named page is a file in a folder of the user's, which is mapped. The kernel
// knows all that a crash must not blur:
//
// - the folder is locked by who makes, opens or removes a page, and free when
//   that process is dead;
// - a file gets its name when it is whole;
// - whoever has a page open shares a lock of its file, so that a page whose
//   file can be locked alone is open nowhere. Forked children keep their
//   parent's descriptor, and its share with it.
#include "posix/posix_named.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "platform/fail.h"
#include "posix/posix.h"

#define UNNAMED ".new" // only who has the lock makes one
#define PATIENCE_NS INT64_C(5000000000)
#define LOOK_NS 1000000L

static const int opening = O_RDWR | O_NOFOLLOW | O_NONBLOCK;

// ---- the lock ----

// Another user may have made a folder of that name, to read along.
static int check_folder(int folder, const char *place)
{
    struct stat status;

    if (fstat(folder, &status) < 0) {
        return mp_posix_fail(errno, "the folder of named semaphores");
    }
    if (status.st_uid != geteuid() || (status.st_mode & (S_IRWXG | S_IRWXO))) {
        return mp__fail(MP_EACCES, 0,
                        "the folder of named semaphores is not this user's "
                        "alone: %s",
                        place);
    }
    return 0;
}

// A folder that nobody may enter would be in the way for good: what the umask
// took is given back.
static int make_folder(const char *place)
{
    bool made = mkdir(place, S_IRWXU) == 0;

    if (made ? fchmodat(AT_FDCWD, place, S_IRWXU, 0) < 0 : errno != EEXIST) {
        return mp_posix_fail_path(errno, "a folder cannot be made", place);
    }
    return 0;
}

static int open_folder(int *folder)
{
    char place[MP_POSIX_NAMED_PLACE];

    int r = mp_posix_named_place(place);
    if (r == 0) {
        r = make_folder(place);
    }
    if (r < 0) {
        return r;
    }
    int os_code = mp_posix_own_openat(
        AT_FDCWD, place, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, folder);
    if (os_code == ELOOP || os_code == ENOTDIR) {
        return mp__fail(MP_EACCES, os_code,
                        "this should be the folder of named semaphores: %s",
                        place);
    }
    if (os_code != 0) {
        return mp_posix_fail_path(os_code, "a folder cannot be opened", place);
    }
    r = check_folder(*folder, place);
    if (r < 0) {
        mp_posix_own_close(*folder);
    }
    return r;
}

// A process that is stopped in there is not waited for without end.
static int lock_folder(int folder)
{
    const struct timespec pause = {.tv_nsec = LOOK_NS};
    int64_t deadline = mp_plat_now() + PATIENCE_NS;

    while (flock(folder, LOCK_EX | LOCK_NB) < 0) {
        if (errno != EWOULDBLOCK && errno != EINTR) {
            return mp_posix_fail(errno, "a folder cannot be locked");
        }
        if (mp_plat_now() >= deadline) {
            return mp__fail(MP_ETIMEDOUT, 0,
                            "another process has been at the names of "
                            "semaphores for seconds; it may be stopped");
        }
        (void) nanosleep(&pause, NULL);
    }
    return 0;
}

// A thread that was cancelled in here would keep what it has open.
int mp_plat_named_lock(mp_plat_named_lock_t *lock)
{
    int folder = -1;

    (void) pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &lock->state);
    int r = open_folder(&folder);
    if (r == 0) {
        r = lock_folder(folder);
        if (r < 0) {
            mp_posix_own_close(folder);
        }
    }
    if (r < 0) {
        (void) pthread_setcancelstate(lock->state, NULL);
    }
    lock->handle = folder;
    return r;
}

// Said, as a fork of another thread may have copied the descriptor just now.
void mp_plat_named_unlock(mp_plat_named_lock_t *lock)
{
    int state = lock->state;

    (void) flock((int) lock->handle, LOCK_UN);
    mp_posix_own_close((int) lock->handle);
    (void) pthread_setcancelstate(state, NULL);
}

// ---- files ----

static int fail_name(int os_code, const char *what, const char *name)
{
    switch (os_code) {
    case EISDIR:
    case ELOOP:
    case ENXIO:
        return mp__fail(MP_EPROTO, os_code, "this is no named semaphore: %s",
                        name);
    default:
        return mp_posix_fail_path(os_code, what, name);
    }
}

static int open_file(const mp_plat_named_lock_t *lock, const char *name,
                     int flags, int *file)
{
    int os_code =
        mp_posix_own_openat((int) lock->handle, name, opening | flags, file);
    return os_code == 0 ? 0
                        : fail_name(os_code,
                                    "a named semaphore cannot be "
                                    "opened",
                                    name);
}

// What is written has its place in the file system: using it is no crash later.
static int fill(int file)
{
    static const char zeros[MP_PLAT_NAMED_SIZE];
    int os_code = 0;

    if (mp_posix_over_file_limit((off_t) sizeof(zeros))) {
        os_code = EFBIG;
    } else if (fchmod(file, S_IRUSR | S_IWUSR) < 0) { // whatever the umask says
        os_code = errno;
    } else {
        ssize_t size = write(file, zeros, sizeof(zeros));
        if (size != (ssize_t) sizeof(zeros)) {
            os_code = size < 0 ? errno : ENOSPC;
        }
    }
    return os_code == 0 ? 0
                        : mp_posix_fail(os_code, "there is no room for a named "
                                                 "semaphore");
}

static int check_file(int file, const char *name)
{
    struct stat status;

    if (fstat(file, &status) < 0) {
        return mp_posix_fail(errno, "a named semaphore");
    }
    if (!S_ISREG(status.st_mode) ||
        status.st_size != (off_t) MP_PLAT_NAMED_SIZE) {
        return mp__fail(MP_EPROTO, 0, "this is no named semaphore: %s", name);
    }
    return 0;
}

// Takes over the file, or closes it.
static int map(mp_plat_named_t *out, int file)
{
    void *page = MAP_FAILED;

    int r = mp_posix_own_raise(&file, MP_POSIX_FIRST_FREE);
    if (r == 0 && flock(file, LOCK_SH | LOCK_NB) < 0) {
        r = mp__fail(MP_EACCES, errno, "a named semaphore cannot be shared");
    }
    if (r == 0) {
        page = mmap(NULL, MP_PLAT_NAMED_SIZE, PROT_READ | PROT_WRITE,
                    MAP_SHARED, file, 0);
        if (page == MAP_FAILED) {
            r = mp_posix_fail(errno, "a named semaphore cannot be mapped");
        }
    }
    if (r < 0) {
        mp_posix_own_close(file);
        return r;
    }
    mp_posix_own_forget(file);
    *out = (mp_plat_named_t){page, file, MP_PLAT_NONE};
    return 0;
}

int mp_plat_named_create(mp_plat_named_t *out, const mp_plat_named_lock_t *lock,
                         const char *name)
{
    struct stat status;
    int file = -1;

    if (fstatat((int) lock->handle, name, &status, AT_SYMLINK_NOFOLLOW) == 0) {
        return mp__fail(MP_EEXIST, 0, "there is such a name already: %s", name);
    }
    (void) unlinkat((int) lock->handle, UNNAMED, 0); // of who died at it
    int r = open_file(lock, UNNAMED, O_CREAT | O_EXCL, &file);
    if (r < 0) {
        return r;
    }
    r = fill(file);
    if (r < 0) {
        mp_posix_own_close(file);
    } else {
        r = map(out, file);
    }
    if (r < 0) {
        (void) unlinkat((int) lock->handle, UNNAMED, 0);
        return r;
    }
    mp_posix_named_prepare(out->page, true);
    return 0;
}

int mp_plat_named_publish(mp_plat_named_t *named,
                          const mp_plat_named_lock_t *lock, const char *name)
{
    int folder = (int) lock->handle;

    if (renameat(folder, UNNAMED, folder, name) == 0) {
        return 0;
    }
    int os_code = errno;
    (void) unlinkat(folder, UNNAMED, 0);
    mp_plat_named_close(named);
    return fail_name(os_code, "a semaphore cannot be given a name", name);
}

int mp_plat_named_open(mp_plat_named_t *out, const mp_plat_named_lock_t *lock,
                       const char *name)
{
    int file = -1;

    int r = open_file(lock, name, 0, &file);
    if (r < 0) {
        return r;
    }
    r = check_file(file, name);
    if (r < 0) {
        mp_posix_own_close(file);
        return r;
    }
    r = map(out, file);
    if (r == 0) {
        mp_posix_named_prepare(out->page, false);
    }
    return r;
}

int mp_plat_named_remove(const mp_plat_named_lock_t *lock, const char *name)
{
    if (unlinkat((int) lock->handle, name, 0) < 0) {
        return fail_name(errno == EPERM ? EISDIR : errno,
                         "the name of a semaphore cannot be removed", name);
    }
    return 0;
}

int mp_plat_named_is_open(const mp_plat_named_lock_t *lock, const char *name)
{
    int file = -1;

    int r = open_file(lock, name, 0, &file);
    if (r < 0) {
        return r;
    }
    bool is_open = flock(file, LOCK_EX | LOCK_NB) < 0;
    (void) flock(file, LOCK_UN); // said, as above
    mp_posix_own_close(file);
    return is_open;
}

int mp_plat_named_list(const mp_plat_named_lock_t *lock,
                       void (*visit)(const mp_plat_named_lock_t *lock,
                                     const char *name, void *context),
                       void *context)
{
    const struct dirent *entry = NULL;
    int copy =
        openat((int) lock->handle, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = copy < 0 ? NULL : fdopendir(copy);

    if (folder == NULL) {
        int os_code = errno;
        if (copy >= 0) {
            (void) close(copy);
        }
        return mp_posix_fail(os_code, "a folder cannot be read");
    }
    while ((entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] != '.') {
            visit(lock, entry->d_name, context);
        }
    }
    (void) closedir(folder);
    return 0;
}

void mp_plat_named_close(mp_plat_named_t *named)
{
    if (named->page != NULL) {
        (void) munmap(named->page, MP_PLAT_NAMED_SIZE);
        (void) close((int) named->hold);
        named->page = NULL;
    }
}
