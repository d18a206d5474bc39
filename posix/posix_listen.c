// SPDX-License-Identifier: Apache-2.0
#include "posix/posix_link.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/fail.h"
#include "posix/posix.h"

int mp_posix_link_socket(int family, int *descriptor)
{
    mp_posix_lock();
    *descriptor = mp_posix_socket(family);
    int os_code = *descriptor < 0 ? errno : 0;
    mp_posix_unlock();
    if (os_code != 0) {
        return mp_posix_place_fail(os_code, "a socket cannot be made");
    }
    return mp_posix_link_raise(descriptor);
}

int mp_posix_place_fail(int os_code, const char *what)
{
    switch (os_code) {
    case EADDRINUSE:
        return mp__fail(MP_EEXIST, os_code, "%s", what);
    case EADDRNOTAVAIL:
    case ECONNREFUSED:
    case ECONNRESET:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ENETDOWN:
    case ENETUNREACH:
    case ENOTSOCK:
    case EPROTOTYPE:
        return mp__fail(MP_ENOENT, os_code, "%s", what);
    case ETIMEDOUT:
        return mp__fail(MP_ETIMEDOUT, os_code, "%s", what);
    case EROFS:
        return mp__fail(MP_EACCES, os_code, "%s", what);
    case EAFNOSUPPORT:
    case EINVAL:
    case ELOOP:
    case ENAMETOOLONG:
        return mp__fail(MP_EINVAL, os_code, "%s", what);
    default:
        return mp_posix_fail(os_code, what);
    }
}

static int bind_one(const mp_posix_address_t *address, int *descriptor)
{
    int family = address->of.any.sa_family;
    int yes = 1;

    int r = mp_posix_link_socket(family, descriptor);
    if (r < 0) {
        return r;
    }
    if (family == AF_UNIX) { // Linux makes the file with this mode
        (void) fchmod(*descriptor, S_IRUSR | S_IWUSR);
    } else {
        (void) setsockopt(*descriptor, SOL_SOCKET, SO_REUSEADDR, &yes,
                          sizeof(yes));
    }
    if (bind(*descriptor, &address->of.any, address->size) < 0) {
        r = mp_posix_place_fail(errno, "nobody can listen at this place");
        (void) close(*descriptor);
    }
    return r;
}

static int bind_any(const mp_plat_place_t *place, int *descriptor)
{
    mp_posix_addresses_t addresses;

    int r = mp_posix_addresses_open(&addresses, place, true);
    if (r == 0) {
        r = MP_ENOENT; // which the first replaces
    }
    for (int i = 0; i < addresses.count && r < 0; i++) {
        r = bind_one(&addresses.row[i], descriptor);
    }
    mp_posix_addresses_close(&addresses);
    return r;
}

static bool has_file(const mp_plat_place_t *place)
{
    return place->family == MP_PLAT_FAMILY_UNIX && place->name[0] != '\0';
}

// What the system made of it: a number for port 0, a host by its number.
static int note_place(mp_plat_listener_t *listener, bool chosen)
{
    mp_posix_socket_file_t *file = NULL;
    mp_posix_address_t address;

    if (listener->place.family != MP_PLAT_FAMILY_UNIX) {
        int r = mp_posix_address_of((int) listener->handle, &address);
        if (r == 0) {
            mp_posix_address_place(&address, &listener->place);
        }
        return r;
    }
    int r = has_file(&listener->place)
                ? mp_posix_socket_file_note(&file, listener->place.name, chosen)
                : 0;
    listener->more = file;
    return r;
}

static int open_listener(mp_plat_listener_t *listener, int backlog, bool chosen)
{
    int descriptor = -1;

    int r = bind_any(&listener->place, &descriptor);
    if (r < 0) {
        if (chosen) {
            mp_posix_socket_file_drop(&listener->place);
        }
        return r;
    }
    listener->handle = descriptor;
    r = note_place(listener, chosen);
    if (r == 0 && listen(descriptor, backlog > 0 ? backlog : 1) < 0) {
        r = mp_posix_place_fail(errno, "nobody can listen at this place");
    }
    return r;
}

int mp_plat_listen(mp_plat_listener_t *listener, const mp_plat_place_t *place,
                   int backlog)
{
    bool chosen = place->family == MP_PLAT_FAMILY_UNIX && place->size == 0;

    *listener = (mp_plat_listener_t){MP_PLAT_NONE, *place, getpid(), NULL};
    int r = chosen ? mp_posix_socket_file_choose(&listener->place) : 0;
    if (r == 0) {
        r = open_listener(listener, backlog, chosen);
    }
    if (r < 0) {
        mp_plat_listener_close(listener);
    }
    return r;
}

