// SPDX-License-Identifier: Apache-2.0
// No portable call sleeps on a word of another process.
#include "posix/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define LOOK_MS 20
#define TRIES 100

// The name is there for a moment only; one that a crash left is passed over.
int mp_posix_memory(void)
{
    static unsigned number; // guarded by the lock of this room
    char name[31];          // as long as macOS takes
    int descriptor = -1;

    for (int i = 0; i < TRIES; i++) {
        (void) snprintf(name, sizeof(name), "/mp-%ld-%x", (long) getpid(),
                        number++);
        descriptor = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
        if (descriptor >= 0) {
            (void) shm_unlink(name);
            break;
        }
        if (errno != EEXIST) {
            break;
        }
    }
    return descriptor;
}

void mp_posix_stop_sleep(atomic_uint *word)
{
    (void) word;
    (void) poll(NULL, 0, LOOK_MS);
}

void mp_posix_stop_wake(atomic_uint *word)
{
    (void) word;
}
