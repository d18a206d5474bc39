// SPDX-License-Identifier: Apache-2.0
// A pipe of messages without headers, whose size both sides know. What is not
// longer than PIPE_BUF is written whole, so that several may write and read.
#include <errno.h>
#include <limits.h>

#include <unistd.h>

#include "bench/common/row.h"
#include "bench/queue/way.h"

static int make(struct lane *lane)
{
    int ends[2];

    if (pipe(ends) < 0) {
        return row_fail("pipe", errno);
    }
    lane->reads = ends[0];
    lane->writes = ends[1];
    return 0;
}

static void unmake(struct lane *lane)
{
    (void) close((int) lane->reads);
    (void) close((int) lane->writes);
}

WAY_INLINE int put(struct lane *lane, char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t done = write((int) lane->writes, bytes, size);
        if (done <= 0) {
            return row_fail("write", errno);
        }
        bytes += done;
        size -= (size_t) done;
    }
    return 1;
}

WAY_INLINE int get(struct lane *lane, char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t done = read((int) lane->reads, bytes, size);
        if (done <= 0) {
            return row_fail("read", done < 0 ? errno : 0);
        }
        bytes += done;
        size -= (size_t) done;
    }
    return 1;
}

WAY_LOOPS(pipe, put, get)

const struct way way_pipe = {
    .name = "pipe", .loops = &pipe_loops, .make = make, .unmake = unmake};
