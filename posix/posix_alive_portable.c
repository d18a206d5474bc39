// SPDX-License-Identifier: Apache-2.0
// kill() tells neither a zombie from a living process nor a later one with the
// same number. So each process locks a byte of the family's memory: the system
// unlocks it when the process ends, before it is a zombie, and forks do not
// inherit it. It is unlocked, too, when the process closes any descriptor of
// that object: the library closes the one that it has with the memory only.
#include "platform/shared.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "posix/posix.h"

// Records are known only where the system locks such objects.
enum { BY_RECORD = 1, BY_NUMBER };

static atomic_int own_index = -1;

static int control(const mp_plat_memory_t *memory, int index, int command,
                   struct flock *record)
{
    *record = (struct flock){
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = index, .l_len = 1};
    return fcntl((int) memory->handle, command, record);
}

void mp_plat_life_begin(mp_plat_life_t *life, const mp_plat_memory_t *memory,
                        int index)
{
    struct flock record;

    atomic_store(&own_index, index);
    life->pid = getpid();
    life->since =
        control(memory, index, F_SETLK, &record) == 0 ? BY_RECORD : BY_NUMBER;
}

// A process that cannot be asked for the record lives as far as is known.
bool mp_plat_life_ended(const mp_plat_life_t *life,
                        const mp_plat_memory_t *memory, int index)
{
    struct flock record;

    if (life->pid == getpid()) {
        // Its own record does not stand in its way; another one with this
        // number is gone. What has told nothing may be a thread of its own.
        return life->since != MP_PLAT_NOT_TOLD &&
               index != atomic_load(&own_index);
    }
    if (kill((pid_t) life->pid, 0) < 0 && errno == ESRCH) {
        return true;
    }
    if (life->since != BY_RECORD ||
        control(memory, index, F_GETLK, &record) < 0) {
        return false;
    }
    return record.l_type == F_UNLCK || record.l_pid != (pid_t) life->pid;
}
