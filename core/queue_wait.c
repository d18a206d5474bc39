// SPDX-License-Identifier: Apache-2.0
// Waiting until something can be claimed in a queue. Who waits announces
// himself at a turn, tries again, and sleeps; after each nap he looks whether
// the one who is in his way lives.
#include "core/queue_fast.h"

#include "core/start.h"
#include "platform/fail.h"
#include "platform/platform.h"

#define TRY_EVERY 16 // pauses
#define NAP_MOST_NS INT64_C(100000000)
#define NAP_BLIND_NS INT64_C(1000000)

static mp__rush_t rush; // of who gets several at once

static bool must_wait(int r)
{
    return r == MP_EEMPTY || r == MP_EFULL;
}

// ---- waiting ----

static mp_word_t *turn_of(const mp__try_t *wait)
{
    return wait->room == NULL ? &wait->queue->space : &wait->queue->items;
}

// Whoever waits looks where it is told, so as not to take the claims' lines
// away from who gets.
static bool is_free(const mp__try_t *wait, uint64_t position)
{
    const mp__claim_t *claim = wait->claim;

    return wait->queue->bounded
               ? mp__ring_is_told_free(claim->which, position)
               : mp__ring_is_free(wait->queue, claim->which, position);
}

// Whether what was in the way is not any more, by one look at it.
static bool is_changed(const mp__try_t *wait)
{
    const mp__claim_t *claim = wait->claim;

    return wait->room == NULL
               ? is_free(wait, claim->position)
               : mp__is_of_lap(atomic_load_explicit(&claim->place->there,
                                                    memory_order_relaxed),
                               mp__lap_of(claim->position));
}

// Where one place became free, more are about to: who takes each of them at
// once takes its line away from who gets.
static void let_more_become_free(const mp__try_t *wait)
{
    const mp__claim_t *claim = wait->claim;
    uint32_t more = wait->run > 1 ? 2 * wait->run : 1;

    if (wait->room == NULL && wait->queue->count > more &&
        !is_free(wait, mp__position_skip(wait->queue, claim->position, more))) {
        mp__pause_aside();
    }
}

// Who gets several at once may find as many as he has room for.
static int stand_aside(const mp__try_t *wait)
{
    mp__pause_aside();
    mp__pause_aside();
    int r = mp__try(wait);
    if (r < 0 || wait->claim->run < wait->run) {
        mp__rush_end(&rush);
    }
    return r;
}

// All else than what is in the way is looked at less often.
static int spin(const mp__try_t *wait, int r)
{
    mp__pause_t pause = MP__PAUSE_NEW;
    bool many = wait->room != NULL && wait->run > 1;

    if (many && must_wait(r) && mp__rush_is_on(&rush)) {
        r = stand_aside(wait);
    }
    for (int step = 1; must_wait(r) && mp__pause_long(&pause); step++) {
        bool changed = is_changed(wait);
        if (changed) {
            let_more_become_free(wait);
        }
        if (changed || step % TRY_EVERY == 0) {
            r = mp__try(wait);
        }
    }
    if (many && pause.step != 0) {
        mp__rush_note(&rush, &pause);
    }
    if (!must_wait(r)) {
        mp__pause_found(&pause);
    }
    return r;
}

// What the dead were getting where messages come again is behind who waits, not
// in his way.
static bool repair(const mp__try_t *wait)
{
    bool all = wait->room != NULL && wait->queue->again;

    return all ? mp__queue_repair_all(wait->queue)
               : mp__queue_repair(wait->queue, wait->claim);
}

// Nobody else is there that could put, or get. The last one may have done so
// before he left, or died in the way.
static int check_others(const mp__try_t *wait, int r)
{
    if (!must_wait(r) || !wait->queue->ends ||
        !mp__queue_is_lonely(wait->queue)) {
        return r;
    }
    (void) repair(wait);
    r = mp__try(wait);
    return must_wait(r) ? mp__fail(MP_EEOF, 0, "no other process has the queue")
                        : r;
}

// What the dead have counted of a limited queue's bytes is forgotten.
static int look_for_room(const mp__try_t *wait, int r)
{
    if (wait->room == NULL && wait->queue->is_limited &&
        (r == MP_EFULL || r == MP_ENOSPC) && mp__bytes_forget(wait->queue)) {
        r = mp__try(wait);
    }
    return r;
}

static int after_nap(const mp__try_t *wait, int r)
{
    r = look_for_room(wait, r);
    if (must_wait(r) && repair(wait)) {
        r = mp__try(wait);
    }
    return check_others(wait, r);
}

// Who slept may have been woken in the place of another one, and what came
// meanwhile woke nobody.
static void pass_on(const mp__try_t *wait)
{
    uint64_t last = mp__queue_last(wait->queue);
    mp__claim_t claim = {.ring = mp__ring_at(last)};

    (void) mp__turn_announce(turn_of(wait));
    if (wait->room != NULL) {
        if (mp__queue_is_ready(wait->queue)) {
            mp__turn_next(&wait->queue->items, 1);
        }
        return;
    }
    if (mp__ring_tail(wait->queue, &claim) != MP__FOUND_CLAIMED ||
        mp__ring_is_free(wait->queue, last, claim.position)) {
        mp__turn_next(&wait->queue->space, 1);
    }
}

