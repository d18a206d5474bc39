// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "platform/fail.h"

// One number above stderr: "3", followed by one of `ends`, '\0' among them.
static int parse_number(const char **text, const char *ends)
{
    char *rest = NULL;

    if (**text < '0' || **text > '9') {
        return -1;
    }
    errno = 0;
    long number = strtol(*text, &rest, 10);
    if (errno != 0 || (*rest != '\0' && strchr(ends, *rest) == NULL) ||
        number <= STDERR_FILENO || number > 0xffff) {
        return -1;
    }
    *text = rest;
    return (int) number;
}

// The marker names the channel; behind a comma the descriptor that tells our
// end, where the parent's build needs one; behind a semicolon the memory for a
// request to stop.
typedef struct marked {
    int channel;
    int death;
    int stop;
} marked_t;

static bool parse(const char *rest, marked_t *marked)
{
    *marked = (marked_t){-1, -1, -1};
    marked->channel = parse_number(&rest, ",;");
    if (marked->channel >= 0 && *rest == ',') {
        rest++;
        marked->death = parse_number(&rest, ";");
        if (marked->death < 0) {
            return false;
        }
    }
    if (marked->channel >= 0 && *rest == ';') {
        rest++;
        marked->stop = parse_number(&rest, "");
        if (marked->stop < 0) {
            return false;
        }
    }
    return marked->channel >= 0 && marked->channel != marked->death &&
           marked->channel != marked->stop &&
           (marked->death < 0 || marked->death != marked->stop);
}

// From here on they are as if born here.
static int take_over(int descriptor)
{
    if (fcntl(descriptor, F_SETFD, FD_CLOEXEC) < 0) {
        return mp__fail(MP_EACCES, errno, "the start channel is not open");
    }
    return mp_posix_own_add(descriptor);
}

// The memory stays mapped; its descriptor is needed no more.
static int take_stop(int descriptor, mp_plat_child_t *parent)
{
    int r = take_over(descriptor);
    if (r == 0) {
        parent->stop = mp_posix_stop_inherit(descriptor);
        mp_posix_own_close(descriptor);
    }
    return r;
}

int mp_plat_parent_open(mp_plat_child_t *parent, const char *marker)
{
    marked_t marked;

    if (!parse(marker, &marked)) {
        return mp__fail(MP_EACCES, 0, "the start marker is malformed");
    }
    int r = mp_posix_peer_check(marked.channel);
    if (r < 0) {
        return r;
    }
    r = take_over(marked.channel);
    if (r == 0 && marked.death >= 0) {
        r = take_over(marked.death);
    }
    if (r < 0) {
        return r;
    }
    parent->channel = marked.channel;
    parent->pid = getppid();
    parent->end = MP_PLAT_NONE;
    return 0;
}

int mp_plat_parent_stop(mp_plat_child_t *parent, const char *marker)
{
    marked_t marked;

    if (!parse(marker, &marked)) {
        return mp__fail(MP_EACCES, 0, "the start marker is malformed");
    }
    return marked.stop < 0 ? 0 : take_stop(marked.stop, parent);
}

void mp_plat_lead_session(void)
{
    (void) setsid(); // refused only to who leads one already
}
