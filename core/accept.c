// SPDX-License-Identifier: Apache-2.0
// Accepting. Who has the turn serves the handshakes of all guests, of whom the
// first that is done is the one that is accepted; the others go on with the
// next call.
#include "core/listener.h"

#include <stdlib.h>
#include <string.h>

#include "core/connection.h"
#include "core/kin.h"
#include "core/pause.h"
#include "core/self.h"
#include "core/start.h"
#include "platform/fail.h"

#define NOBODY 1 // no guest has come so far, or is done

// ---- guests ----

static void free_guest(mp__guest_t *guest)
{
    mp__handshake_end(&guest->handshake);
    free(guest);
}

void mp__guests_free(mp__guest_t *guests)
{
    while (guests != NULL) {
        mp__guest_t *guest = guests;
        guests = guest->next;
        free_guest(guest);
    }
}

static mp__guest_t *take_out(mp__guest_t **place)
{
    mp__guest_t *guest = *place;

    *place = guest->next;
    guest->next = NULL;
    return guest;
}

// The one that has been silent longest, of these the oldest, if there is no
// room for one more beside it; else NULL.
static mp__guest_t **in_the_way(mp_listener_t *listener)
{
    mp__guest_t **silent = NULL;
    int count = 0;

    for (mp__guest_t **place = &listener->guests; *place != NULL;
         place = &(*place)->next) {
        count++;
        if (silent == NULL || (*place)->moment <= (*silent)->moment) {
            silent = place;
        }
    }
    return count < MP__HANDSHAKES_MOST ? NULL : silent;
}

// When the next one may come in; MP_PLAT_AT_ONCE: now. Who needs no handshake
// comes in when he is accepted.
static int64_t door_opens(mp_listener_t *listener)
{
    if (listener->open) {
        return listener->guests == NULL ? MP_PLAT_AT_ONCE : MP_PLAT_NEVER;
    }
    mp__guest_t **silent = in_the_way(listener);
    return silent == NULL || mp_plat_now() >= (*silent)->moment
               ? MP_PLAT_AT_ONCE
               : (*silent)->moment;
}

static int begin(mp_listener_t *listener, mp__guest_t *guest,
                 mp_plat_link_t *link)
{
    guest->deadline = mp__deadline(listener->handshake_timeout_ms);
    guest->moment = mp_plat_now() + MP__HANDSHAKE_MOMENT_NS;
    if (listener->open) {
        guest->handshake.link = *link;
        return 0;
    }
    return mp__handshake_begin(&guest->handshake, link, MP__AUTH_LISTENER,
                               listener->authkey, listener->authkey_size,
                               &listener->policy);
}

static void take_in(mp_listener_t *listener, mp__guest_t *guest)
{
    mp__guest_t **silent = in_the_way(listener);

    if (silent != NULL) {
        free_guest(take_out(silent));
    }
    guest->next = listener->guests;
    listener->guests = guest;
}

// Takes in one that waits at the door, if there is one, and room for it.
static int let_in(mp_listener_t *listener)
{
    mp_plat_link_t link = MP_PLAT_NO_LINK;

    if (door_opens(listener) != MP_PLAT_AT_ONCE) {
        return NOBODY;
    }
    mp__guest_t *guest = calloc(1, sizeof(*guest));
    if (guest == NULL) {
        return mp__fail(MP_ENOMEM, 0, "a client");
    }
    int r = mp_plat_accept(&listener->listener, &link, &guest->from,
                           MP_PLAT_AT_ONCE);
    if (r == 0) {
        r = begin(listener, guest, &link);
    }
    if (r < 0) {
        free(guest);
        return r == MP_ETIMEDOUT ? NOBODY : r;
    }
    take_in(listener, guest);
    return 0;
}

// ---- one that is done ----

static int make_connection(mp_connection_t **out, mp__guest_t *guest)
{
    mp_plat_link_t link = guest->handshake.link;

    guest->handshake.link = (mp_plat_link_t) MP_PLAT_NO_LINK;
    return mp__connection_make(out, &link, true, true, mp__is_kin(&link), NULL,
                               0);
}

static int welcome(mp_listener_t *listener, mp__guest_t *guest,
                   mp_connection_t **out)
{
    char address[MP__ADDRESS_SIZE];

    mp__address_write(address, &guest->from);
    int r = make_connection(out, guest);
    if (r == 0) {
        mp_plat_lock(MP_PLAT_LOCK_STATE);
        memcpy(listener->last_accepted, address, sizeof(address));
        mp_plat_unlock(MP_PLAT_LOCK_STATE);
    }
    free_guest(guest);
    return r;
}

// Whatever a client did is refused by the same code, as it is no matter of the
// listener's.
static int refuse(mp__guest_t *guest, int r)
{
    char why[MP_PLAT_TEXT_SIZE];
    char address[MP__ADDRESS_SIZE];

    (void) memcpy(why, mp__fail_last()->message,
                  strlen(mp__fail_last()->message) + 1);
    mp__address_write(address, &guest->from);
    free_guest(guest);
    if (r == MP_ENOMEM || r == MP_ESYSTEM || r == MP_EMFILE) {
        return mp__fail(r, 0, "%s", why);
    }
    return mp__fail(MP_EAUTH, 0, "client %s was refused: %s", address, why);
}

