// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "platform/fail.h"

#define FIRST_ROOM 256

// What is opened for a moment is open under the lock of a fork, or the child
// would keep it.
bool mp_posix_kin_look(pid_t pid, mp_posix_kin_t *kin)
{
    mp_posix_stat_t stat;

    mp_posix_lock();
    bool there = mp_posix_stat_read(pid, &stat);
    mp_posix_unlock();
    if (there) {
        *kin = (mp_posix_kin_t){.pid = pid,
                                .parent = stat.parent,
                                .session = stat.session,
                                .runs = strchr("TtZXx", stat.state) == NULL,
                                .birth = stat.start};
    }
    return there;
}

static int add_number(const char *name, mp_posix_kin_t **list, size_t *count,
                      size_t *room)
{
    char *end = NULL;
    long pid = strtol(name, &end, 10);

    if (*end != '\0' || pid <= 0) {
        return 0;
    }
    if (*list == NULL || *count == *room) {
        *room = *room == 0 ? FIRST_ROOM : *room * 2;
        mp_posix_kin_t *bigger = realloc(*list, *room * sizeof(*bigger));
        if (bigger == NULL) {
            return mp__fail(MP_ENOMEM, 0, "a list of processes");
        }
        *list = bigger;
    }
    (*list)[*count].pid = (pid_t) pid;
    *count += 1;
    return 0;
}

static int list_numbers(mp_posix_kin_t **list, size_t *count)
{
    const struct dirent *entry = NULL;
    size_t room = 0;
    int r = 0;

    *list = NULL;
    *count = 0;
    mp_posix_lock();
    DIR *directory = opendir("/proc");
    if (directory == NULL) {
        r = mp_posix_fail(errno, "the processes are not listed");
    } else {
        while (r == 0 && (entry = readdir(directory)) != NULL) {
            r = add_number(entry->d_name, list, count, &room);
        }
        (void) closedir(directory);
    }
    mp_posix_unlock();
    return r;
}

int mp_posix_kin_list(mp_posix_kin_t **list, size_t *count)
{
    size_t numbers = 0;
    size_t kept = 0;

    *count = 0;
    int r = list_numbers(list, &numbers);
    if (r < 0) {
        free(*list);
        *list = NULL;
        return r;
    }
    for (size_t i = 0; i < numbers; i++) {
        pid_t pid = (*list)[i].pid;
        kept += mp_posix_kin_look(pid, &(*list)[kept]);
    }
    *count = kept;
    return 0;
}

// A kernel or a filter that refuses pidfds leaves the number; whose it is is
// looked at again at each signal.
int mp_posix_kin_pin(pid_t pid, int *pin)
{
    *pin = (int) syscall(SYS_pidfd_open, pid, 0);
    if (*pin >= 0) {
        int r = mp_posix_own_add(*pin);
        *pin = r < 0 ? -1 : *pin;
        return r;
    }
    return errno == EMFILE || errno == ENFILE || errno == ENOMEM
               ? mp_posix_fail(errno, "a pidfd cannot be opened")
               : 0;
}

int mp_posix_kin_signal(const mp_posix_kin_t *kin, int pin, int number)
{
    mp_posix_kin_t now;

    if (pin >= 0) {
        return syscall(SYS_pidfd_send_signal, pin, number, NULL, 0) == 0
                   ? 0
                   : errno;
    }
    if (!mp_posix_kin_look(kin->pid, &now) || now.birth != kin->birth) {
        return ESRCH;
    }
    return kill(kin->pid, number) == 0 ? 0 : errno;
}
