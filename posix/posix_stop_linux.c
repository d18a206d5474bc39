// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <limits.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

int mp_posix_memory(void)
{
    return memfd_create("multiprocessing", MFD_CLOEXEC);
}

// It may wake without reason.
void mp_posix_stop_sleep(atomic_uint *word)
{
    (void) syscall(SYS_futex, word, FUTEX_WAIT, 0, NULL, NULL, 0);
}

void mp_posix_stop_wake(atomic_uint *word)
{
    (void) syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}
