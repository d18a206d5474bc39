// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STAT_SIZE 1024

// The numbers that follow the state, which proc(5) counts from 4 on.
enum { PARENT = 0, SESSION = 2, THREADS = 16, START = 18, NUMBERS };

static bool read_text(pid_t pid, char text[STAT_SIZE])
{
    char path[40];
    ssize_t size = -1;

    (void) snprintf(path, sizeof(path), "/proc/%ld/stat", (long) pid);
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor >= 0) {
        size = read(descriptor, text, STAT_SIZE - 1);
        (void) close(descriptor);
    }
    text[size > 0 ? size : 0] = '\0';
    return size > 0;
}

// The name, in parentheses, may have anything in it; behind it is nothing but
// the state and numbers.
bool mp_posix_stat_read(pid_t pid, mp_posix_stat_t *stat)
{
    char text[STAT_SIZE];
    long long numbers[NUMBERS] = {0};
    int count = 0;

    char *rest = read_text(pid, text) ? strrchr(text, ')') : NULL;
    if (rest == NULL || strlen(rest) < 4) {
        return false;
    }
    char state = rest[2];
    for (rest += 3; count < NUMBERS && *rest == ' '; count++) {
        numbers[count] = strtoll(rest, &rest, 10);
    }
    *stat = (mp_posix_stat_t){.state = state,
                              .parent = (pid_t) numbers[PARENT],
                              .session = (pid_t) numbers[SESSION],
                              .threads = numbers[THREADS],
                              .start = (uint64_t) numbers[START]};
    return count == NUMBERS;
}
