// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/fail.h"

// A bit for each descriptor number.
static uint64_t *owned;
static size_t owned_words;

#define BITS 64

static int make_room(size_t words)
{
    if (words <= owned_words) {
        return 0;
    }
    uint64_t *bigger = realloc(owned, words * sizeof(*bigger));
    if (bigger == NULL) {
        return mp__fail(MP_ENOMEM, 0, "table of descriptors");
    }
    memset(bigger + owned_words, 0, (words - owned_words) * sizeof(*bigger));
    owned = bigger;
    owned_words = words;
    return 0;
}

static int add_locked(int descriptor)
{
    size_t word = (size_t) descriptor / BITS;
    int r = make_room(word + 1);
    if (r < 0) {
        return r;
    }
    owned[word] |= UINT64_C(1) << ((unsigned) descriptor % BITS);
    return 0;
}

static void forget_locked(int descriptor)
{
    size_t word = (size_t) descriptor / BITS;
    if (word < owned_words) {
        owned[word] &= ~(UINT64_C(1) << ((unsigned) descriptor % BITS));
    }
}

static int add_pair_locked(const int pair[2])
{
    int r = add_locked(pair[0]);
    if (r == 0) {
        r = add_locked(pair[1]);
    }
    if (r < 0) {
        forget_locked(pair[0]);
        (void) close(pair[0]);
        (void) close(pair[1]);
    }
    return r;
}

static int born(int (*make)(int pair[2]), int pair[2], const char *what)
{
    mp_posix_lock();
    int r = make(pair);
    r = r == 0 ? add_pair_locked(pair) : mp_posix_fail(errno, what);
    if (r < 0) {
        pair[0] = -1; // what the caller closes must not be somebody else's
        pair[1] = -1;
    }
    mp_posix_unlock();
    return r;
}

int mp_posix_own_socketpair(int pair[2])
{
    return born(mp_posix_socketpair, pair, "a socket pair cannot be made");
}

int mp_posix_own_pipe(int pair[2])
{
    return born(mp_posix_pipe, pair, "a pipe cannot be made");
}

int mp_posix_own_memory(int *descriptor)
{
    mp_posix_lock();
    *descriptor = mp_posix_memory();
    int r = *descriptor >= 0
                ? add_locked(*descriptor)
                : mp_posix_fail(errno, "memory shared with a child");
    if (r < 0 && *descriptor >= 0) {
        (void) close(*descriptor);
        *descriptor = -1;
    }
    mp_posix_unlock();
    return r;
}

// Enters what was just opened, with errno if it was not. An errno.
static int entered_locked(int *descriptor)
{
    if (*descriptor < 0) {
        return errno;
    }
    if (add_locked(*descriptor) == 0) {
        return 0;
    }
    (void) close(*descriptor);
    *descriptor = -1;
    return ENOMEM;
}

int mp_posix_own_segment(const char *name, int flags, int *descriptor)
{
    mp_posix_lock();
    *descriptor = shm_open(name, flags, 0600);
    int os_code = entered_locked(descriptor);
    mp_posix_unlock();
    if (os_code == 0 && (flags & O_CREAT) != 0) {
        // Whatever the umask says. Some systems refuse it for such objects.
        (void) fchmod(*descriptor, S_IRUSR | S_IWUSR);
    }
    return os_code;
}

int mp_posix_own_openat(int folder, const char *path, int flags,
                        int *descriptor)
{
    mp_posix_lock();
    *descriptor = openat(folder, path, flags | O_CLOEXEC, 0600);
    int os_code = entered_locked(descriptor);
    mp_posix_unlock();
    return os_code;
}

int mp_posix_own_add(int descriptor)
{
    mp_posix_lock();
    int r = add_locked(descriptor);
    if (r < 0) {
        (void) close(descriptor);
    }
    mp_posix_unlock();
    return r;
}

void mp_posix_own_close(int descriptor)
{
    if (descriptor < 0) {
        return;
    }
    mp_posix_lock();
    forget_locked(descriptor);
    (void) close(descriptor);
    mp_posix_unlock();
}

void mp_posix_own_forget(int descriptor)
{
    mp_posix_lock();
    forget_locked(descriptor);
    mp_posix_unlock();
}

int mp_posix_own_raise(int *descriptor, int least)
{
    if (*descriptor < 0 || *descriptor >= least) {
        return 0;
    }
    mp_posix_lock();
    int higher =
        fcntl(*descriptor, F_DUPFD_CLOEXEC,
              least > MP_POSIX_FIRST_FREE ? least : MP_POSIX_FIRST_FREE);
    // EINVAL: the limit of descriptors is below the number that was asked for.
    int r = higher < 0 ? mp_posix_fail(errno == EINVAL ? EMFILE : errno,
                                       "a descriptor cannot be moved")
                       : add_locked(higher);
    if (r == 0) {
        forget_locked(*descriptor);
        (void) close(*descriptor);
        *descriptor = higher;
    } else if (higher >= 0) {
        (void) close(higher);
    }
    mp_posix_unlock();
    return r;
}

static int copy_failed(int os_code, int descriptor)
{
    if (os_code == EBADF) {
        return mp__fail(MP_EINVAL, os_code,
                        "descriptor %d, which a child is to have, is not open",
                        descriptor);
    }
    // EINVAL: as above.
    return mp_posix_fail(os_code == EINVAL ? EMFILE : os_code,
                         "a descriptor cannot be copied");
}

int mp_posix_own_copy(int descriptor, int *copy)
{
    mp_posix_lock();
    *copy = fcntl(descriptor, F_DUPFD_CLOEXEC, MP_POSIX_FIRST_FREE);
    int r = *copy < 0 ? copy_failed(errno, descriptor) : add_locked(*copy);
    if (r < 0 && *copy >= 0) {
        (void) close(*copy);
    }
    mp_posix_unlock();
    return r;
}

// What is kept was taken out of the table before.
static void close_word(size_t word)
{
    for (int bit = 0; owned[word] != 0 && bit < BITS; bit++) {
        uint64_t mask = UINT64_C(1) << bit;
        if ((owned[word] & mask) != 0) {
            owned[word] &= ~mask;
            (void) close((int) (word * BITS) + bit);
        }
    }
}

void mp_posix_own_forked(const mp_posix_kept_t *kept)
{
    size_t count = kept != NULL ? kept->count : 0;

    for (size_t i = 0; i < count; i++) {
        if (kept->row[i] >= 0) {
            forget_locked(kept->row[i]);
        }
    }
    for (size_t word = 0; word < owned_words; word++) {
        close_word(word);
    }
    for (size_t i = 0; i < count; i++) {
        if (kept->row[i] >= 0) {
            (void) add_locked(kept->row[i]); // there is room: it was in before
        }
    }
}
