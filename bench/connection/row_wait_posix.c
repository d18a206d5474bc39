// SPDX-License-Identifier: Apache-2.0
// The same by the system's own calls: poll, and where there is one an epoll
// that knows the sockets before.
#include <errno.h>
#include <string.h>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/epoll.h>
#endif

#include "bench/common/row.h"
#include "bench/common/system.h"
#include "bench/connection/groups.h"

#define MANY 1000

static int pairs[MANY][2];
static struct pollfd objects[MANY];
static size_t made;

static const size_t ten = 10;
static const size_t thousand = MANY;

static int poll_once(size_t many)
{
    return poll(objects + MANY - many, (nfds_t) many, -1) == 1
               ? 0
               : row_fail("poll", errno);
}

#ifdef __linux__
static int sets[2] = {-1, -1};

static int fill_set(int *set, size_t many)
{
    *set = epoll_create1(EPOLL_CLOEXEC);
    if (*set < 0) {
        return row_fail("epoll_create1", errno);
    }
    for (size_t i = MANY - many; i < MANY; i++) {
        struct epoll_event event = {.events = EPOLLIN};
        if (epoll_ctl(*set, EPOLL_CTL_ADD, pairs[i][0], &event) < 0) {
            return row_fail("epoll_ctl", errno);
        }
    }
    return 0;
}

static int epoll_once(size_t many)
{
    struct epoll_event event;

    return epoll_wait(sets[many == MANY], &event, 1, -1) == 1
               ? 0
               : row_fail("epoll_wait", errno);
}

static int open_sets(void)
{
    int r = fill_set(&sets[0], ten);
    return r == 0 ? fill_set(&sets[1], thousand) : r;
}

static void close_sets(void)
{
    (void) close(sets[0]);
    (void) close(sets[1]);
}
#else
static int open_sets(void)
{
    return 0;
}

static void close_sets(void)
{
}
#endif

static void wait_close(void)
{
    close_sets();
    for (; made > 0; made--) {
        (void) close(pairs[made - 1][0]);
        (void) close(pairs[made - 1][1]);
    }
}

static int wait_open(const struct setting *setting)
{
    (void) setting;
    for (; made < MANY; made++) {
        if (socketpair(AF_UNIX, SOCK_STREAM, 0, pairs[made]) < 0) {
            int error = errno;
            wait_close();
            return row_left_out("poll", strerror(error));
        }
        objects[made] = (struct pollfd){.fd = pairs[made][0], .events = POLLIN};
    }
    if (write(pairs[MANY - 1][1], "", 1) != 1) {
        return row_fail("write", errno);
    }
    return open_sets();
}

static int repeat(int (*once)(size_t many), const struct row *row,
                  unsigned count, int64_t *elapsed)
{
    size_t many = *(const size_t *) row->data;
    int64_t began = bench_now();
    int r = 0;

    for (unsigned i = 0; r == 0 && i < count; i++) {
        r = once(many);
    }
    *elapsed = bench_now() - began;
    return r;
}

static int poll_run(const struct row *row, unsigned count, int64_t *elapsed)
{
    return repeat(poll_once, row, count, elapsed);
}

#ifdef __linux__
static int epoll_run(const struct row *row, unsigned count, int64_t *elapsed)
{
    return repeat(epoll_once, row, count, elapsed);
}
#endif

#define WAIT_ROW(call, text, many)                                             \
    {                                                                          \
        .name = #call "/" text, .what = #call " of " text " sockets",          \
        .run = call##_run, .data = &many, .number = ROW_ONCE                   \
    }

static const struct row rows[] = {
    WAIT_ROW(poll, "10", ten),
    WAIT_ROW(poll, "1000", thousand),
#ifdef __linux__
    WAIT_ROW(epoll, "10", ten),
    WAIT_ROW(epoll, "1000", thousand),
#endif
};

const struct row_group group_wait_system = {
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
    .open = wait_open,
    .close = wait_close,
};
