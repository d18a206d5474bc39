// SPDX-License-Identifier: Apache-2.0
#include "tests/links.h"

#include <stdlib.h>

int64_t link_soon(int milliseconds)
{
    return mp_plat_now() + (int64_t) milliseconds * 1000000;
}

int64_t link_guard(void)
{
    return link_soon(TEST_GUARD_MS);
}

int link_put(const mp_plat_link_t *link, const void *bytes, size_t size)
{
    mp_plat_piece_t piece = {bytes, size};
    size_t sent = size + 1;

    int r = mp_plat_link_send(link, &piece, 1, &sent, link_guard());
    return r == 0 && sent != size ? MP_EPROTO : r;
}

int link_take(const mp_plat_link_t *link, void *bytes, size_t size)
{
    size_t received = size + 1;
    size_t length = size;

    if (link->kind == MP_PLAT_LINK_MESSAGES) {
        int r = mp_plat_link_next(link, &length, link_guard());
        if (r < 0) {
            return r;
        }
    }
    if (length != size) {
        return MP_EPROTO;
    }
    int r = mp_plat_link_receive(link, bytes, size, &received, link_guard());
    return r == 0 && received != size ? MP_EPROTO : r;
}

unsigned char link_byte(size_t at)
{
    return (unsigned char) (at * 31 + (at >> 8) * 7 + (at >> 16));
}

unsigned char *link_bytes(size_t size)
{
    unsigned char *bytes = malloc(size + 1); // none is no error

    assert_non_null(bytes);
    for (size_t i = 0; i < size; i++) {
        bytes[i] = link_byte(i);
    }
    return bytes;
}

bool link_are_bytes(const unsigned char *bytes, size_t size, size_t at)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != link_byte(at + i)) {
            return false;
        }
    }
    return true;
}

void link_carries(const mp_plat_link_t *from, const mp_plat_link_t *to,
                  size_t size)
{
    unsigned char *given = link_bytes(size);
    unsigned char *taken = calloc(1, size + 1);

    assert_non_null(taken);
    assert_int_equal(link_put(from, given, size), 0);
    assert_int_equal(link_take(to, taken, size), 0);
    assert_true(link_are_bytes(taken, size, 0));
    free(given);
    free(taken);
}

void link_close_both(mp_plat_link_t ends[2])
{
    mp_plat_link_close(&ends[0]);
    mp_plat_link_close(&ends[1]);
}
