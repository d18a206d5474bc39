// SPDX-License-Identifier: Apache-2.0
#include "posix/posix_link.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "platform/fail.h"
#include "posix/posix.h"

const bool mp_posix_remote = true;

static bool is_want(int os_code)
{
    return os_code == EMFILE || os_code == ENFILE || os_code == ENOMEM ||
           os_code == ENOBUFS;
}

// Who needs a socket is told himself if there is none to be had now.
bool mp_posix_inet_here(int family)
{
    mp_posix_lock();
    int descriptor = mp_posix_socket(family);
    bool here = descriptor >= 0 || is_want(errno);
    if (descriptor >= 0) {
        (void) close(descriptor);
    }
    mp_posix_unlock();
    return here;
}

static int resolver_failed(int code, const char *host)
{
    if (code == EAI_MEMORY) {
        return mp__fail(MP_ENOMEM, 0, "looking up host %s", host);
    }
    if (code == EAI_SYSTEM) {
        return mp_posix_fail_path(errno, "looking up host", host);
    }
    return mp__fail(MP_ENOENT, 0, "host %s: %s", host, gai_strerror(code));
}

static void take_all(mp_posix_addresses_t *addresses,
                     const struct addrinfo *found, uint16_t port)
{
    for (; found != NULL && addresses->count < MP_POSIX_ADDRESSES;
         found = found->ai_next) {
        mp_posix_address_t *address = &addresses->row[addresses->count];
        if (found->ai_addrlen > sizeof(address->of)) {
            continue;
        }
        memset(address, 0, sizeof(*address));
        memcpy(&address->of, found->ai_addr, found->ai_addrlen);
        address->size = found->ai_addrlen;
        address->folder = -1;
        if (found->ai_family == AF_INET) {
            ((struct sockaddr_in *) &address->of)->sin_port = htons(port);
        } else {
            ((struct sockaddr_in6 *) &address->of)->sin6_port = htons(port);
        }
        addresses->count++;
    }
}

static const char *loopback(const mp_plat_place_t *place)
{
    return place->family == MP_PLAT_FAMILY_INET6 ? "::1" : "127.0.0.1";
}

// The system is asked for names only. That localhost is this machine need be
// said nowhere (RFC 6761): some containers have no list of hosts.
static int ask(const mp_plat_place_t *place, const char *host,
               struct addrinfo **found)
{
    bool is_inet6 = place->family == MP_PLAT_FAMILY_INET6;
    struct addrinfo wanted = {.ai_family = is_inet6 ? AF_INET6 : AF_INET,
                              .ai_socktype = SOCK_STREAM,
                              .ai_flags = AI_NUMERICHOST};

    int code = getaddrinfo(host, NULL, &wanted, found);
    if (code == EAI_NONAME) {
        wanted.ai_flags = 0;
        code = getaddrinfo(host, NULL, &wanted, found);
    }
    if (code != 0 && strcasecmp(host, "localhost") == 0) {
        wanted.ai_flags = AI_NUMERICHOST;
        code = getaddrinfo(loopback(place), NULL, &wanted, found);
    }
    return code;
}

static int look_up(mp_posix_addresses_t *addresses,
                   const mp_plat_place_t *place, const char *host)
{
    struct addrinfo *found = NULL;

    int code = ask(place, host, &found);
    if (code != 0) {
        return resolver_failed(code, host);
    }
    take_all(addresses, found, place->port);
    freeaddrinfo(found);
    return 0;
}

int mp_posix_inet_find(mp_posix_addresses_t *addresses,
                       const mp_plat_place_t *place, bool listens)
{
    const char *host = place->name;

    if (place->size >= MP_PLAT_PLACE_NAME ||
        memchr(host, '\0', place->size) != NULL) {
        return mp__fail(MP_EINVAL, 0, "the name of a host has %zu bytes",
                        place->size);
    }
    if (!listens && place->port == 0) {
        return mp__fail(MP_EINVAL, 0, "nobody listens at port 0");
    }
    if (place->size == 0) {
        host = loopback(place);
    }
    return look_up(addresses, place, host);
}

void mp_posix_inet_place(const mp_posix_address_t *address,
                         mp_plat_place_t *place)
{
    char port[8] = "0";
    unsigned number = 0;

    if (getnameinfo(&address->of.any, address->size, place->name,
                    MP_PLAT_PLACE_NAME, port, sizeof(port),
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
        return;
    }
    (void) sscanf(port, "%u", &number);
    place->family = address->of.any.sa_family == AF_INET6 ? MP_PLAT_FAMILY_INET6
                                                          : MP_PLAT_FAMILY_INET;
    place->port = (uint16_t) number;
    place->size = strlen(place->name);
}

void mp_posix_inet_prepare(int descriptor, int family)
{
    int yes = 1;

    if (family == AF_INET || family == AF_INET6) {
        (void) setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes,
                          sizeof(yes));
    }
}