// Whoever publishes sees from now on that there is a sleeper, and what was
// published before is seen by the next look. Nobody sleeps for long: of several
// sleepers who are woken one by one, some may be missed until they look.
static uint32_t announce(const mp__try_t *wait, mp__nap_t *nap)
{
    mp_word_t *turn = turn_of(wait);
    uint32_t was = atomic_load(turn);
    uint32_t seen = mp__turn_announce(turn);

    if (was != seen || nap->length <= MP__NAP_FIRST_NS) {
        if (!mp__fence_rarely()) {
            nap->length = NAP_BLIND_NS;
        }
    }
    if (nap->length > NAP_MOST_NS) {
        nap->length = NAP_MOST_NS;
    }
    return seen;
}

// One nap, unless that is not needed: whether it is time to look at others. Who
// is woken tries before he says that he sleeps again, or what he waits for
// would wait for his fence.
static bool nap_once(const mp__try_t *wait, mp__nap_t *nap, int64_t deadline,
                     int *r)
{
    uint32_t seen = announce(wait, nap);
    bool look = false;

    *r = mp__try(wait);
    if (must_wait(*r) && mp_plat_now() < deadline) {
        look = mp__turn_sleep(turn_of(wait), seen, nap, deadline);
        *r = mp__try(wait);
    }
    return look;
}

static int sleep(const mp__try_t *wait, int64_t deadline)
{
    mp__nap_t nap = MP__NAP_NEW;
    int r = MP_EEMPTY;

    while (must_wait(r)) {
        if (nap_once(wait, &nap, deadline, &r)) {
            r = after_nap(wait, r);
        }
        if (mp_plat_now() >= deadline) {
            break;
        }
    }
    if (nap.end != 0 || nap.length != MP__NAP_FIRST_NS) { // it slept
        pass_on(wait);
    }
    return r;
}

// Who only tries looks now and then, too, or would never learn that who is in
// his way is dead.
static int give_up(const mp__try_t *wait, int r)
{
    if (mp__look_due(mp__link(&wait->queue->head.head))) {
        r = look_for_room(wait, r);
        if (must_wait(r) && repair(wait)) {
            r = mp__try(wait);
        }
    }
    return check_others(wait, r);
}

static int say(const mp__try_t *wait, int r)
{
    if (r == MP_EEMPTY) {
        if (mp__queue_may_have_handle()) {
            mp__queue_handle_emptied(wait->queue);
        }
        return mp__fail(r, 0, "the queue is empty");
    }
    if (r == MP_EFULL) {
        return mp__fail(r, 0, "the queue is full");
    }
    return r == MP_EMSGSIZE && wait->room != NULL
               ? mp__fail(r, 0, "the next message has %zu bytes", *wait->room)
               : r;
}

static MP__SLOW int claim_slow(const mp__try_t *wait, int r, mp__until_t *until)
{
    if (!until->is_known) {
        until->deadline = mp__deadline(until->timeout_ms);
        until->is_known = true;
    }
    r = check_others(wait, r);
    if (until->deadline != MP_PLAT_AT_ONCE) {
        r = spin(wait, r);
        r = must_wait(r) ? sleep(wait, until->deadline) : r;
    }
    return say(wait, must_wait(r) || r == MP_ENOSPC ? give_up(wait, r) : r);
}

static MP__SLOW int no_token(void)
{
    return mp__fail_last()->code;
}

int mp__queue_claim_places(mp_queue_t *queue, uint32_t run, uint64_t size,
                           mp__claim_t *claim, mp__until_t *until)
{
    mp__try_t wait = {queue, mp__token(), run, NULL, 0, size, claim};

    if (wait.token == 0) {
        return no_token();
    }
    int r = mp__try(&wait);
    return r < 0 ? claim_slow(&wait, r, until) : 0;
}

int mp__queue_claim_messages(mp_queue_t *queue, uint32_t run, size_t *room,
                             mp__claim_t *claim, mp__until_t *until)
{
    mp__try_t wait = {queue, mp__token(), queue->again ? 1 : run, room, *room,
                      0,     claim};

    if (wait.token == 0) {
        return no_token();
    }
    int r = mp__try(&wait);
    r = r < 0 ? claim_slow(&wait, r, until) : 0;
    if (r == 0 && queue->joinable) {
        mp__tasks_got(queue, wait.token, claim->run);
    }
    return r;
}

// ---- for others ----

static mp__found_t look_only(mp_queue_t *queue, mp__claim_t *claim)
{
    mp__found_t found = MP__FOUND_OTHER;

    while (found == MP__FOUND_OTHER) {
        size_t room = SIZE_MAX;
        found = mp__queue_look(queue, 0, 0, &room, claim);
    }
    return found;
}

bool mp__queue_is_ready(mp_queue_t *queue)
{
    mp__claim_t claim = {0};
    size_t room = 0;
    mp__try_t wait = {queue, 0, 0, &room, 0, 0, &claim};

    mp__found_t found = look_only(queue, &claim);
    if (found == MP__FOUND_NONE && mp__look_due(mp__link(&queue->head.head)) &&
        repair(&wait)) {
        found = look_only(queue, &claim);
    }
    return found == MP__FOUND_CLAIMED || atomic_load(&queue->returned) != 0 ||
           atomic_load(&queue->state) != MP__QUEUE_OPEN ||
           (queue->ends && mp__queue_is_lonely(queue));
}

// Who is woken here gets nothing, so another one who sleeps is woken, too.
void mp__queue_doze(mp_queue_t *queue, int64_t until)
{
    mp__claim_t claim = {0};
    size_t room = 0;
    mp__try_t wait = {queue, 0, 0, &room, 0, 0, &claim};
    mp__nap_t nap = MP__NAP_LONG;

    uint32_t seen = announce(&wait, &nap);
    if (!mp__queue_is_ready(queue)) {
        (void) mp__turn_sleep(&queue->items, seen, &nap, until);
        pass_on(&wait);
    }
}
