// SPDX-License-Identifier: Apache-2.0
// What a process knows of itself must not be believed by its forked children,
// also those that were made behind the library's back: by a clone() of the
// program's own, which runs no handler of pthread_atfork().
#include "platform/shared.h"

#include <string.h>
#include <sys/mman.h>

#include "posix/posix.h"

#define WIPED_SIZE 4096 // the system wipes whole pages

static _Alignas(8) unsigned char fallback[MP_PLAT_WIPED_SIZE];
static unsigned char *page;

// Before main(), with the handlers of forks.
__attribute__((constructor)) static void prepare(void)
{
    void *memory = mmap(NULL, WIPED_SIZE, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED) {
        page = fallback; // no page of its own
        return;
    }
    page = memory;
    mp_posix_wipe_on_fork(page, WIPED_SIZE);
}

void *mp_plat_wiped(void)
{
    return page;
}

// In a forked child. Where the system has wiped it, this writes nothing.
void mp_posix_wiped_forked(void)
{
    static const unsigned char zeros[MP_PLAT_WIPED_SIZE];

    if (memcmp(page, zeros, MP_PLAT_WIPED_SIZE) != 0) {
        memset(page, 0, MP_PLAT_WIPED_SIZE);
    }
}

// The address of something of its own tells a thread from all others.
uint64_t mp_plat_thread_number(void)
{
    static _Thread_local char own;

    return (uint64_t) (uintptr_t) &own;
}
