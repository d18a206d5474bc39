// SPDX-License-Identifier: Apache-2.0
// Waiting for clients beside others: for those at the door, and for guests
// whose handshake can go on. Guests are looked at with the turn only. It is
// kept through the sleep, as an accepting thread would close their links; so
// the sleep is short, and who waits for the turn gets it.
#include "core/listener.h"
#include "core/self.h"
#include "core/watch.h"
#include "core/word.h"
#include "platform/fail.h"

#define TURN_NS INT64_C(10000000)

static mp_listener_t *of_port(mp__port_t *port)
{
    return (mp_listener_t *) (void *) port;
}

static mp_word_t *turn_of(const mp_listener_t *listener)
{
    return &listener->turn->lanes[0].receiver;
}

static int check_port(const mp__port_t *port)
{
    (void) port;
    return 0;
}

// ---- guests ----

// Nothing tells when a pipe of Windows has room: it is tried.
static bool may_send(const mp__guest_t *guest, bool has_slept)
{
    const mp__handshake_t *handshake = &guest->handshake;

    if (handshake->out_sent >= handshake->out_size) {
        return false;
    }
    if (!handshake->wants_room) { // it was let in, and nothing else
        return true;
    }
    return handshake->link.kind == MP_PLAT_LINK_STREAM
               ? mp_plat_link_wait_room(&handshake->link, MP_PLAT_AT_ONCE) == 0
               : has_slept;
}

// Whether there is something to do for it, whatever its link tells.
static bool is_due(const mp_listener_t *listener, const mp__guest_t *guest,
                   bool has_slept)
{
    return listener->open || mp_plat_now() >= guest->deadline ||
           may_send(guest, has_slept);
}

static int watch_guests(const mp_listener_t *listener, mp__watch_t *watch)
{
    int64_t until = mp_plat_now() + TURN_NS;
    int r = 0;

    for (mp__guest_t *guest = listener->guests; r == 0 && guest != NULL;
         guest = guest->next) {
        mp_plat_source_t source = {.kind = MP_PLAT_SOURCE_LINK,
                                   .of.link = &guest->handshake.link};
        if (is_due(listener, guest, false)) {
            return 1;
        }
        r = mp__watch_add(watch, &source);
        until = guest->deadline < until ? guest->deadline : until;
        watch->until = until < watch->until ? until : watch->until;
    }
    return r;
}

static bool any_is_due(const mp_listener_t *listener)
{
    for (mp__guest_t *guest = listener->guests; guest != NULL;
         guest = guest->next) {
        if (is_due(listener, guest, true)) {
            return true;
        }
    }
    return false;
}

// ---- rounds ----

// 0, also without it.
static int take_turn(mp_listener_t *listener, mp__watched_t *watched)
{
    if (watched->gives_way) {
        watched->gives_way = false;
        return 0;
    }
    int r = mp__listener_renew(listener);
    if (r < 0) {
        return r;
    }
    uint32_t token = mp__token();
    if (token == 0) {
        return mp__fail_last()->code;
    }
    watched->has_turn = mp__word_try(turn_of(listener), token);
    return 0;
}

static void give_turn(mp_listener_t *listener, mp__watched_t *watched)
{
    uint32_t was = mp__word_release(turn_of(listener));

    watched->gives_way = (was & MP__WORD_WAITERS) != 0;
    watched->has_turn = false;
}

static int watch_port(mp__port_t *port, mp__watch_t *watch,
                      mp__watched_t *watched)
{
    mp_listener_t *listener = of_port(port);
    mp_plat_source_t source = {.kind = MP_PLAT_SOURCE_LISTENER,
                               .of.listener = &listener->listener};

    int r = mp__watch_add(watch, &source);
    if (r == 0) {
        r = take_turn(listener, watched);
    }
    if (r < 0 || !watched->has_turn) {
        return r;
    }
    if (listener->guests == NULL) {
        give_turn(listener, watched);
        return 0;
    }
    return watch_guests(listener, watch);
}

static bool after_port(mp__port_t *port, mp__watched_t *watched)
{
    mp_listener_t *listener = of_port(port);

    if (!watched->has_turn) {
        return false;
    }
    bool due = any_is_due(listener);
    give_turn(listener, watched);
    return due;
}

const mp__port_watch_t mp__listener_watch = {"a listener", check_port,
                                             watch_port, after_port};
