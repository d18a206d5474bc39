// SPDX-License-Identifier: Apache-2.0
#include "posix/posix_words.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "platform/fail.h"
#include "posix/posix.h"

#define FIRST_SIZE 4096

static size_t count_words(const char *bytes, size_t size)
{
    size_t count = 0;
    for (size_t i = 0; i < size; i++) {
        count += bytes[i] == '\0';
    }
    return count;
}

int mp_posix_words(const char *bytes, size_t size, int *argc, char ***argv)
{
    size_t count = count_words(bytes, size);
    char **words = malloc((count + 1) * sizeof(*words) + size);
    if (words == NULL) {
        return mp__fail(MP_ENOMEM, 0, "command line");
    }
    char *texts = (char *) (words + count + 1);
    memcpy(texts, bytes, size);
    for (size_t i = 0; i < count; i++) {
        words[i] = texts;
        texts += strlen(texts) + 1;
    }
    words[count] = NULL;
    *argc = (int) count;
    *argv = words;
    return 0;
}

// Reads all of a file into *bytes, which only grows.
static ssize_t read_all(int descriptor, char **bytes)
{
    size_t room = FIRST_SIZE;
    size_t used = 0;

    for (;;) {
        char *bigger = realloc(*bytes, room);
        if (bigger == NULL) {
            errno = ENOMEM;
            return -1;
        }
        *bytes = bigger;
        ssize_t got = read(descriptor, bigger + used, room - used);
        if (got < 0 && errno != EINTR) {
            return -1;
        }
        if (got == 0) {
            return (ssize_t) used;
        }
        used += got > 0 ? (size_t) got : 0;
        room = used == room ? room * 2 : room;
    }
}

int mp_posix_words_of_file(const char *path, int *argc, char ***argv)
{
    char *bytes = NULL;

    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return mp_posix_fail_path(errno, "the command line is not told", path);
    }
    ssize_t size = read_all(descriptor, &bytes);
    int r = size < 0 ? mp_posix_fail_path(errno, "reading", path)
                     : mp_posix_words(bytes, (size_t) size, argc, argv);
    (void) close(descriptor);
    free(bytes);
    return r;
}
