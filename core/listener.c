// SPDX-License-Identifier: Apache-2.0
#include "core/listener.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/options.h"
#include "core/process.h"
#include "core/secret.h"
#include "core/self.h"
#include "core/watch.h"
#include "platform/fail.h"

#define BACKLOG 128
#define HANDSHAKE_TIMEOUT_MS 10000

static mp_listener_t *of_port(mp__port_t *port)
{
    return (mp_listener_t *) (void *) port;
}

static const mp_listener_t *read_port(const mp__port_t *port)
{
    return (const mp_listener_t *) (const void *) port;
}

// ---- as a port ----

static void forget_nothing(mp__port_t *port)
{
    (void) port;
}

static intptr_t handle_of(const mp__port_t *port)
{
    return mp_plat_listener_passes(&read_port(port)->listener);
}

static void close_listener(mp__port_t *port)
{
    mp__guests_free(of_port(port)->guests);
    of_port(port)->guests = NULL;
    mp_plat_listener_close(&of_port(port)->listener);
}

static void free_listener(mp__port_t *port)
{
    mp_listener_t *listener = of_port(port);

    if (listener->authkey != NULL) {
        mp__wipe(listener->authkey, listener->authkey_size);
    }
    free(listener->authkey);
    if (listener->turn != NULL && listener->generation == mp__generation()) {
        mp__object_drop(&listener->turn->head);
    }
    free(listener);
}

// What stands in front of the name and the key.
typedef struct record {
    uint32_t family;
    uint32_t port;
    uint32_t open;
    uint32_t min_digest;
    int64_t handshake_timeout_ms;
    uint64_t name_size;
} record_t;

static size_t describe(const mp__port_t *port, unsigned char *bytes)
{
    const mp_listener_t *listener = read_port(port);
    const mp_plat_place_t *place = &listener->listener.place;
    record_t record = {.family = (uint32_t) place->family,
                       .port = place->port,
                       .open = listener->open,
                       .min_digest = (uint32_t) listener->policy.min_digest,
                       .handshake_timeout_ms = listener->handshake_timeout_ms,
                       .name_size = place->size};

    memcpy(bytes, &record, sizeof(record));
    memcpy(bytes + sizeof(record), place->name, place->size);
    memcpy(bytes + sizeof(record) + place->size, listener->authkey,
           listener->authkey_size);
    return sizeof(record) + place->size + listener->authkey_size;
}

// ---- making one ----

static int new_turn(mp__route_t **turn)
{
    int r = mp__object_new(turn, sizeof(**turn));
    if (r == 0) {
        mp__object_made(&(*turn)->head, MP__TYPE_ROUTE);
    }
    return r;
}

static bool is_renewed(mp_listener_t *listener)
{
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    bool renewed = listener->generation == mp__generation();
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return renewed;
}

