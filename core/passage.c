// SPDX-License-Identifier: Apache-2.0
// Who may send or receive, one at a time of all that share an end, and what the
// death of one of them means to the others.
#include "core/connection.h"
#include "core/pause.h"
#include "core/start.h"
#include "platform/fail.h"

#define THE_CONNECTION "the connection"

static mp_word_t *lock_of(const mp__passage_t *passage)
{
    return passage->sends ? &passage->lane->sender : &passage->lane->receiver;
}

static mp_word_t *inside_of(const mp__passage_t *passage)
{
    return passage->sends ? &passage->lane->sending : &passage->lane->receiving;
}

void mp__passage_inside(const mp__passage_t *passage, bool inside)
{
    atomic_store_explicit(inside_of(passage), inside || passage->in_parts,
                          memory_order_release);
}

void mp__passage_break(const mp__passage_t *passage, mp__broken_t why)
{
    uint32_t whole = MP__WHOLE;

    (void) atomic_compare_exchange_strong(&passage->lane->broken, &whole, why);
}

static int is_broken(uint32_t why)
{
    static const char *const reasons[] = {
        [MP__BROKEN_BY_SENDER] = "a process ended while it sent a message",
        [MP__BROKEN_BY_RECEIVER] =
            "a process ended while it received a message",
        [MP__BROKEN_BY_TIME] = "a timeout ended inside of a message",
        [MP__BROKEN_BY_PEER] = "the other side sent what is no message"};

    return mp__fail(
        MP_ESTATE, 0, "this direction of the connection is broken: %s",
        reasons[why <= MP__BROKEN_BY_PEER ? why : MP__BROKEN_BY_PEER]);
}

// Whether the holder of a lock died inside of a message. Only that breaks the
// lane: who died before its first byte has done nothing.
static void look_at(const mp__passage_t *passage, mp_word_t *lock,
                    mp_word_t *inside, mp__broken_t why)
{
    uint32_t holder = atomic_load(lock) & MP__TOKEN_MASK;

    if (holder != 0 && atomic_load(inside) != 0 &&
        mp__member_dead(holder, true) &&
        (atomic_load(lock) & MP__TOKEN_MASK) == holder) {
        mp__passage_break(passage, why);
    }
}

int64_t mp__passage_slice(const mp__passage_t *passage)
{
    return mp__slice_until(passage->deadline);
}

bool mp__passage_torn(const mp__passage_t *passage)
{
    mp__lane_t *lane = passage->lane;

    if (passage->sends) {
        look_at(passage, &lane->receiver, &lane->receiving,
                MP__BROKEN_BY_RECEIVER);
    } else {
        look_at(passage, &lane->sender, &lane->sending, MP__BROKEN_BY_SENDER);
    }
    return atomic_load(&lane->broken) != MP__WHOLE;
}

int mp__passage_look(const mp__passage_t *passage, int r)
{
    if (r != MP_ETIMEDOUT) {
        return r;
    }
    if (mp__port_closed(&passage->connection->port)) {
        return mp__fail(MP_ESTATE, 0, THE_CONNECTION " is closed");
    }
    if (mp__passage_torn(passage)) {
        return is_broken(atomic_load(&passage->lane->broken));
    }
    return passage->deadline != MP_PLAT_NEVER &&
                   mp_plat_now() >= passage->deadline
               ? MP_ETIMEDOUT
               : 0;
}

static int lock(const mp__passage_t *passage, uint32_t token)
{
    int r = mp__word_try(lock_of(passage), token) ? 0 : MP_ETIMEDOUT;

    while (r == MP_ETIMEDOUT) {
        r = mp__word_acquire(lock_of(passage), token,
                             mp__passage_slice(passage));
        if (r == MP_ETIMEDOUT) {
            int look = mp__passage_look(passage, r);
            if (look < 0) {
                return look;
            }
        }
    }
    if (r == MP_OWNERDIED && atomic_load(inside_of(passage)) != 0) {
        mp__passage_break(passage, passage->sends ? MP__BROKEN_BY_SENDER
                                                  : MP__BROKEN_BY_RECEIVER);
    }
    return r < 0 ? r : 0;
}

static int check(const mp_connection_t *connection, bool sends)
{
    if (connection == NULL) {
        return mp__fail(MP_EINVAL, 0, THE_CONNECTION " is NULL");
    }
    if (sends ? !connection->writable : !connection->readable) {
        return mp__fail(MP_ESTATE, 0, "this end of the connection only %s",
                        sends ? "receives" : "sends");
    }
    return 0;
}

static int enter(const mp__passage_t *passage)
{
    uint32_t token = mp__token();

    if (token == 0) {
        return mp__fail_last()->code;
    }
    int r = lock(passage, token);
    if (r < 0) {
        return r == MP_ETIMEDOUT ? mp__fail(r, 0, THE_CONNECTION " is in use")
                                 : r;
    }
    uint32_t broken = atomic_load(&passage->lane->broken);
    if (broken != MP__WHOLE) {
        mp__word_release(lock_of(passage));
        return is_broken(broken);
    }
    return 0;
}

int mp__passage_begin(mp__passage_t *passage, mp_connection_t *connection,
                      bool sends, int64_t timeout_ms)
{
    int r = check(connection, sends);
    if (r == 0) {
        r = mp__port_use(&connection->port, THE_CONNECTION);
    }
    if (r < 0) {
        return r;
    }
    uint32_t lane = sends ? connection->side : 1 - connection->side;
    *passage = (mp__passage_t){.connection = connection,
                               .lane = &connection->route->lanes[lane],
                               .deadline = mp__deadline(timeout_ms),
                               .sends = sends};
    r = enter(passage);
    if (r < 0) {
        mp__port_leave(&connection->port);
    } else if (!sends) {
        mp__ahead_begin(passage);
    }
    return r;
}

int mp__passage_end(mp__passage_t *passage, int r)
{
    passage->in_parts = false;
    mp__passage_inside(passage, false);
    mp__word_release(lock_of(passage));
    mp__port_leave(&passage->connection->port);
    if (r == MP_ETIMEDOUT) {
        return mp__fail(r, 0,
                        passage->sends ? "the message was not sent"
                                       : "no whole message came");
    }
    return r;
}
