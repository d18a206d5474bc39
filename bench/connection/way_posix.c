// SPDX-License-Identifier: Apache-2.0
// What POSIX itself takes: sockets and pipes with a length of four bytes in
// front of each message, as one would write it by hand, and in the best form.
#include <errno.h>
#include <string.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "bench/connection/echo.h"
#include "bench/connection/groups.h"

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

static void drop(struct line *line)
{
    if (line->writes > 0 && line->writes != line->reads) {
        (void) close((int) line->writes);
    }
    if (line->reads > 0) {
        (void) close((int) line->reads);
    }
    *line = (struct line){.in = NULL};
}

// ---- all of something ----

static int write_all(struct line *line, const void *bytes, size_t size)
{
    const char *at = bytes;

    while (size > 0) {
        ssize_t done = write((int) line->writes, at, size);
        if (done < 0) {
            return row_fail("write", errno);
        }
        at += done;
        size -= (size_t) done;
    }
    return 0;
}

static int read_all(struct line *line, void *bytes, size_t size)
{
    char *at = bytes;

    while (size > 0) {
        ssize_t done = read((int) line->reads, at, size);
        if (done <= 0) {
            return row_fail("read", done < 0 ? errno : 0);
        }
        at += done;
        size -= (size_t) done;
    }
    return 0;
}

// A call for both pieces, and more for what did not go with it.
static int send_both(struct line *line, const void *bytes, size_t size,
                     bool is_socket)
{
    unsigned char header[WAY_HEADER];
    struct iovec row[2] = {{header, sizeof(header)},
                           {(void *) (uintptr_t) bytes, size}};
    struct msghdr whole = {.msg_iov = row, .msg_iovlen = 2};

    way_put_header(header, size);
    ssize_t done = is_socket ? sendmsg((int) line->writes, &whole, MSG_NOSIGNAL)
                             : writev((int) line->writes, row, 2);
    if (done < (ssize_t) sizeof(header)) {
        return row_fail("header and message", done < 0 ? errno : 0);
    }
    size_t gone = (size_t) done - sizeof(header);
    return write_all(line, (const char *) bytes + gone, size - gone);
}

// ---- by hand ----

static int send_parts(struct line *line, const void *bytes, size_t size)
{
    unsigned char header[WAY_HEADER];

    way_put_header(header, size);
    int r = write_all(line, header, sizeof(header));
    return r < 0 ? r : write_all(line, bytes, size);
}

static int receive_parts(struct line *line, void *bytes, size_t size)
{
    unsigned char header[WAY_HEADER];

    int r = read_all(line, header, sizeof(header));
    if (r < 0 || way_get_header(header) != size) {
        return r < 0 ? r : row_fail("a message of another size", 0);
    }
    return read_all(line, bytes, size);
}

// ---- the best form ----

static int send_message(struct line *line, const void *bytes, size_t size)
{
    return send_both(line, bytes, size, true);
}

static int send_vector(struct line *line, const void *bytes, size_t size)
{
    return send_both(line, bytes, size, false);
}

// ---- pairs ----

static int make_sockets(struct line *mine, struct line *its)
{
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0) {
        return row_fail("socketpair", errno);
    }
    mine->reads = mine->writes = pair[0];
    its->reads = its->writes = pair[1];
    return 0;
}

static int make_pipes(struct line *mine, struct line *its)
{
    int there[2];
    int back[2];

    if (pipe(there) < 0 || pipe(back) < 0) {
        return row_fail("pipe", errno);
    }
    *mine = (struct line){.reads = back[0], .writes = there[1]};
    *its = (struct line){.reads = there[0], .writes = back[1]};
    return 0;
}

// Without headers, by a reader who knows the size: the limit.
const struct way way_bare = {.name = "bare",
                             .make = make_sockets,
                             .send = write_all,
                             .receive = read_all,
                             .drop = drop};
const struct way way_socketpair = {.name = "socketpair",
                                   .make = make_sockets,
                                   .send = send_parts,
                                   .receive = receive_parts,
                                   .drop = drop};
const struct way way_sendmsg = {.name = "sendmsg",
                                .make = make_sockets,
                                .send = send_message,
                                .receive = receive_parts,
                                .drop = drop};
const struct way way_pipe = {.name = "pipe",
                             .make = make_pipes,
                             .send = send_vector,
                             .receive = receive_parts,
                             .drop = drop};

static const struct row rows[] = {
    ECHO_ROWS(way_bare, "bare", "socketpair without headers: the limit",
              ROW_BY_SIZE),
    ECHO_ROWS(way_socketpair, "socketpair", "socketpair, header and message",
              ROW_BY_SIZE),
    ECHO_ROWS(way_sendmsg, "sendmsg", "the same, both in one sendmsg",
              ROW_BY_SIZE),
    ECHO_ROWS(way_pipe, "pipe", "pipes, both in one writev", ROW_BY_SIZE),
};

const struct row_group group_system = {
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
    .open = echo_open,
    .close = echo_close,
};
