// SPDX-License-Identifier: Apache-2.0
#include "bench/pep371/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <apr_file_io.h>
#include <apr_strings.h>

#include "bench/pep371/support.h"

struct pep_scratch {
    char *path;
    pid_t janitor;
    int lifeline; // closed when this process ends, which the janitor sees
};

// Runs in the janitor. Neither Ctrl-C nor a signal to the process group may
// end it before its work is done. Workers inherit the lifeline, so that the
// parent's pid is looked at too.
static void wait_and_remove(int lifeline, const char *path, pid_t parent)
{
    struct pollfd end = {.fd = lifeline, .events = POLLIN};

    (void) setsid();
    (void) signal(SIGINT, SIG_IGN);
    (void) signal(SIGHUP, SIG_IGN);
    (void) signal(SIGTERM, SIG_IGN);
    while (getppid() == parent) {
        int ready = poll(&end, 1, 1000);

        if (ready > 0 || (ready < 0 && errno != EINTR)) {
            break;
        }
    }
    _exit(unlink(path) == 0 || errno == ENOENT ? 0 : 1);
}

static int start_janitor(pep_scratch_t *scratch)
{
    int ends[2];
    pid_t parent = getpid();

    if (pipe(ends) != 0) {
        return pep_fail_apr(errno, "no pipe");
    }
    // A program that another thread starts meanwhile would keep the pipe, but
    // there is no other thread yet.
    (void) fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    (void) fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    scratch->janitor = fork();
    if (scratch->janitor == 0) {
        (void) close(ends[1]);
        wait_and_remove(ends[0], scratch->path, parent);
    }
    int error = errno;
    (void) close(ends[0]);
    if (scratch->janitor < 0) {
        (void) close(ends[1]);
        return pep_fail_apr(error, "no process for the temporary file");
    }
    scratch->lifeline = ends[1];
    return 0;
}

int pep_scratch_create(pep_scratch_t **out, const void *bytes, size_t size,
                       apr_pool_t *pool)
{
    pep_scratch_t *scratch = apr_pcalloc(pool, sizeof(*scratch));
    apr_file_t *file = NULL;
    const char *folder = NULL;

    *out = NULL;
    apr_status_t status = apr_temp_dir_get(&folder, pool);
    if (status != APR_SUCCESS) {
        return pep_fail_apr(status, "no folder for temporary files");
    }
    scratch->path = apr_pstrcat(pool, folder, "/pep371-XXXXXX", NULL);
    status = apr_file_mktemp(
        &file, scratch->path,
        APR_FOPEN_CREATE | APR_FOPEN_EXCL | APR_FOPEN_WRITE, pool);
    if (status != APR_SUCCESS) {
        return pep_fail_apr(status, "no temporary file in %s", folder);
    }
    if (start_janitor(scratch) != 0) {
        (void) apr_file_remove(scratch->path, pool);
        return -1;
    }
    *out = scratch;
    status = apr_file_write_full(file, bytes, size, NULL);
    if (status == APR_SUCCESS) {
        status = apr_file_close(file);
    }
    return status == APR_SUCCESS
               ? 0
               : pep_fail_apr(status, "cannot write %s", scratch->path);
}

const char *pep_scratch_path(const pep_scratch_t *scratch)
{
    return scratch->path;
}

void pep_scratch_destroy(pep_scratch_t *scratch)
{
    if (scratch == NULL) {
        return;
    }
    (void) close(scratch->lifeline);
    while (waitpid(scratch->janitor, NULL, 0) < 0 && errno == EINTR) {
    }
}
