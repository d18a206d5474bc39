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
// request to stop; behind a slash what tells the parent's end, if that is not
// the channel: "3,4;5/6".
enum marked { CHANNEL, DEATH, STOP, TIE, MARKED };

static bool are_distinct(const int *numbers)
{
    for (int i = 0; i < MARKED; i++) {
        for (int j = 0; j < i; j++) {
            if (numbers[i] >= 0 && numbers[i] == numbers[j]) {
                return false;
            }
        }
    }
    return true;
}

static bool parse(const char *rest, int *numbers)
{
    static const char *const ends[MARKED] = {",;/", ";/", "/", ""};
    static const char leads[MARKED] = {'\0', ',', ';', '/'};

    for (int i = 0; i < MARKED; i++) {
        numbers[i] = -1;
        if (i != CHANNEL && *rest != leads[i]) {
            continue;
        }
        rest += i != CHANNEL;
        numbers[i] = parse_number(&rest, ends[i]);
        if (numbers[i] < 0) {
            return false;
        }
    }
    return are_distinct(numbers);
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
    int numbers[MARKED];

    if (!parse(marker, numbers)) {
        return mp__fail(MP_EACCES, 0, "the start marker is malformed");
    }
    int r = mp_posix_peer_check(numbers[CHANNEL]);
    for (int i = 0; r == 0 && i < MARKED; i++) {
        if (i != STOP && numbers[i] >= 0) {
            r = take_over(numbers[i]);
        }
    }
    if (r < 0) {
        return r;
    }
    parent->channel = numbers[CHANNEL];
    parent->tie = numbers[TIE] < 0 ? MP_PLAT_NONE : numbers[TIE];
    parent->pid = getppid();
    parent->end = MP_PLAT_NONE;
    return 0;
}

int mp_plat_parent_stop(mp_plat_child_t *parent, const char *marker)
{
    int numbers[MARKED];

    if (!parse(marker, numbers)) {
        return mp__fail(MP_EACCES, 0, "the start marker is malformed");
    }
    return numbers[STOP] < 0 ? 0 : take_stop(numbers[STOP], parent);
}

void mp_plat_lead_session(void)
{
    (void) setsid(); // refused only to who leads one already
}
