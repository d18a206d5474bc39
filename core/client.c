// SPDX-License-Identifier: Apache-2.0
#include <multiprocessing/listener.h>

#include "core/address.h"
#include "core/connection.h"
#include "core/handshake.h"
#include "core/kin.h"
#include "core/options.h"
#include "core/pause.h"
#include "core/self.h"
#include "core/start.h"
#include "platform/fail.h"

static int no_time(void)
{
    return mp__fail(MP_ETIMEDOUT, 0, "the handshake took too long");
}

// To its end. Whoever is at the other side, it is waited for no longer.
static int finish(mp__handshake_t *handshake, int64_t deadline)
{
    int r = mp__handshake_step(handshake);

    while (r == MP__HANDSHAKE_GOES_ON) {
        if (deadline != MP_PLAT_NEVER && mp_plat_now() >= deadline) {
            return no_time();
        }
        r = handshake->wants_room
                ? mp_plat_link_wait_room(&handshake->link,
                                         mp__slice_until(deadline))
                : mp_plat_link_wait(&handshake->link,
                                    mp__slice_until(deadline));
        if (r == 0 || r == MP_ETIMEDOUT) {
            r = mp__handshake_step(handshake);
        }
    }
    return r;
}

static int shake_hands(mp_plat_link_t *link, const mp_client_options_t *options,
                       int64_t deadline)
{
    mp__auth_policy_t policy = {.min_digest = options->min_digest};
    mp__handshake_t handshake;
    const void *key = options->authkey;
    size_t size = options->authkey_size;
    int r = 0;

    if (key == NULL) {
        r = mp_process_authkey(mp_current_process(), &key, &size);
    }
    if (r == 0) {
        r = mp__handshake_begin(&handshake, link, MP__AUTH_CLIENT, key, size,
                                &policy);
    }
    if (r < 0) {
        return r;
    }
    r = finish(&handshake, deadline);
    if (r == 0) {
        *link = handshake.link;
        handshake.link = (mp_plat_link_t) MP_PLAT_NO_LINK;
    }
    mp__handshake_end(&handshake);
    return r;
}

static int connect_to(mp_plat_link_t *link, const char *address,
                      const mp_client_options_t *options, int64_t deadline)
{
    mp_plat_place_t place;

    int r = mp__address_read(&place, address, options->family);
    if (r == 0) {
        r = mp_plat_connect(link, &place, deadline);
    }
    if (r == MP_ETIMEDOUT) {
        return mp__fail(r, 0, "%s did not answer", address);
    }
    return r < 0 || options->open ? r : shake_hands(link, options, deadline);
}

int mp_client_sized(mp_connection_t **out, const char *address,
                    const mp_client_options_t *options, size_t options_size,
                    int64_t timeout_ms)
{
    mp_plat_link_t link = MP_PLAT_NO_LINK;
    mp_client_options_t given = {0};

    if (out == NULL || address == NULL) {
        return mp__fail(MP_EINVAL, 0,
                        out == NULL ? "no place for the connection"
                                    : "no address to connect to");
    }
    *out = NULL;
    int r = mp__options_copy(&given, sizeof(given), options, options_size);
    if (r == 0) {
        r = mp__ready();
    }
    if (r == 0) {
        r = mp__arena_ready(); // what can fail comes before the handshake
    }
    if (r == 0) {
        r = connect_to(&link, address, &given, mp__deadline(timeout_ms));
    }
    if (r < 0) {
        mp_plat_link_close(&link);
        return r;
    }
    return mp__connection_make(out, &link, true, true, mp__is_kin(&link), NULL,
                               0);
}

// ---- the halves ----

#define NS_PER_MS INT64_C(1000000)

static int64_t left_of(int64_t deadline)
{
    if (deadline == MP_PLAT_NEVER) {
        return MP_FOREVER;
    }
    int64_t left = deadline - mp_plat_now();
    return left > 0 ? (left + NS_PER_MS - 1) / NS_PER_MS : 0;
}

// Its result counts once its last message, the verdict for the other side, has
// gone.
static int exchange(mp_connection_t *connection, mp__auth_t *auth,
                    int64_t deadline)
{
    unsigned char received[MP__AUTH_MESSAGE_MOST];
    const void *message = NULL;
    size_t size = 0;
    int r = mp__auth_next(auth, NULL, 0, &message, &size);

    for (;;) {
        if (message != NULL) {
            int sent = mp_connection_send_bytes(connection, message, size,
                                                left_of(deadline));
            r = r < 0 || sent == 0 ? r : sent;
        }
        if (r != MP__AUTH_MORE) {
            return r;
        }
        r = mp_connection_recv_bytes(connection, received, sizeof(received),
                                     &size, left_of(deadline));
        if (r < 0) {
            return r;
        }
        r = mp__auth_next(auth, received, size, &message, &size);
    }
}

static int do_half(mp_connection_t *connection, mp__auth_role_t role,
                   const void *authkey, size_t authkey_size,
                   mp_digest_t min_digest, int64_t timeout_ms)
{
    mp__auth_policy_t policy = {.min_digest = min_digest};
    mp__auth_t auth;

    if (connection == NULL || (authkey == NULL && authkey_size > 0)) {
        return mp__fail(MP_EINVAL, 0, "no connection, or no key");
    }
    int r = mp__auth_begin(&auth, role, authkey, authkey_size, &policy);
    if (r == 0) {
        r = exchange(connection, &auth, mp__deadline(timeout_ms));
        mp__auth_end(&auth);
    }
    return r;
}

int mp_deliver_challenge(mp_connection_t *connection, const void *authkey,
                         size_t authkey_size, mp_digest_t min_digest,
                         int64_t timeout_ms)
{
    return do_half(connection, MP__AUTH_DELIVER, authkey, authkey_size,
                   min_digest, timeout_ms);
}

int mp_answer_challenge(mp_connection_t *connection, const void *authkey,
                        size_t authkey_size, mp_digest_t min_digest,
                        int64_t timeout_ms)
{
    return do_half(connection, MP__AUTH_ANSWER, authkey, authkey_size,
                   min_digest, timeout_ms);
}
