// SPDX-License-Identifier: Apache-2.0
#include "posix/posix_link.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "platform/fail.h"
#include "posix/posix.h"

#define PATH_AT offsetof(struct sockaddr_un, sun_path)

bool mp_plat_family_here(mp_plat_family_t family)
{
    switch (family) {
    case MP_PLAT_FAMILY_UNIX:
        return true;
    case MP_PLAT_FAMILY_INET:
        return mp_posix_inet_here(AF_INET);
    case MP_PLAT_FAMILY_INET6:
        return mp_posix_inet_here(AF_INET6);
    default:
        return false;
    }
}

static int abstract(mp_posix_address_t *address, const mp_plat_place_t *place)
{
    struct sockaddr_un *local = &address->of.local;

    if (!mp_posix_abstract) {
        return mp__fail(MP_EINVAL, 0, "names that are no files are Linux's");
    }
    if (place->size > sizeof(local->sun_path)) {
        return mp__fail(MP_EINVAL, ENAMETOOLONG,
                        "the abstract name has %zu bytes, of %zu at most",
                        place->size, sizeof(local->sun_path));
    }
    memcpy(local->sun_path, place->name, place->size);
    address->size = (socklen_t) (PATH_AT + place->size);
    return 0;
}

static int local_address(mp_posix_address_t *address,
                         const mp_plat_place_t *place)
{
    struct sockaddr_un *local = &address->of.local;

    memset(address, 0, sizeof(*address));
    address->folder = -1;
    local->sun_family = AF_UNIX;
    address->size = sizeof(*local);
    if (place->size == 0 || place->size >= MP_PLAT_PLACE_NAME) {
        return mp__fail(MP_EINVAL, 0, "a path of %zu bytes", place->size);
    }
    if (place->name[0] == '\0') {
        return abstract(address, place);
    }
    if (memchr(place->name, '\0', place->size) != NULL) {
        return mp__fail(MP_EINVAL, 0, "there is a NUL within a path");
    }
    if (place->size >= sizeof(local->sun_path)) {
        return mp_posix_address_long(address, place->name);
    }
    memcpy(local->sun_path, place->name, place->size);
    return 0;
}

int mp_posix_addresses_open(mp_posix_addresses_t *addresses,
                            const mp_plat_place_t *place, bool listens)
{
    addresses->count = 0;
    if (place->family == MP_PLAT_FAMILY_INET ||
        place->family == MP_PLAT_FAMILY_INET6) {
        return mp_posix_inet_find(addresses, place, listens);
    }
    if (place->family != MP_PLAT_FAMILY_UNIX) {
        return mp__fail(MP_EINVAL, 0, "this system has no such family");
    }
    int r = local_address(&addresses->row[0], place);
    addresses->count = r == 0 ? 1 : 0;
    return r;
}

void mp_posix_addresses_close(mp_posix_addresses_t *addresses)
{
    for (int i = 0; i < addresses->count; i++) {
        mp_posix_own_close(addresses->row[i].folder);
    }
    addresses->count = 0;
}

// An abstract name ends where the address does, a path before its NUL. A socket
// without a name has an address of no more than its family, or of NULs.
static void local_place(const mp_posix_address_t *address,
                        mp_plat_place_t *place)
{
    const char *path = address->of.local.sun_path;
    size_t room = sizeof(address->of.local.sun_path);
    size_t size = address->size > PATH_AT ? address->size - PATH_AT : 0;

    size = size < room ? size : room;
    if (size > 0 && (path[0] != '\0' || !mp_posix_abstract)) {
        const char *end = memchr(path, '\0', size);
        size = end != NULL ? (size_t) (end - path) : size;
    }
    place->family = MP_PLAT_FAMILY_UNIX;
    place->size = size;
    memcpy(place->name, path, size);
}

void mp_posix_address_place(const mp_posix_address_t *address,
                            mp_plat_place_t *place)
{
    memset(place, 0, sizeof(*place));
    if (address->of.any.sa_family == AF_UNIX) {
        local_place(address, place);
    } else {
        mp_posix_inet_place(address, place);
    }
}

int mp_posix_address_of(int descriptor, mp_posix_address_t *address)
{
    memset(address, 0, sizeof(*address));
    address->folder = -1;
    address->size = sizeof(address->of);
    return getsockname(descriptor, &address->of.any, &address->size) < 0
               ? mp_posix_fail(errno, "the address of a socket")
               : 0;
}
