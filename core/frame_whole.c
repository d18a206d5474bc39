// SPDX-License-Identifier: Apache-2.0
// Messages that the system keeps whole, each with its length. It takes one back
// that has no room yet when its sender gives up, or ends, while a receiver may
// have seen its length and be about to take that many bytes. So who sends next
// notes first that one may have been withdrawn, which the receiver looks for
// after he has said that he takes one; and if he has said so, waits for him.
// One of the two sees the other. What is taken is there at once, or withdrawn:
// so that wait is short.
#include "core/frame.h"
#include "core/member.h"
#include "core/pause.h"
#include "platform/fail.h"
#include "platform/platform.h"

// ---- sending ----

// Whether a receiver that lives is in the middle of that.
static bool is_taken(const mp__lane_t *lane, uint32_t taking, bool look)
{
    uint32_t holder = atomic_load(&lane->receiver) & MP__TOKEN_MASK;

    return taking % 2 != 0 && atomic_load(&lane->taking) == taking &&
           holder != 0 && !mp__member_dead(holder, look);
}

// What was written last may have been withdrawn.
static int let_take(const mp__passage_t *passage)
{
    mp__lane_t *lane = passage->lane;
    mp__pause_t pause = MP__PAUSE_NEW;
    mp__nap_t nap = MP__NAP_NEW;
    bool naps = false;

    (void) atomic_fetch_add(&lane->withdrawn, 1);
    uint32_t taking = atomic_load(&lane->taking);
    while (is_taken(lane, taking, naps)) {
        int r = mp__passage_look(passage, MP_ETIMEDOUT);
        if (r < 0) {
            return r;
        }
        naps = naps || !mp__pause(&pause);
        if (naps) { // he does not run
            mp_plat_sleep(&lane->taking, taking,
                          mp__nap_until(&nap, passage->deadline));
            (void) mp__nap_over(&nap, passage->deadline);
        }
    }
    return 0;
}

static int write_one(const mp__passage_t *passage, const mp_plat_piece_t *piece,
                     size_t *sent)
{
    mp__lane_t *lane = passage->lane;

    *sent = 0;
    int r = atomic_load(&lane->writing) != 0 ? let_take(passage) : 0;
    if (r < 0) {
        return r;
    }
    atomic_store(&lane->writing, 1);
    r = mp_plat_link_send(&passage->connection->link, piece, 1, sent,
                          mp__passage_slice(passage));
    if (r == 0) {
        atomic_store(&lane->writing, 0);
    }
    return r;
}

int mp__frame_send_whole(const mp__passage_t *passage,
                         const mp_plat_piece_t *piece)
{
    size_t sent = 0;
    int r = 0;

    if (piece->size > MP_PLAT_MESSAGE_MOST) {
        return mp__fail(MP_EMSGSIZE, 0,
                        "a named pipe takes no message of %zu bytes",
                        piece->size);
    }
    while (r == 0) {
        r = write_one(passage, piece, &sent);
        if (r == 0) {
            return 0;
        }
        r = mp__passage_look(passage, r);
        if (sent > 0) {
            return mp__frame_broke_off(passage, r == 0 ? MP_ETIMEDOUT : r);
        }
    }
    return r;
}

// ---- receiving ----

// Who died while he took one has left the word odd; a sender would wait for it
// while this process waits for a message.
int mp__frame_next_whole(mp__passage_t *passage, size_t *size)
{
    mp__lane_t *lane = passage->lane;
    int r = 0;

    if (atomic_load(&lane->taking) % 2 != 0) {
        (void) atomic_fetch_add(&lane->taking, 1);
    }
    do {
        passage->withdrawn = atomic_load(&lane->withdrawn);
        r = mp_plat_link_next(&passage->connection->link, size,
                              mp__passage_slice(passage));
    } while (r == MP_ETIMEDOUT && (r = mp__passage_look(passage, r)) == 0);
    return r;
}

// What is on its way from another machine need not be there at once.
static int take_seen(const mp__passage_t *passage, void *bytes, size_t room,
                     size_t *size)
{
    const mp_plat_link_t *link = &passage->connection->link;

    return mp_plat_link_receive(link, bytes, room, size,
                                link->local ? MP_PLAT_AT_ONCE
                                            : mp__passage_slice(passage));
}

// Some message was withdrawn, perhaps another than the one that was seen. Now
// that nothing can follow that, one more look is enough, and senders that give
// up without end do not keep it from being taken.
static int take_other(const mp__passage_t *passage, void *bytes, size_t room,
                      size_t *size)
{
    int r =
        mp_plat_link_next(&passage->connection->link, size, MP_PLAT_AT_ONCE);
    if (r < 0 || *size == 0) {
        return r;
    }
    bool fits = passage->in_parts ? *size == room : *size <= room;
    return fits ? take_seen(passage, bytes, room, size) : MP__FRAME_GONE;
}

// Others' senders, such as Python's, tell nobody that they withdraw a message.
// A longer one that followed has been taken in part, and is lost.
int mp__frame_receive_whole(const mp__passage_t *passage, void *bytes,
                            size_t room, size_t *size)
{
    mp__lane_t *lane = passage->lane;

    if (*size == 0) {
        return 0; // mp_plat_link_next() has taken it
    }
    (void) atomic_fetch_add(&lane->taking, 1);
    int r = atomic_load(&lane->withdrawn) == passage->withdrawn
                ? take_seen(passage, bytes, room, size)
                : take_other(passage, bytes, room, size);
    (void) atomic_fetch_add(&lane->taking, 1);
    if (r == MP_EPROTO) {
        mp__passage_break(passage, MP__BROKEN_BY_PEER);
    } else if (r == MP_ETIMEDOUT && *size > 0) {
        return mp__frame_broke_off(passage, r);
    } else if (r == MP_ETIMEDOUT) {
        r = mp__passage_look(passage, r);
        return r == 0 ? MP__FRAME_GONE : r;
    }
    return r;
}
