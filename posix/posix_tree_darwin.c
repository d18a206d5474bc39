// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/sysctl.h>
#include <unistd.h>

#include "platform/fail.h"

static void describe(const struct kinfo_proc *from, mp_posix_kin_t *kin)
{
    const struct timeval *start = &from->kp_proc.p_starttime;

    kin->pid = from->kp_proc.p_pid;
    kin->parent = from->kp_eproc.e_ppid;
    kin->session = getsid(kin->pid);
    kin->runs = from->kp_proc.p_stat != SSTOP && from->kp_proc.p_stat != SZOMB;
    kin->birth = (uint64_t) start->tv_sec * 1000000 + (uint64_t) start->tv_usec;
}

bool mp_posix_kin_look(pid_t pid, mp_posix_kin_t *kin)
{
    int name[] = {CTL_KERN, KERN_PROC, KERN_PROC_PID, pid};
    struct kinfo_proc found;
    size_t size = sizeof(found);

    if (sysctl(name, 4, &found, &size, NULL, 0) < 0 || size < sizeof(found) ||
        found.kp_proc.p_pid != pid) {
        return false;
    }
    describe(&found, kin);
    return true;
}

// The list may grow between the question for its size and its reading.
static int read_list(struct kinfo_proc **found, size_t *size)
{
    int name[] = {CTL_KERN, KERN_PROC, KERN_PROC_ALL};
    int r = -1;

    do {
        free(*found);
        *found = NULL;
        if (sysctl(name, 3, NULL, size, NULL, 0) < 0) {
            break;
        }
        *size += *size / 8 + sizeof(**found);
        *found = malloc(*size);
        if (*found == NULL) {
            return mp__fail(MP_ENOMEM, 0, "a list of processes");
        }
        r = sysctl(name, 3, *found, size, NULL, 0);
    } while (r < 0 && errno == ENOMEM);
    return r == 0 ? 0 : mp_posix_fail(errno, "the processes are not listed");
}

int mp_posix_kin_list(mp_posix_kin_t **list, size_t *count)
{
    struct kinfo_proc *found = NULL;
    size_t size = 0;

    *list = NULL;
    *count = 0;
    int r = read_list(&found, &size);
    if (r == 0) {
        *count = size / sizeof(*found);
        *list = malloc((*count + 1) * sizeof(**list));
        r = *list != NULL ? 0 : mp__fail(MP_ENOMEM, 0, "a list of processes");
    }
    for (size_t i = 0; r == 0 && i < *count; i++) {
        describe(&found[i], &(*list)[i]);
    }
    free(found);
    return r;
}

// Darwin has nothing that goes on meaning a process.
int mp_posix_kin_pin(pid_t pid, int *pin)
{
    (void) pid;
    *pin = -1;
    return 0;
}

int mp_posix_kin_signal(const mp_posix_kin_t *kin, int pin, int number)
{
    mp_posix_kin_t now;

    (void) pin;
    if (!mp_posix_kin_look(kin->pid, &now) || now.birth != kin->birth) {
        return ESRCH;
    }
    return kill(kin->pid, number) == 0 ? 0 : errno;
}
