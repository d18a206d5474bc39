// SPDX-License-Identifier: Apache-2.0
// Command lines as one block: the pointers first, their texts behind them.
#ifndef MP_POSIX_WORDS_H
#define MP_POSIX_WORDS_H

#include <stddef.h>

// Words that are each ended by a NUL, `size` bytes in all.
int mp_posix_words(const char *bytes, size_t size, int *argc, char ***argv);
// The same from a file such as /proc/self/cmdline.
int mp_posix_words_of_file(const char *path, int *argc, char ***argv);

#endif
