// SPDX-License-Identifier: Apache-2.0
#include "core/handshake.h"

#include <string.h>

#include "platform/fail.h"

static bool is_stream(const mp__handshake_t *handshake)
{
    return handshake->link.kind == MP_PLAT_LINK_STREAM;
}

// ---- what is to be sent ----

static void put_out(mp__handshake_t *handshake, const void *message,
                    size_t size)
{
    size_t header = is_stream(handshake) ? MP__HANDSHAKE_HEADER : 0;

    memset(handshake->out, 0, header);
    if (header > 0) {
        handshake->out[2] = (unsigned char) (size >> 8);
        handshake->out[3] = (unsigned char) size;
    }
    memcpy(handshake->out + header, message, size);
    handshake->out_size = header + size;
    handshake->out_sent = 0;
}

static void feed(mp__handshake_t *handshake, const void *received, size_t size)
{
    const void *message = NULL;
    size_t message_size = 0;

    handshake->result = mp__auth_next(&handshake->auth, received, size,
                                      &message, &message_size);
    if (message != NULL) {
        put_out(handshake, message, message_size);
    }
}

// Whole messages go whole or not at all.
static int send_out(mp__handshake_t *handshake)
{
    const mp_plat_piece_t rest = {handshake->out + handshake->out_sent,
                                  handshake->out_size - handshake->out_sent};
    size_t sent = 0;

    if (rest.size == 0) {
        return 0;
    }
    int r =
        mp_plat_link_send(&handshake->link, &rest, 1, &sent, MP_PLAT_AT_ONCE);
    handshake->out_sent += sent;
    handshake->wants_room = r == MP_ETIMEDOUT;
    return r;
}

// ---- what is to come ----

static int too_long(void)
{
    return mp__fail(MP_EPROTO, 0,
                    "a message of a handshake has at most %d bytes: this is "
                    "another protocol",
                    MP__AUTH_MESSAGE_MOST);
}

static int receive_up_to(mp__handshake_t *handshake, size_t size)
{
    size_t received = 0;

    int r = handshake->in_size >= size
                ? 0
                : mp_plat_link_receive(
                      &handshake->link, handshake->in + handshake->in_size,
                      size - handshake->in_size, &received, MP_PLAT_AT_ONCE);
    handshake->in_size += received;
    return r;
}

static int receive_framed(mp__handshake_t *handshake, const void **message,
                          size_t *size)
{
    const unsigned char *in = handshake->in;

    int r = receive_up_to(handshake, MP__HANDSHAKE_HEADER);
    if (r < 0) {
        return r;
    }
    *size = (size_t) in[2] << 8 | in[3];
    if (in[0] != 0 || in[1] != 0 || *size > MP__AUTH_MESSAGE_MOST) {
        return too_long();
    }
    *message = in + MP__HANDSHAKE_HEADER;
    return receive_up_to(handshake, MP__HANDSHAKE_HEADER + *size);
}

static int receive_whole(mp__handshake_t *handshake, const void **message,
                         size_t *size)
{
    int r = mp_plat_link_next(&handshake->link, size, MP_PLAT_AT_ONCE);
    if (r < 0) {
        return r;
    }
    if (*size > MP__AUTH_MESSAGE_MOST) {
        return too_long();
    }
    *message = handshake->in;
    if (*size == 0) {
        return 0;
    }
    return mp_plat_link_receive(&handshake->link, handshake->in,
                                MP__AUTH_MESSAGE_MOST, size, MP_PLAT_AT_ONCE);
}

static int receive_one(mp__handshake_t *handshake)
{
    const void *message = NULL;
    size_t size = 0;

    int r = is_stream(handshake) ? receive_framed(handshake, &message, &size)
                                 : receive_whole(handshake, &message, &size);
    if (r == MP_EEOF) {
        return mp__fail(r, 0, "the other side ended inside of the handshake");
    }
    if (r == 0) {
        handshake->in_size = 0;
        handshake->steps++;
        feed(handshake, message, size);
    }
    return r;
}

// ---- both ----

int mp__handshake_begin(mp__handshake_t *handshake, mp_plat_link_t *link,
                        mp__auth_role_t role, const void *key, size_t key_size,
                        const mp__auth_policy_t *policy)
{
    memset(handshake, 0, sizeof(*handshake));
    int r = mp__auth_begin(&handshake->auth, role, key, key_size, policy);
    if (r < 0) {
        mp_plat_link_close(link);
        return r;
    }
    handshake->link = *link;
    *link = (mp_plat_link_t) MP_PLAT_NO_LINK;
    feed(handshake, NULL, 0);
    if (handshake->result < 0) {
        r = handshake->result;
        mp__handshake_end(handshake);
    }
    return r;
}

// Its result counts once its last message, the verdict for the other side, has
// gone.
int mp__handshake_step(mp__handshake_t *handshake)
{
    int r = 0;

    while (r == 0) {
        r = send_out(handshake);
        if (r == 0 && handshake->result <= 0) {
            return handshake->result;
        }
        if (r == 0) {
            r = receive_one(handshake);
        }
    }
    return r == MP_ETIMEDOUT ? MP__HANDSHAKE_GOES_ON : r;
}

void mp__handshake_end(mp__handshake_t *handshake)
{
    mp__auth_end(&handshake->auth);
    mp_plat_link_close(&handshake->link);
}
