// SPDX-License-Identifier: Apache-2.0
// The Apache Portable Runtime's pipes, with header and message in one writev.
// A forked child has both.
#include <apr_file_io.h>
#include <apr_pools.h>

#include "bench/common/row.h"
#include "bench/connection/way.h"

struct ends {
    apr_file_t *in;
    apr_file_t *out;
};

static struct ends ours;
static struct ends theirs;

static int make(struct line *mine, struct line *its)
{
    static apr_pool_t *pool; // until the program ends

    apr_status_t status =
        pool == NULL ? apr_pool_create(&pool, NULL) : APR_SUCCESS;
    if (status == APR_SUCCESS) {
        status = apr_file_pipe_create(&ours.in, &theirs.out, pool);
    }
    if (status == APR_SUCCESS) {
        status = apr_file_pipe_create(&theirs.in, &ours.out, pool);
    }
    mine->other = &ours;
    its->other = &theirs;
    return status == APR_SUCCESS ? 0
                                 : row_fail_apr("apr_file_pipe_create", status);
}

static int send_message(struct line *line, const void *bytes, size_t size)
{
    const struct ends *ends = line->other;
    unsigned char header[WAY_HEADER];
    struct iovec row[2] = {
        {.iov_base = header, .iov_len = sizeof(header)},
        {.iov_base = (void *) (uintptr_t) bytes, .iov_len = size}};
    apr_size_t done = 0;

    way_put_header(header, size);
    apr_status_t status = apr_file_writev_full(ends->out, row, 2, &done);
    return status == APR_SUCCESS ? 0
                                 : row_fail_apr("apr_file_writev_full", status);
}

static int receive_message(struct line *line, void *bytes, size_t size)
{
    const struct ends *ends = line->other;
    unsigned char header[WAY_HEADER];
    apr_size_t done = 0;

    apr_status_t status =
        apr_file_read_full(ends->in, header, sizeof(header), &done);
    if (status == APR_SUCCESS && way_get_header(header) != size) {
        return row_fail("a message of another size", 0);
    }
    if (status == APR_SUCCESS) {
        status = apr_file_read_full(ends->in, bytes, size, &done);
    }
    return status == APR_SUCCESS ? 0
                                 : row_fail_apr("apr_file_read_full", status);
}

static void drop(struct line *line)
{
    const struct ends *ends = line->other;

    if (ends != NULL) {
        (void) apr_file_close(ends->in);
        (void) apr_file_close(ends->out);
    }
    *line = (struct line){.in = NULL};
}

const struct way way_apr_pipe = {.name = "apr-pipe",
                                 .make = make,
                                 .send = send_message,
                                 .receive = receive_message,
                                 .drop = drop};
