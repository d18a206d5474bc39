// SPDX-License-Identifier: Apache-2.0
#include "posix/posix_link.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "platform/fail.h"
#include "posix/posix.h"

#define FEW 32 // without asking for memory

static int descriptor_of(const mp_plat_source_t *source)
{
    switch (source->kind) {
    case MP_PLAT_SOURCE_LINK:
        return (int) source->of.link->handle;
    case MP_PLAT_SOURCE_LISTENER:
        return (int) source->of.listener->handle;
    default:
        return (int) source->of.handle;
    }
}

static int not_open(int descriptor)
{
    return mp__fail(MP_EINVAL, EBADF, "descriptor %d cannot be waited for",
                    descriptor);
}

// poll() overlooks numbers below 0.
static int fill(struct pollfd *rows, mp_plat_source_t *sources, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        sources[i].ready = false;
        rows[i] = (struct pollfd){descriptor_of(&sources[i]), POLLIN, 0};
        if (rows[i].fd < 0) {
            return not_open(rows[i].fd);
        }
    }
    return 0;
}

static int mark(const struct pollfd *rows, mp_plat_source_t *sources,
                size_t count)
{
    int ready = 0;

    for (size_t i = 0; i < count; i++) {
        if ((rows[i].revents & POLLNVAL) != 0) {
            return not_open(rows[i].fd);
        }
        sources[i].ready = rows[i].revents != 0;
        ready += sources[i].ready ? 1 : 0;
    }
    return ready;
}

static int wait_with(struct pollfd *rows, mp_plat_source_t *sources,
                     size_t count, int64_t deadline)
{
    int r = fill(rows, sources, count);
    if (r < 0) {
        return r;
    }
    int ready = mp_posix_poll_rows(rows, (nfds_t) count, deadline);
    if (ready < 0) {
        return errno == EINVAL
                   ? mp__fail(MP_EINVAL, errno,
                              "%zu are more than this process may have open",
                              count)
                   : mp_posix_fail(errno, "waiting for any of several");
    }
    return ready > 0 ? mark(rows, sources, count) : 0;
}

int mp_plat_wait_any(mp_plat_source_t *sources, size_t count, int64_t deadline)
{
    struct pollfd few[FEW];

    if (count <= FEW) {
        return wait_with(few, sources, count, deadline);
    }
    struct pollfd *rows = calloc(count, sizeof(*rows));
    if (rows == NULL) {
        return mp__fail(MP_ENOMEM, 0, "waiting for %zu", count);
    }
    int r = wait_with(rows, sources, count, deadline);
    free(rows);
    return r;
}
