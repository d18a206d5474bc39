// SPDX-License-Identifier: Apache-2.0
#include "core/bytes.h"
#include "core/frame.h"
#include "platform/fail.h"

static int ended_inside(const mp__passage_t *passage)
{
    mp__passage_break(passage, MP__BROKEN_BY_PEER);
    return mp__fail(MP_EPROTO, 0,
                    "the other side was closed inside of a message");
}

// The rest of what has begun.
static int receive_rest(const mp__passage_t *passage, void *bytes, size_t size)
{
    size_t done = 0;
    int r = 0;

    while (r == 0) {
        size_t received = 0;
        r = mp_plat_link_receive(&passage->connection->link,
                                 (char *) bytes + done, size - done, &received,
                                 mp__passage_slice(passage));
        if (r == 0) {
            return 0;
        }
        if (r == MP_EEOF) {
            return ended_inside(passage);
        }
        done += received;
        r = mp__passage_look(passage, r);
    }
    return mp__frame_broke_off(passage, r);
}

// As in sending: who is killed while it waits for a message has done no harm.
static int take_first(const mp__passage_t *passage, unsigned char *header)
{
    size_t received = 0;
    int r = 0;

    while (r == 0) {
        mp__passage_inside(passage, true);
        r = mp_plat_link_receive(&passage->connection->link, header, 4,
                                 &received, MP_PLAT_AT_ONCE);
        if (r == 0) {
            return 0;
        }
        if (received > 0) {
            return r == MP_EEOF
                       ? ended_inside(passage)
                       : receive_rest(passage, header + received, 4 - received);
        }
        mp__passage_inside(passage, false);
        if (r == MP_ETIMEDOUT) {
            r = mp__frame_wait(passage, mp_plat_link_wait);
        }
    }
    return r;
}

static int check_length(const mp__passage_t *passage, uint64_t length,
                        uint64_t most)
{
    if (length <= most) {
        return 0;
    }
    mp__passage_break(passage, MP__BROKEN_BY_PEER);
    return mp__fail(MP_EPROTO, 0, "no message has the length %#llx",
                    (unsigned long long) length);
}

static int take_length(const mp__passage_t *passage, uint64_t *length)
{
    unsigned char header[8];

    int r = take_first(passage, header);
    if (r < 0) {
        return r;
    }
    *length = mp__get_big(header, 4);
    if (*length != MP__FRAME_LONG) {
        return check_length(passage, *length, MP__FRAME_SHORT_MOST);
    }
    r = receive_rest(passage, header, 8);
    *length = mp__get_big(header, 8);
    return r < 0 ? r : check_length(passage, *length, SIZE_MAX / 2);
}

static int read_seen(mp__passage_t *passage, const unsigned char *header,
                     size_t seen, uint64_t *length)
{
    *length = seen < 4 ? MP__FRAME_LONG : mp__get_big(header, 4);
    if (*length != MP__FRAME_LONG) {
        passage->header = 4;
        return check_length(passage, *length, MP__FRAME_SHORT_MOST);
    }
    if (seen < MP__FRAME_HEADER_MOST) {
        return 0;
    }
    passage->header = MP__FRAME_HEADER_MOST;
    *length = mp__get_big(header + 4, 8);
    return check_length(passage, *length, SIZE_MAX / 2);
}

// Looks at the next bytes, once there are some. Where the last message had to
// be waited for, so will this one, and that comes first.
static int look(mp__passage_t *passage, unsigned char *bytes, size_t size,
                size_t *seen)
{
    const mp_plat_link_t *link = &passage->connection->link;
    int r = 0;

    passage->waited = passage->connection->ahead.waited &&
                      passage->deadline != MP_PLAT_AT_ONCE;
    if (passage->waited) {
        r = mp_plat_link_wait(link, mp__passage_slice(passage));
    }
    while (r == 0 || r == MP_ETIMEDOUT) {
        r = mp_plat_link_peek(link, bytes, size, seen);
        if (r != MP_ETIMEDOUT) {
            return r;
        }
        passage->waited = true;
        r = mp__frame_wait(passage, mp_plat_link_wait);
        if (r < 0) {
            return r;
        }
    }
    return r;
}

static int see_next(mp__passage_t *passage, uint64_t *length)
{
    unsigned char bytes[MP__AHEAD_BYTES];
    size_t seen = 0;

    int r = look(passage, bytes,
                 mp__ahead_bytes(passage, MP__FRAME_HEADER_MOST), &seen);
    if (r < 0) {
        return r == MP_ENOTSUP ? 0 : r;
    }
    mp__ahead_see(passage, bytes, seen);
    return read_seen(passage, bytes, seen, length);
}

// Where the next bytes can be looked at without taking them, a message and its
// header are taken together: passage->header says how long that is. 0 of it:
// the header is to be taken by itself, being there in part only, or in what
// cannot be looked at.
static int see_length(mp__passage_t *passage, uint64_t *length)
{
    passage->header = 0;
    if (mp__ahead_knows(passage, length)) {
        passage->header = 4;
        return 0;
    }
    return see_next(passage, length);
}

// Who is killed behind this has left the next one all that it needs.
static int keep_length(const mp__passage_t *passage, uint64_t length)
{
    atomic_store(&passage->lane->next, length + 1);
    mp__passage_inside(passage, false);
    return 0;
}

static int next_stream(mp__passage_t *passage, size_t *size)
{
    uint64_t length = atomic_load(&passage->lane->next);

    if (length != 0) {
        *size = (size_t) (length - 1);
        return 0;
    }
    int r = see_length(passage, &length);
    if (r == 0 && passage->header == 0) {
        r = take_length(passage, &length);
    }
    if (r < 0) {
        return r;
    }
    *size = (size_t) length;
    return passage->header == 0 ? keep_length(passage, length) : 0;
}

int mp__frame_next(mp__passage_t *passage, size_t *size)
{
    passage->header = 0;
    return mp__frame_is_stream(passage) ? next_stream(passage, size)
                                        : mp__frame_next_whole(passage, size);
}

// The message with the header that was seen in front of it.
static int receive_with_header(const mp__passage_t *passage, void *bytes,
                               size_t size)
{
    size_t received = 0;

    mp__passage_inside(passage,
                       !mp__frame_one_step(passage, passage->header, size));
    int r =
        mp_plat_link_receive_behind(&passage->connection->link, passage->header,
                                    bytes, size, &received, MP_PLAT_AT_ONCE);
    if (r == MP_ETIMEDOUT) {
        mp__passage_inside(passage, true);
        return receive_rest(passage, (char *) bytes + received,
                            size - received);
    }
    if (r == MP_EEOF) {
        return ended_inside(passage);
    }
    return r < 0 ? mp__frame_broke_off(passage, r) : 0;
}

static int receive_alone(const mp__passage_t *passage, void *bytes, size_t size)
{
    int r = 0;

    if (size > 0) {
        mp__passage_inside(passage, true);
        r = receive_rest(passage, bytes, size);
    }
    if (r == 0) {
        atomic_store(&passage->lane->next, 0);
    }
    return r;
}

int mp__frame_receive(mp__passage_t *passage, void *bytes, size_t room,
                      size_t *size)
{
    if (!mp__frame_is_stream(passage)) {
        return mp__frame_receive_whole(passage, bytes, room, size);
    }
    if (passage->header == 0) {
        return receive_alone(passage, bytes, *size);
    }
    int r = receive_with_header(passage, bytes, *size);
    if (r == 0) {
        mp__ahead_pass(passage, *size);
    }
    return r;
}
