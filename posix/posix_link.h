// SPDX-License-Identifier: Apache-2.0
// What the files about links, places and listeners tell each other.
//
// Their descriptors are the program's, not the library's own: forked children
// keep them, as they keep those of the user.
#ifndef MP_POSIX_LINK_H
#define MP_POSIX_LINK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "platform/link.h"

// ---- links (posix_link.c) ----

// Keeps a new descriptor from being taken for a standard stream: moves it up
// where it is one of these numbers, and closes it if that fails.
int mp_posix_link_raise(int *descriptor);
// The end of a failed call on a link: mp__fail() with the code of errno, where
// all that means a lost other side is MP_EEOF.
int mp_posix_link_fail(int os_code, const char *what);
// Waits for `events`: 0, MP_ETIMEDOUT (not recorded), or a failure.
int mp_posix_link_await(int descriptor, short events, int64_t deadline);
// After a call that moved nothing: 0 to try it again, or what to return.
int mp_posix_link_retry(int descriptor, short events, int64_t deadline,
                        const char *what);

// ---- writing without SIGPIPE (posix_quiet_*.c) ----

// What is told once to a descriptor that messages are sent over.
void mp_posix_quiet(int descriptor);
// writev() to a pipe that mp_posix_quiet() was told of.
ssize_t mp_posix_quiet_write(int descriptor, const struct iovec *row,
                             int count);

#endif