intptr_t mp_plat_listener_passes(const mp_plat_listener_t *listener)
{
    return listener->handle;
}

// Another process removes its file.
int mp_plat_listener_adopt(mp_plat_listener_t *listener, intptr_t handle)
{
    int listens = 0;
    socklen_t size = sizeof(listens);

    if (getsockopt((int) handle, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) <
            0 ||
        listens == 0) {
        return mp__fail(MP_EPROTO, 0, "descriptor %d does not listen",
                        (int) handle);
    }
    listener->handle = handle;
    listener->owner = -1;
    listener->more = NULL;
    return 0;
}

void mp_plat_listener_close(mp_plat_listener_t *listener)
{
    if (listener->owner == getpid()) {
        mp_posix_socket_file_remove(listener->more);
    } else {
        mp_posix_socket_file_free(listener->more);
    }
    if (listener->handle != MP_PLAT_NONE) {
        (void) close((int) listener->handle);
    }
    listener->handle = MP_PLAT_NONE;
    listener->more = NULL;
}

// ---- accepting ----

static int accept_one(int listener, mp_posix_address_t *from, int *descriptor)
{
    from->size = sizeof(from->of);
    mp_posix_lock();
    *descriptor = mp_posix_accept(listener, &from->of.any, &from->size);
    int os_code = *descriptor < 0 ? errno : 0;
    mp_posix_unlock();
    return os_code;
}

// Whether accept() failed for the connection's sake: it has gone already, and
// Linux tells what became of it. Not EPERM, which a filter of system calls
// would give each time.
static bool has_gone(int os_code)
{
    switch (os_code) {
    case ECONNABORTED:
    case ECONNRESET:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case EINTR:
    case ENETDOWN:
    case ENETUNREACH:
    case ENOPROTOOPT:
    case EPROTO:
    case ETIMEDOUT:
        return true;
    default:
        return false;
    }
}

// Linux looks for a free number before it looks whether somebody has come: for
// nobody none is missing.
static bool nobody_came(int listener, int os_code)
{
    return os_code == EAGAIN ||
           ((os_code == EMFILE || os_code == ENFILE) &&
            mp_posix_link_await(listener, POLLIN, MP_PLAT_AT_ONCE) ==
                MP_ETIMEDOUT);
}

// The socket never waits: of all whom one connection wakes, in all processes,
// those who come late wait again.
static int accept_next(int listener, mp_posix_address_t *from, int *descriptor,
                       int64_t deadline)
{
    for (;;) {
        int os_code = accept_one(listener, from, descriptor);
        if (os_code == 0) {
            return 0;
        }
        if (nobody_came(listener, os_code)) {
            int r = deadline == MP_PLAT_AT_ONCE
                        ? MP_ETIMEDOUT
                        : mp_posix_link_await(listener, POLLIN, deadline);
            if (r < 0) {
                return r;
            }
        } else if (os_code == EINVAL || os_code == EBADF) {
            return mp__fail(MP_EEOF, os_code, "the listener is closed");
        } else if (!has_gone(os_code)) {
            return mp_posix_fail(os_code, "a connection cannot be accepted");
        }
    }
}

int mp_plat_accept(const mp_plat_listener_t *listener, mp_plat_link_t *link,
                   mp_plat_place_t *from, int64_t deadline)
{
    mp_posix_address_t address = {.folder = -1};
    int descriptor = -1;

    *link = (mp_plat_link_t) MP_PLAT_NO_LINK;
    int r =
        accept_next((int) listener->handle, &address, &descriptor, deadline);
    if (r == 0) {
        r = mp_posix_link_raise(&descriptor);
    }
    if (r < 0) {
        return r;
    }
    bool local = listener->place.family == MP_PLAT_FAMILY_UNIX;
    if (local && address.size == 0) { // Darwin, of one without a name
        address.of.any.sa_family = AF_UNIX;
    }
    mp_posix_address_place(&address, from);
    mp_posix_inet_prepare(descriptor, address.of.any.sa_family);
    mp_posix_quiet(descriptor);
    *link = (mp_plat_link_t){descriptor, MP_PLAT_LINK_STREAM, local};
    return 0;
}