// What a forked child has of its parent's guests are copies. Several of its
// threads may come here at once.
int mp__listener_renew(mp_listener_t *listener)
{
    mp__route_t *turn = NULL;
    mp__guest_t *guests = NULL;

    int r = is_renewed(listener) ? 0 : new_turn(&turn);
    if (r < 0 || turn == NULL) {
        return r;
    }
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    if (listener->generation != mp__generation()) {
        listener->generation = mp__generation();
        listener->turn = turn;
        guests = listener->guests;
        listener->guests = NULL;
        turn = NULL;
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    mp__guests_free(guests);
    if (turn != NULL) {
        mp__object_drop(&turn->head);
    }
    return 0;
}

static int begin_turns(mp_listener_t *listener)
{
    listener->generation = mp__generation();
    return new_turn(&listener->turn);
}

static int keep_key(mp_listener_t *listener, const void *key, size_t size)
{
    if (size > MP_AUTHKEY_MOST) {
        return mp__fail(MP_EINVAL, 0, "a key of %zu bytes, not up to %d", size,
                        MP_AUTHKEY_MOST);
    }
    listener->authkey = mp__copy_bytes(key, size);
    listener->authkey_size = size;
    return listener->authkey == NULL ? MP_ENOMEM : 0;
}

// The key of the process is taken as it is now.
static int take_key(mp_listener_t *listener, const void *key, size_t size)
{
    int r = 0;

    if (key == NULL && !listener->open) {
        r = mp_process_authkey(mp_current_process(), &key, &size);
    }
    return r < 0 ? r : keep_key(listener, key, key == NULL ? 0 : size);
}

// What can be wrong with the policy is found now, not at the first client.
static int check_policy(const mp_listener_t *listener)
{
    mp__auth_t trial;

    if (listener->open) {
        return 0;
    }
    int r = mp__auth_begin(&trial, MP__AUTH_LISTENER, listener->authkey,
                           listener->authkey_size, &listener->policy);
    if (r == 0) {
        mp__auth_end(&trial);
    }
    return r;
}

static mp_listener_t *new_listener(void)
{
    mp_listener_t *listener = calloc(1, sizeof(*listener));

    if (listener == NULL) {
        (void) mp__fail(MP_ENOMEM, 0, "a listener");
    }
    return listener;
}

static int fill(mp_listener_t *listener, const mp_listener_options_t *options)
{
    listener->open = options->open;
    listener->policy.min_digest = options->min_digest;
    listener->handshake_timeout_ms = options->handshake_timeout_ms != 0
                                         ? options->handshake_timeout_ms
                                         : HANDSHAKE_TIMEOUT_MS;
    if (options->open && options->authkey != NULL) {
        return mp__fail(MP_EINVAL, 0, "a listener is open or has a key");
    }
    int r = take_key(listener, options->authkey, options->authkey_size);
    if (r == 0) {
        r = check_policy(listener);
    }
    return r < 0 ? r : begin_turns(listener);
}

static int listen_at(mp_listener_t *listener, const char *address,
                     const mp_listener_options_t *options)
{
    mp_plat_place_t place;

    int r = mp__address_read(&place, address, options->family);
    if (r == 0) {
        r = mp_plat_listen(&listener->listener, &place,
                           options->backlog > 0 ? options->backlog : BACKLOG);
    }
    if (r == 0) {
        mp__address_write(listener->address, &listener->listener.place);
    }
    return r;
}

int mp_listener_create_sized(mp_listener_t **out, const char *address,
                             const mp_listener_options_t *options,
                             size_t options_size)
{
    mp_listener_options_t given = {0};

    if (out == NULL) {
        return mp__fail(MP_EINVAL, 0, "no place for the listener");
    }
    *out = NULL;
    int r = mp__options_copy(&given, sizeof(given), options, options_size);
    if (r == 0) {
        r = mp__arena_ready();
    }
    if (r < 0) {
        return r;
    }
    mp_listener_t *listener = new_listener();
    if (listener == NULL) {
        return MP_ENOMEM;
    }
    r = fill(listener, &given);
    if (r == 0) {
        r = listen_at(listener, address, &given);
    }
    if (r < 0) {
        free_listener(&listener->port);
        return r;
    }
    mp__port_begin(&listener->port, MP__PORT_LISTENER);
    *out = listener;
    return 0;
}

// ---- from a description ----

static int malformed(void)
{
    return mp__fail(MP_EPROTO, 0, "this describes no listener");
}

static int read_record(mp_listener_t *listener, const unsigned char *bytes,
                       size_t size)
{
    mp_plat_place_t *place = &listener->listener.place;
    record_t record;

    if (size < sizeof(record)) {
        return malformed();
    }
    memcpy(&record, bytes, sizeof(record));
    bytes += sizeof(record);
    size -= sizeof(record);
    if (record.name_size >= sizeof(place->name) || record.name_size > size) {
        return malformed();
    }
    place->family = (mp_plat_family_t) record.family;
    place->port = (uint16_t) record.port;
    place->size = (size_t) record.name_size;
    memcpy(place->name, bytes, place->size);
    listener->open = record.open != 0;
    listener->policy.min_digest = (mp_digest_t) record.min_digest;
    listener->handshake_timeout_ms = record.handshake_timeout_ms;
    return keep_key(listener, bytes + place->size, size - place->size);
}

// Its maker removes its name, and nobody else.
static int open_listener(mp__port_t **out, const unsigned char *record,
                         size_t size, intptr_t handle)
{
    mp_listener_t *listener = new_listener();

    int r = listener == NULL ? MP_ENOMEM : read_record(listener, record, size);
    if (r == 0) {
        r = begin_turns(listener);
    }
    if (r == 0) {
        r = mp_plat_listener_adopt(&listener->listener, handle);
    }
    if (r < 0) {
        mp_plat_close_handle(handle);
        if (listener != NULL) {
            free_listener(&listener->port);
        }
        return r;
    }
    mp__address_write(listener->address, &listener->listener.place);
    mp__port_begin(&listener->port, MP__PORT_LISTENER);
    *out = &listener->port;
    return 0;
}

__attribute__((constructor)) static void make_known(void)
{
    static const mp__port_calls_t calls = {
        close_listener, free_listener, handle_of,          forget_nothing,
        describe,       open_listener, &mp__listener_watch};

    mp__port_know_listeners(&calls);
}

// ---- what it is ----

void mp_listener_destroy(mp_listener_t *listener)
{
    mp__port_destroy(listener == NULL ? NULL : &listener->port);
}

static int is_null(void)
{
    return mp__fail(MP_EINVAL, 0, "the listener is NULL");
}

int mp_listener_close(mp_listener_t *listener)
{
    if (listener == NULL) {
        return is_null();
    }
    mp__port_close(&listener->port);
    return 0;
}

const char *mp_listener_address(const mp_listener_t *listener)
{
    return listener == NULL ? NULL : listener->address;
}

int mp_listener_last_accepted(mp_listener_t *listener, char *text, size_t size)
{
    if (listener == NULL || text == NULL || size == 0) {
        return listener == NULL
                   ? is_null()
                   : mp__fail(MP_EINVAL, 0, "no place for the address");
    }
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    (void) snprintf(text, size, "%s", listener->last_accepted);
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return 0;
}

int mp_listener_fileno(const mp_listener_t *listener, intptr_t *handle)
{
    if (listener == NULL) {
        return is_null();
    }
    if (handle == NULL) {
        return mp__fail(MP_EINVAL, 0, "no place for the handle");
    }
    if (mp__port_closed(&listener->port)) {
        return mp__fail(MP_ESTATE, 0, "the listener is closed");
    }
    if (listener->listener.place.family == MP_PLAT_FAMILY_PIPE) {
        return mp__fail(MP_ENOTSUP, 0,
                        "no handle tells that a client has come to a named "
                        "pipe: mp_wait() does");
    }
    *handle = listener->listener.handle;
    return 0;
}
