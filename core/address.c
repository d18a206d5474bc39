// SPDX-License-Identifier: Apache-2.0
#include "core/address.h"

#include <stdio.h>
#include <string.h>

#include "platform/fail.h"

static mp_plat_family_t family_of(mp_family_t family)
{
    static const mp_plat_family_t families[] = {
        [MP_AF_INET] = MP_PLAT_FAMILY_INET,
        [MP_AF_INET6] = MP_PLAT_FAMILY_INET6,
        [MP_AF_UNIX] = MP_PLAT_FAMILY_UNIX,
        [MP_AF_PIPE] = MP_PLAT_FAMILY_PIPE};

    return families[family];
}

// The colon in front of the port; NULL if this is no "host:port".
static const char *port_of(const char *text)
{
    const char *colon = strrchr(text, ':');
    size_t digits = colon == NULL ? 0 : strspn(colon + 1, "0123456789");

    return digits > 0 && colon[1 + digits] == '\0' ? colon : NULL;
}

static mp_plat_family_t guess(const char *text)
{
    if (text[0] == '\\' && text[1] == '\\') {
        return MP_PLAT_FAMILY_PIPE;
    }
    if (text[0] == '@' || strchr(text, '/') != NULL || port_of(text) == NULL) {
        return MP_PLAT_FAMILY_UNIX;
    }
    return text[0] == '[' ? MP_PLAT_FAMILY_INET6 : MP_PLAT_FAMILY_INET;
}

static int no_address(const char *text, const char *why)
{
    return mp__fail(MP_EINVAL, 0, "\"%s\" is no address: %s", text, why);
}

static int keep_name(mp_plat_place_t *place, const char *text, const char *name,
                     size_t size)
{
    if (size >= sizeof(place->name)) {
        return no_address(text, "it is too long");
    }
    memcpy(place->name, name, size);
    place->name[size] = '\0';
    place->size = size;
    return 0;
}

static int read_port(mp_plat_place_t *place, const char *text,
                     const char *digits)
{
    unsigned long port = 0;

    for (const char *digit = digits; *digit != '\0'; digit++) {
        port = port * 10 + (unsigned long) (*digit - '0');
        if (port > UINT16_MAX) {
            return no_address(text, "ports go up to 65535");
        }
    }
    place->port = (uint16_t) port;
    return 0;
}

static int read_host(mp_plat_place_t *place, const char *text)
{
    const char *colon = port_of(text);

    if (colon == NULL) {
        return no_address(text, "there is no port behind it");
    }
    const char *host = text;
    size_t size = (size_t) (colon - text);
    if (size >= 2 && host[0] == '[' && host[size - 1] == ']') {
        host++;
        size -= 2;
    }
    int r = keep_name(place, text, host, size);
    return r < 0 ? r : read_port(place, text, colon + 1);
}

// An abstract name begins with a NUL, which no text can.
static int read_path(mp_plat_place_t *place, const char *text)
{
    if (text[0] == '\0') {
        return no_address(text, "it is empty");
    }
    int r = keep_name(place, text, text, strlen(text));
    if (r == 0 && text[0] == '@') {
        place->name[0] = '\0';
    }
    return r;
}

static int check_pipe(const char *text)
{
    return text[0] == '\\' && text[1] == '\\'
               ? 0
               : no_address(text, "a pipe's begins with \\\\.\\pipe\\");
}

static mp_plat_family_t local_family(void)
{
    return mp_plat_family_here(MP_PLAT_FAMILY_PIPE) ? MP_PLAT_FAMILY_PIPE
                                                    : MP_PLAT_FAMILY_UNIX;
}

static int read_text(mp_plat_place_t *place, const char *text)
{
    switch (place->family) {
    case MP_PLAT_FAMILY_INET:
    case MP_PLAT_FAMILY_INET6:
        return read_host(place, text);
    case MP_PLAT_FAMILY_PIPE: {
        int r = check_pipe(text);
        return r < 0 ? r : keep_name(place, text, text, strlen(text));
    }
    default:
        return read_path(place, text);
    }
}

int mp__address_read(mp_plat_place_t *place, const char *text,
                     mp_family_t family)
{
    if (family < MP_FAMILY_DEFAULT || family > MP_AF_PIPE) {
        return mp__fail(MP_EINVAL, 0, "there is no family %d of addresses",
                        (int) family);
    }
    memset(place, 0, sizeof(*place));
    place->family = family != MP_FAMILY_DEFAULT ? family_of(family)
                    : text == NULL              ? local_family()
                                                : guess(text);
    if (!mp_plat_family_here(place->family)) {
        return mp__fail(MP_ENOTSUP, 0,
                        "%s: addresses of this family do not exist here",
                        text == NULL ? "a new address" : text);
    }
    return text == NULL ? 0 : read_text(place, text);
}

void mp__address_write(char text[MP__ADDRESS_SIZE],
                       const mp_plat_place_t *place)
{
    switch (place->family) {
    case MP_PLAT_FAMILY_INET:
        (void) snprintf(text, MP__ADDRESS_SIZE, "%s:%u", place->name,
                        (unsigned) place->port);
        break;
    case MP_PLAT_FAMILY_INET6:
        (void) snprintf(text, MP__ADDRESS_SIZE, "[%s]:%u", place->name,
                        (unsigned) place->port);
        break;
    default:
        memcpy(text, place->name, place->size + 1);
        if (place->size > 0 && place->name[0] == '\0') {
            text[0] = '@';
        }
        break;
    }
}