// Messages of a handshake are few, so nobody keeps a place by answering.
static int step(const mp_listener_t *listener, mp__guest_t *guest)
{
    int r = listener->open ? 0 : mp__handshake_step(&guest->handshake);

    if (guest->steps != guest->handshake.steps) {
        guest->steps = guest->handshake.steps;
        guest->moment = mp_plat_now() + MP__HANDSHAKE_MOMENT_NS;
    }
    if (r == MP__HANDSHAKE_GOES_ON && mp_plat_now() >= guest->deadline) {
        return mp__fail(MP_EAUTH, 0, "it did not finish its handshake in time");
    }
    return r;
}

// The first that is done, if there is one.
static int serve(mp_listener_t *listener, mp_connection_t **out)
{
    mp__guest_t **place = &listener->guests;

    while (*place != NULL) {
        int r = step(listener, *place);
        if (r == 0) {
            return welcome(listener, take_out(place), out);
        }
        if (r < 0) {
            return refuse(take_out(place), r);
        }
        place = &(*place)->next;
    }
    return NOBODY;
}

// ---- waiting ----

#define ROOM_LOOK_NS INT64_C(10000000)

static int64_t sooner(int64_t one, int64_t other)
{
    return one < other ? one : other;
}

// The door is watched while somebody may come in.
static int wait_for_any(mp_listener_t *listener, int64_t deadline)
{
    mp_plat_source_t sources[1 + MP__HANDSHAKES_MOST];
    int64_t opens = door_opens(listener);
    size_t count = 0;

    if (opens == MP_PLAT_AT_ONCE) {
        sources[count].kind = MP_PLAT_SOURCE_LISTENER;
        sources[count++].of.listener = &listener->listener;
    } else {
        deadline = sooner(deadline, opens);
    }
    for (mp__guest_t *guest = listener->guests; guest != NULL;
         guest = guest->next) {
        if (guest->handshake.wants_room) { // no source tells that
            deadline = sooner(deadline, mp_plat_now() + ROOM_LOOK_NS);
        }
        deadline = sooner(deadline, guest->deadline);
        sources[count].kind = MP_PLAT_SOURCE_LINK;
        sources[count++].of.link = &guest->handshake.link;
    }
    int r = mp_plat_wait_any(sources, count, deadline);
    return r < 0 ? r : 0;
}

static int look(const mp_listener_t *listener, int64_t deadline)
{
    if (mp__port_closed(&listener->port)) {
        return mp__fail(MP_ESTATE, 0, "the listener is closed");
    }
    return deadline != MP_PLAT_NEVER && mp_plat_now() >= deadline
               ? mp__fail(MP_ETIMEDOUT, 0, "no client came")
               : 0;
}

static int let_in_all(mp_listener_t *listener)
{
    int r = 0;

    while (r == 0) {
        r = let_in(listener);
    }
    return r;
}

// Guests are served also if there is no room for one more: they need none.
static int serve_all(mp_listener_t *listener, mp_connection_t **out,
                     int64_t deadline)
{
    int r = NOBODY;

    while (r == NOBODY) {
        r = let_in_all(listener);
        int served = serve(listener, out);
        if (served != NOBODY || r != NOBODY) {
            return served != NOBODY ? served : r;
        }
        r = look(listener, deadline);
        if (r == 0) {
            r = wait_for_any(listener, mp__slice_until(deadline));
        }
        if (r == 0) {
            r = NOBODY;
        }
    }
    return r;
}

static int take_turn(mp_listener_t *listener, int64_t deadline)
{
    mp_word_t *word = &listener->turn->lanes[0].receiver;
    uint32_t token = mp__token();
    int r = token == 0 ? mp__fail_last()->code : MP_ETIMEDOUT;

    while (r == MP_ETIMEDOUT) {
        r = mp__word_acquire(word, token, mp__slice_until(deadline));
        if (r == MP_ETIMEDOUT) {
            int why = look(listener, deadline);
            r = why < 0 ? why : r;
            if (why < 0) {
                break;
            }
        }
    }
    return r < 0 ? r : 0;
}

static int accept_one(mp_listener_t *listener, mp_connection_t **out,
                      int64_t deadline)
{
    int r = mp__listener_renew(listener);
    if (r == 0) {
        r = take_turn(listener, deadline);
    }
    if (r < 0) {
        return r;
    }
    r = serve_all(listener, out, deadline);
    mp__word_release(&listener->turn->lanes[0].receiver);
    return r;
}

int mp_listener_accept(mp_listener_t *listener, mp_connection_t **out,
                       int64_t timeout_ms)
{
    if (listener == NULL || out == NULL) {
        return mp__fail(MP_EINVAL, 0, "no listener, or no place for a client");
    }
    *out = NULL;
    int r = mp__port_use(&listener->port, "the listener");
    if (r == 0) {
        r = accept_one(listener, out, mp__deadline(timeout_ms));
        mp__port_leave(&listener->port);
    }
    return r;
}
