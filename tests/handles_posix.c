// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE // POSIX 2008, which C11 hides
#include "tests/handles.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

// Above what the library gives numbers to in the tests that count.
#define FIRST_FOREIGN 300
#define LAST_FOREIGN 4096

void test_open_inheritable(intptr_t *handles, int count)
{
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

    assert_true(null >= 0);
    for (int i = 0; i < count; i++) {
        handles[i] = fcntl(null, F_DUPFD, FIRST_FOREIGN);
        assert_true(handles[i] >= FIRST_FOREIGN);
    }
    (void) close(null);
}

void test_close_inheritable(const intptr_t *handles, int count)
{
    for (int i = 0; i < count; i++) {
        (void) close((int) handles[i]);
    }
}

bool test_sees_handle(intptr_t handle)
{
    return fcntl((int) handle, F_GETFD) >= 0;
}

int test_count_inheritable(void)
{
    int count = 0;

    for (int fd = FIRST_FOREIGN; fd < LAST_FOREIGN; fd++) {
        count += fcntl(fd, F_GETFD) >= 0;
    }
    return count;
}

void test_make_pipe(intptr_t *reading, intptr_t *writing)
{
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    assert_int_equal(fcntl(ends[0], F_SETFD, FD_CLOEXEC), 0);
    assert_int_equal(fcntl(ends[1], F_SETFD, FD_CLOEXEC), 0);
    *reading = ends[0];
    *writing = ends[1];
}

int test_put(intptr_t handle, const char *text)
{
    ssize_t length = (ssize_t) strlen(text);
    return write((int) handle, text, (size_t) length) == length ? 0 : -1;
}

bool test_is_inheritable(intptr_t handle)
{
    return fcntl((int) handle, F_GETFD) == 0;
}

int test_close_own(intptr_t handle)
{
    return close((int) handle);
}
