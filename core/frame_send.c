// SPDX-License-Identifier: Apache-2.0
#include "core/frame.h"

static size_t put_length(unsigned char header[MP__FRAME_HEADER_MOST],
                         uint64_t length)
{
    bool is_short = length <= MP__FRAME_SHORT_MOST;
    size_t size = is_short ? 4 : MP__FRAME_HEADER_MOST;
    uint64_t rest = length;

    for (size_t i = size; i > (is_short ? 0 : 4); i--) {
        header[i - 1] = (unsigned char) rest;
        rest >>= 8;
    }
    if (!is_short) {
        header[0] = header[1] = header[2] = header[3] = 0xff;
    }
    return size;
}

// Takes what went off the front of the pieces.
static void advance(mp_plat_piece_t **pieces, size_t *count, size_t sent)
{
    while (*count > 0 && sent >= (*pieces)->size) {
        sent -= (*pieces)->size;
        (*pieces)++;
        (*count)--;
    }
    if (*count > 0) {
        (*pieces)->bytes = (const char *) (*pieces)->bytes + sent;
        (*pieces)->size -= sent;
    }
}

// Nobody is inside of a message while it waits for room for its first byte:
// killed there, it has done no harm.
static int send_first(const mp__passage_t *passage,
                      const mp_plat_piece_t *pieces, size_t count, size_t *sent)
{
    bool one_step = mp__frame_one_step(passage, pieces[0].size,
                                       count > 1 ? pieces[1].size : 0);
    int r = 0;

    while (r == 0) {
        mp__passage_inside(passage, !one_step);
        r = mp_plat_link_send(&passage->connection->link, pieces, count, sent,
                              MP_PLAT_AT_ONCE);
        if (r != MP_ETIMEDOUT || *sent > 0) {
            return r;
        }
        mp__passage_inside(passage, false);
        r = mp__frame_wait(passage, mp_plat_link_wait_room);
    }
    return r;
}

static int send_rest(const mp__passage_t *passage, mp_plat_piece_t *pieces,
                     size_t count)
{
    int r = 0;

    while (r == 0) {
        size_t sent = 0;
        r = mp_plat_link_send(&passage->connection->link, pieces, count, &sent,
                              mp__passage_slice(passage));
        if (r == 0) {
            return 0;
        }
        advance(&pieces, &count, sent);
        r = mp__passage_look(passage, r);
    }
    return mp__frame_broke_off(passage, r);
}

static int send_stream(const mp__passage_t *passage, mp_plat_piece_t *pieces,
                       size_t count)
{
    size_t sent = 0;

    int r = send_first(passage, pieces, count, &sent);
    if (r == 0 || sent == 0) {
        return r;
    }
    if (r != MP_ETIMEDOUT) {
        return mp__frame_broke_off(passage, r);
    }
    mp__passage_inside(passage, true);
    advance(&pieces, &count, sent);
    return send_rest(passage, pieces, count);
}

int mp__frame_send(mp__passage_t *passage, const void *bytes, size_t size)
{
    unsigned char header[MP__FRAME_HEADER_MOST];
    mp_plat_piece_t body = {bytes, size};

    if (!mp__frame_is_stream(passage)) {
        return mp__frame_send_whole(passage, &body);
    }
    mp_plat_piece_t pieces[] = {{header, put_length(header, size)}, body};
    return send_stream(passage, pieces, size > 0 ? 2 : 1);
}
