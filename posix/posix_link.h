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
#include <sys/un.h>

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

// A socket that never waits, out of the way (posix_listen.c). And what a
// failure to listen or to connect is: mp__fail() with the code of errno.
int mp_posix_link_socket(int family, int *descriptor);
int mp_posix_place_fail(int os_code, const char *what);

// ---- writing without SIGPIPE (posix_quiet_*.c) ----

// What is told once to a descriptor that messages are sent over.
void mp_posix_quiet(int descriptor);
// writev() to a pipe that mp_posix_quiet() was told of.
ssize_t mp_posix_quiet_write(int descriptor, const struct iovec *row,
                             int count);

// ---- addresses (posix_address.c, posix_address_*.c, posix_inet*.c) ----

typedef struct mp_posix_address {
    union {
        struct sockaddr any;
        struct sockaddr_un local;
        struct sockaddr_storage room;
    } of;
    socklen_t size;
    int folder; // what a long path goes by, or -1
} mp_posix_address_t;

// What a place may mean, in the order in which to try it. MP_EINVAL, MP_ENOENT,
// … Closed afterwards in any case.
#define MP_POSIX_ADDRESSES 8
typedef struct mp_posix_addresses {
    mp_posix_address_t row[MP_POSIX_ADDRESSES];
    int count;
} mp_posix_addresses_t;
int mp_posix_addresses_open(mp_posix_addresses_t *addresses,
                            const mp_plat_place_t *place, bool listens);
void mp_posix_addresses_close(mp_posix_addresses_t *addresses);
// The way back; what it does not know has the family NONE.
void mp_posix_address_place(const mp_posix_address_t *address,
                            mp_plat_place_t *place);
// What a socket of a place listens at.
int mp_posix_address_of(int descriptor, mp_posix_address_t *address);

extern const bool mp_posix_abstract; // there are names that are no files
// A path too long for an address, made one by another way (posix_address_*.c).
// MP_EINVAL where there is none.
int mp_posix_address_long(mp_posix_address_t *address, const char *path);

extern const bool mp_posix_remote; // this build speaks with other machines
bool mp_posix_inet_here(int family);
int mp_posix_inet_find(mp_posix_addresses_t *addresses,
                       const mp_plat_place_t *place, bool listens);
void mp_posix_inet_place(const mp_posix_address_t *address,
                         mp_plat_place_t *place);
// What every connection of the family wants: nothing waits to be more.
void mp_posix_inet_prepare(int descriptor, int family);

// ---- files of sockets (posix_socket_file.c) ----

// The file that a listener made, and its folder if that was made for it.
typedef struct mp_posix_socket_file mp_posix_socket_file_t;
// A name in a new folder of this user's alone. MP_ENOENT, MP_EACCES, …
int mp_posix_socket_file_choose(mp_plat_place_t *place);
// Removes the folder of a chosen name.
void mp_posix_socket_file_drop(const mp_plat_place_t *place);
// Notes what was just bound at `path`, for this user alone from then on. It is
// gone if that fails.
int mp_posix_socket_file_note(mp_posix_socket_file_t **file, const char *path,
                              bool chosen);
// Removes it, if it is still that file; frees the note. NULL is fine.
void mp_posix_socket_file_remove(mp_posix_socket_file_t *file);
void mp_posix_socket_file_free(mp_posix_socket_file_t *file);

#endif
