// SPDX-License-Identifier: Apache-2.0
// What tests/python/connections.py speaks with.
//   listen HOW ADDRESS KEY MIN_DIGEST   accepts one client, and says where
//   connect HOW ADDRESS KEY MIN_DIGEST  is one
//   inherit HOW IN OUT                  has handles, of one end or of two
// HOW is what it does then until the other side closes: it sends back `bytes`,
// or `values`; or it tries to send a `lock`, and sends what that returned.
// ADDRESS - is a new one. Its exit code is 0, or 1 if the handshake failed, or
// 2, with the reason on standard error.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <multiprocessing.h>

#define GUARD_MS 60000

typedef struct peer {
    mp_connection_t *in;
    mp_connection_t *out;
} peer_t;

// ---- what it does ----

static int send_back_bytes(const peer_t *peer)
{
    void *bytes = NULL;
    size_t size = 0;

    int r = mp_connection_recv_alloc(peer->in, &bytes, &size, 0, GUARD_MS);
    if (r == 0) {
        r = mp_connection_send_bytes(peer->out, bytes, size, GUARD_MS);
        mp_free(bytes);
    }
    return r;
}

static int send_back_value(const peer_t *peer)
{
    mp_any_t *value = NULL;

    int r = mp_connection_recv(peer->in, &value, GUARD_MS);
    if (r == 0) {
        r = mp_connection_send(peer->out, value, GUARD_MS);
        mp_any_destroy(value);
    }
    return r;
}

static int try_lock(const peer_t *peer)
{
    mp_lock_t *lock = NULL;
    mp_any_t *value = NULL;

    int r = mp_lock_create(&lock);
    if (r == 0) {
        r = mp_any_shared(&value, lock);
    }
    if (r == 0) {
        r = mp_connection_send(peer->out, value, GUARD_MS);
    }
    mp_any_destroy(value);
    mp_lock_destroy(lock);
    r = mp_any_int(&value, r);
    if (r == 0) {
        r = mp_connection_send(peer->out, value, GUARD_MS);
        mp_any_destroy(value);
    }
    return r == 0 ? MP_EEOF : r;
}

static int serve(const peer_t *peer, const char *how)
{
    int (*step)(const peer_t *) = strcmp(how, "bytes") == 0  ? send_back_bytes
                                  : strcmp(how, "lock") == 0 ? try_lock
                                                             : send_back_value;
    int r = 0;

    while (r == 0) {
        r = step(peer);
    }
    return r == MP_EEOF ? 0 : r;
}

// ---- how it meets the other side ----

static int listen_at(peer_t *peer, char **args)
{
    mp_listener_options_t options = {
        .authkey = args[1],
        .authkey_size = strlen(args[1]),
        .min_digest = (mp_digest_t) strtol(args[2], NULL, 10)};
    mp_listener_t *listener = NULL;

    int r = mp_listener_create(
        &listener, strcmp(args[0], "-") == 0 ? NULL : args[0], &options);
    if (r == 0) {
        (void) printf("%s\n", mp_listener_address(listener));
        (void) fflush(stdout);
        r = mp_listener_accept(listener, &peer->in, GUARD_MS);
    }
    mp_listener_destroy(listener);
    peer->out = peer->in;
    return r;
}

static int connect_to(peer_t *peer, char **args)
{
    mp_client_options_t options = {.authkey = args[1],
                                   .authkey_size = strlen(args[1]),
                                   .min_digest =
                                       (mp_digest_t) strtol(args[2], NULL, 10)};

    int r = mp_client(&peer->in, args[0], &options, GUARD_MS);
    peer->out = peer->in;
    return r;
}

static int inherit(peer_t *peer, char **args)
{
    intptr_t in = (intptr_t) strtoll(args[0], NULL, 10);
    intptr_t out = (intptr_t) strtoll(args[1], NULL, 10);

    int r = mp_connection_from_handle(&peer->in, in, true, in == out);
    if (in == out) {
        peer->out = peer->in;
        return r;
    }
    return r < 0 ? r : mp_connection_from_handle(&peer->out, out, false, true);
}

static int meet(peer_t *peer, int argc, char **argv)
{
    if (argc == 6 && strcmp(argv[1], "listen") == 0) {
        return listen_at(peer, argv + 3);
    }
    if (argc == 6 && strcmp(argv[1], "connect") == 0) {
        return connect_to(peer, argv + 3);
    }
    return argc == 5 && strcmp(argv[1], "inherit") == 0
               ? inherit(peer, argv + 3)
               : MP_EINVAL;
}

int main(int argc, char **argv)
{
    peer_t peer = {NULL, NULL};

    mp_freeze_support(argc, argv);
    int r = meet(&peer, argc, argv);
    if (r == 0) {
        r = serve(&peer, argv[2]);
    }
    if (r < 0) {
        (void) fprintf(stderr, "%d: %s\n", r, mp_last_error()->message);
    }
    if (peer.out != peer.in) {
        mp_connection_destroy(peer.out);
    }
    mp_connection_destroy(peer.in);
    return r == MP_EAUTH ? 1 : r == 0 ? 0 : 2;
}
