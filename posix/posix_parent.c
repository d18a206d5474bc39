// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "platform/fail.h"

// One number above stderr: "3", followed by `end`.
static int parse_number(const char **text, char end)
{
    char *rest = NULL;

    if (**text < '0' || **text > '9') {
        return -1;
    }
    errno = 0;
    long number = strtol(*text, &rest, 10);
    if (errno != 0 || *rest != end || number <= STDERR_FILENO ||
        number > 0xffff) {
        return -1;
    }
    *text = end == '\0' ? rest : rest + 1;
    return (int) number;
}

// The marker names the channel, and the descriptor that tells our end where
// the parent's build needs one.
static bool parse(const char *marker, int *channel, int *death)
{
    const char *rest = marker;

    *death = -1;
    *channel = parse_number(&rest, '\0');
    if (*channel >= 0) {
        return true;
    }
    *channel = parse_number(&rest, ',');
    *death = parse_number(&rest, '\0');
    return *channel >= 0 && *death >= 0 && *death != *channel;
}

// From here on they are as if born here.
static int take_over(int descriptor)
{
    if (fcntl(descriptor, F_SETFD, FD_CLOEXEC) < 0) {
        return mp__fail(MP_EACCES, errno, "the start channel is not open");
    }
    return mp_posix_own_add(descriptor);
}

int mp_plat_parent_open(mp_plat_child_t *parent, const char *marker)
{
    int channel = -1;
    int death = -1;

    if (!parse(marker, &channel, &death)) {
        return mp__fail(MP_EACCES, 0, "the start marker is malformed");
    }
    int r = mp_posix_peer_check(channel);
    if (r < 0) {
        return r;
    }
    r = take_over(channel);
    if (r == 0 && death >= 0) {
        r = take_over(death);
    }
    if (r < 0) {
        return r;
    }
    parent->channel = channel;
    parent->pid = getppid();
    parent->end = MP_PLAT_NONE;
    return 0;
}
