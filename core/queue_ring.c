// SPDX-License-Identifier: Apache-2.0
#include "core/queue_fast.h"

#define LOOKED_AHEAD 64 // claims

// Where a claim of this word ends, at a place in this lap or a later one.
static uint64_t end_of(const mp_queue_t *queue, uint64_t position,
                       uint64_t word, int32_t ahead)
{
    return mp__position_skip(queue, position + ((uint64_t) ahead << 32),
                             mp__claim_run(word));
}

// Two may do so at once, and leave the lower one.
static void move_on(_Atomic uint64_t *hint, uint64_t position)
{
    uint64_t seen = atomic_load_explicit(hint, memory_order_relaxed);

    if ((int64_t) (position - seen) > 0) {
        atomic_store_explicit(hint, position, memory_order_relaxed);
    }
}

// Where a hint is that was noted by one who had been stopped for very long: the
// end of the claim that began at its place last, and not long before `free`.
static uint64_t renewed(const mp_queue_t *queue, const _Atomic uint64_t *claims,
                        uint64_t hint, uint64_t free)
{
    uint32_t at = (uint32_t) hint;

    if (at >= queue->count) {
        return hint; // of memory that is another's by now
    }
    uint64_t word = atomic_load_explicit(&claims[at], memory_order_acquire);
    uint64_t position = (uint64_t) mp__lap_of(free) << 32 | at;
    return end_of(queue, position, word,
                  mp__laps_ahead(word, mp__lap_of(free)));
}

// What is claimed to put ends within the lap before `free`.
static uint64_t tail_of(const mp_queue_t *queue, const mp__ring_t *ring)
{
    uint64_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    uint64_t free = atomic_load_explicit(&ring->free, memory_order_acquire);

    return free - tail <= MP__ONE_LAP
               ? tail
               : renewed(queue, mp__ring_puts(ring), tail, free);
}

// What is claimed to get does, too, or ends where that lap begins. False: the
// hint is good.
static bool is_front_old(const mp_queue_t *queue, const mp__ring_t *ring,
                         uint64_t *position)
{
    uint64_t front = atomic_load_explicit(&ring->front, memory_order_relaxed);
    uint64_t free = atomic_load_explicit(&ring->free, memory_order_acquire);

    if (free - front <= MP__ONE_LAP) {
        return false;
    }
    *position = renewed(queue, mp__ring_gets(queue, ring), front, free);
    return true;
}

// ---- what is free ----

// From there on, claim by claim of who got, over what is done.
static uint64_t walk_over_free(const mp_queue_t *queue, const mp__ring_t *ring,
                               uint64_t free)
{
    const _Atomic uint64_t *gets = mp__ring_gets(queue, ring);

    for (int i = 0; i < LOOKED_AHEAD && (uint32_t) free < queue->count; i++) {
        uint64_t got =
            atomic_load_explicit(&gets[(uint32_t) free], memory_order_acquire);
        if (mp__claim_token(got) != 0 ||
            !mp__is_of_lap(got, mp__lap_of(free) - 1)) {
            break;
        }
        free = mp__position_skip(queue, free, mp__claim_run(got));
    }
    return free;
}

// Who gets tells how far all is read, so that who puts need not look at each
// claim, and take its line away.
static uint64_t told_free(const mp__ring_t *ring)
{
    return atomic_load_explicit(&ring->read, memory_order_acquire) +
           MP__ONE_LAP;
}

// Where that was left behind, by one who was done before another in front of
// him, or died before he told, it is put right by who has walked. It may be put
// back again by one who was just telling.
static void tell_free(mp__ring_t *ring, uint64_t told, uint64_t free)
{
    uint64_t seen = told - MP__ONE_LAP;

    (void) atomic_compare_exchange_strong_explicit(
        &ring->read, &seen, free - MP__ONE_LAP, memory_order_release,
        memory_order_relaxed);
}

// The first position that is not free: what was put a lap before it is not got.
// What is found is noted before anybody claims by it: so no claim to put is
// ever behind that note, and a walk from it never meets the next lap's claims.
// It is noted by an exchange, which fails if the memory is another's by now.
uint64_t mp__ring_free(const mp_queue_t *queue, uint64_t which)
{
    mp__ring_t *ring = mp__ring_at(which);

    for (;;) {
        uint64_t seen = atomic_load_explicit(&ring->free, memory_order_acquire);
        uint64_t told = told_free(ring);
        bool is_told = queue->bounded && mp__is_within_lap(told, seen);
        uint64_t free = is_told ? told : walk_over_free(queue, ring, seen);
        if (!mp__ring_is(ring, which) ||
            (free == seen &&
             atomic_load_explicit(&ring->free, memory_order_relaxed) == seen)) {
            return seen;
        }
        if (free != seen && atomic_compare_exchange_strong_explicit(
                                &ring->free, &seen, free, memory_order_acq_rel,
                                memory_order_relaxed)) {
            if (!is_told && queue->bounded) {
                tell_free(ring, told, free);
            }
            return free;
        }
    }
}

bool mp__ring_is_free(const mp_queue_t *queue, uint64_t which,
                      uint64_t position)
{
    return (int64_t) (mp__ring_free(queue, which) - position) > 0;
}

bool mp__ring_is_told_free(uint64_t which, uint64_t position)
{
    return (int64_t) (told_free(mp__ring_at(which)) - position) > 0;
}

static uint64_t places_between(const mp_queue_t *queue, uint64_t from,
                               uint64_t to)
{
    uint32_t laps = mp__lap_of(to) - mp__lap_of(from); // in a circle

    return (uint64_t) laps * queue->count + (uint32_t) to - (uint32_t) from;
}

// ---- putting ----

// Walks from where the claim stands to the first place that nobody has claimed:
// MP__FOUND_CLAIMED.
static mp__found_t walk_to_put(const mp_queue_t *queue, mp__claim_t *claim)
{
    for (uint32_t steps = 0; steps <= queue->count; steps++) {
        uint32_t at = (uint32_t) claim->position;
        if (at >= queue->count) {
            return MP__FOUND_OTHER; // of memory that is another's by now
        }
        claim->word = atomic_load_explicit(&mp__ring_puts(claim->ring)[at],
                                           memory_order_acquire);
        int32_t ahead =
            mp__laps_ahead(claim->word, mp__lap_of(claim->position));
        if (ahead < 0) {
            return MP__FOUND_CLAIMED;
        }
        if (mp__claim_token(claim->word) == 0) {
            return MP__FOUND_END;
        }
        claim->position = end_of(queue, claim->position, claim->word, ahead);
    }
    return MP__FOUND_OTHER;
}

// In a plain lap the words of a claim's other places say where it ends, too.
static void refresh(const mp_queue_t *queue, const mp__claim_t *claim,
                    _Atomic uint64_t *words, uint32_t token)
{
    uint64_t position = claim->position;
    uint64_t end = mp__position_skip(queue, position, claim->run);

    if (!mp__is_plain(mp__lap_of(position)) && !mp__is_plain(mp__lap_of(end))) {
        return;
    }
    for (uint32_t run = claim->run - 1; run > 0; run--) {
        position = mp__position_after(queue, position);
        if (mp__is_plain(mp__lap_of(position))) {
            atomic_store_explicit(
                &words[(uint32_t) position],
                mp__claim_word(token, run, mp__lap_of(position)),
                memory_order_release);
        }
    }
}

// Up to `run` of the places before `free`, of which the first one is.
// MP__FOUND_NONE: another was faster.
static mp__found_t claim_free(const mp_queue_t *queue, uint32_t token,
                              uint32_t run, uint64_t free, mp__claim_t *claim)
{
    uint64_t most = places_between(queue, claim->position, free);

    claim->run = run < most ? run : (uint32_t) most;
    uint64_t mine =
        mp__claim_word(token, claim->run, mp__lap_of(claim->position));
    if (!mp__ring_is(claim->ring, claim->which)) {
        return MP__FOUND_OTHER;
    }
    if (!atomic_compare_exchange_strong_explicit(
            &mp__ring_puts(claim->ring)[(uint32_t) claim->position],
            &claim->word, mine, memory_order_acquire, memory_order_relaxed)) {
        return MP__FOUND_NONE;
    }
    claim->word = mine;
    claim->place = mp__ring_place(queue, claim->ring, claim->position);
    uint64_t next = mp__position_skip(queue, claim->position, claim->run);
    move_on(&claim->ring->tail, next);
    refresh(queue, claim, mp__ring_puts(claim->ring), token);
    return MP__FOUND_CLAIMED;
}

// Where the free places end, of which up to `run` are wanted from there on:
// what was noted of them may be less than there are.
static uint64_t end_of_free(const mp_queue_t *queue, const mp__claim_t *claim,
                            uint32_t run)
{
    uint64_t free =
        atomic_load_explicit(&claim->ring->free, memory_order_acquire);
    uint64_t seen = 0;

    while ((int64_t) (free - claim->position) <= 0 ||
           places_between(queue, claim->position, free) < run) {
        seen = free;
        free = mp__ring_free(queue, claim->which);
        if (free == seen) {
            break;
        }
    }
    return free;
}

mp__found_t mp__ring_claim_free(const mp_queue_t *queue, uint32_t token,
                                uint32_t run, mp__claim_t *claim)
{
    claim->which = mp__queue_last(queue);
    claim->ring = mp__ring_at(claim->which);
    claim->position = tail_of(queue, claim->ring);
    for (;;) {
        mp__found_t found = walk_to_put(queue, claim);
        if (found != MP__FOUND_CLAIMED) {
            return found;
        }
        uint64_t free = end_of_free(queue, claim, run);
        if ((int64_t) (free - claim->position) <= 0) {
            return MP__FOUND_NONE;
        }
        if (!mp__is_within_lap(free, claim->position)) {
            return MP__FOUND_OTHER; // the claim's word may be of a lap to come
        }
        found = claim_free(queue, token, run, free, claim);
        if (found != MP__FOUND_NONE) {
            return found;
        }
    }
}

// ---- getting ----

// Makes the rest of a row, behind those that are about to be claimed, one of
// its own. Another may do so at once, or have claimed it all: then nobody looks
// at that place in this lap. Whoever was stopped finds the claim's word
// changed, or else that of the place.
static void cut_row(const mp_queue_t *queue, const mp__claim_t *claim,
                    uint64_t position, uint64_t word, uint32_t count)
{
    mp__place_t *place = mp__ring_place(queue, claim->ring, position + count);
    const _Atomic uint64_t *got =
        &mp__ring_gets(queue, claim->ring)[(uint32_t) claim->position];
    uint32_t lap = mp__lap_of(position);
    uint64_t rest =
        mp__row_word(mp__there_count(word) - count, mp__there_size(word), lap);
    uint64_t seen = 0;

    do {
        seen = atomic_load_explicit(&place->there, memory_order_acquire);
        if (mp__laps_ahead(seen, lap) >= 0 ||
            atomic_load_explicit(got, memory_order_relaxed) != claim->word) {
            return;
        }
    } while (!atomic_compare_exchange_strong_explicit(
        &place->there, &seen, rest, memory_order_release,
        memory_order_relaxed));
}

// How many of a row, or whether the single message, fit into the room.
static uint32_t fitting(uint64_t word, uint32_t most, uint64_t room)
{
    uint64_t size = mp__there_size(word);
    uint32_t count = mp__there_count(word);

    if (count > most) {
        count = most;
    }
    return count * size <= room ? count : (uint32_t) (room / size);
}

// How many messages from there on fit into the room.
static uint32_t full_run(const mp_queue_t *queue, mp__claim_t *claim,
                         uint32_t most, uint64_t room, uint64_t word)
{
    uint64_t position = claim->position;
    mp__place_t *place = claim->place;
    uint32_t run = 0;

    claim->is_long = false;
    do {
        uint32_t count = fitting(word, most - run, room);
        if (count > 0 && count < mp__there_count(word)) {
            cut_row(queue, claim, position, word, count);
        }
        claim->is_long |= count > 0 && mp__there_is(word, MP__LONG);
        room -= count * mp__there_size(word);
        run += count;
        if (run == most || count < mp__there_count(word)) {
            break;
        }
        place = mp__place_skip(queue, claim->ring, place, &position, count);
        word = atomic_load_explicit(&place->there, memory_order_acquire);
    } while (mp__is_of_lap(word, mp__lap_of(position)) &&
             !mp__there_is(word, MP__VOID));
    return run;
}

// Who sees it sees where a row was cut for it.
static bool claim_run(uint32_t token, uint32_t run, mp__claim_t *claim,
                      _Atomic uint64_t *gets)
{
    uint64_t mine = mp__claim_word(token, run, mp__lap_of(claim->position));

    if (!mp__ring_is(claim->ring, claim->which) ||
        !atomic_compare_exchange_strong_explicit(
            &gets[(uint32_t) claim->position], &claim->word, mine,
            memory_order_acq_rel, memory_order_relaxed)) {
        return false;
    }
    claim->word = mine;
    claim->run = run;
    return true;
}

// What was lost with who put it is passed over by whoever comes to it.
static bool pass_over_one(mp_queue_t *queue, uint32_t token, mp__claim_t *claim)
{
    bool mine = claim_run(token, 1, claim, mp__ring_gets(queue, claim->ring));

    if (mine) {
        mp__claim_free(queue, claim);
    }
    return mine;
}

// The message is that of this lap as long as nobody has claimed it.
static mp__found_t claim_full(const mp_queue_t *queue, uint32_t token,
                              uint32_t run, size_t *room, mp__claim_t *claim,
                              uint64_t word)
{
    _Atomic uint64_t *gets = mp__ring_gets(queue, claim->ring);
    uint64_t size = mp__there_size(word);

    if (size > *room) {
        if (atomic_load(&gets[(uint32_t) claim->position]) != claim->word ||
            !mp__ring_is(claim->ring, claim->which)) {
            return MP__FOUND_OTHER;
        }
        *room = (size_t) size;
        return MP__FOUND_TOO_LONG;
    }
    if (run == 0) {
        return MP__FOUND_CLAIMED;
    }
    run = full_run(queue, claim, run, *room, word);
    if (!claim_run(token, run, claim, gets)) {
        return MP__FOUND_OTHER;
    }
    move_on(&claim->ring->front,
            mp__position_skip(queue, claim->position, run));
    return MP__FOUND_CLAIMED;
}

// Walks from where the claim stands to the first place that nobody has claimed,
// whether something is there or not.
static mp__found_t walk_to_get(const mp_queue_t *queue, mp__claim_t *claim)
{
    const _Atomic uint64_t *gets = mp__ring_gets(queue, claim->ring);

    for (uint32_t steps = 0; steps <= queue->count; steps++) {
        uint32_t at = (uint32_t) claim->position;
        if (at >= queue->count) {
            return MP__FOUND_OTHER;
        }
        claim->word = atomic_load_explicit(&gets[at], memory_order_acquire);
        int32_t ahead =
            mp__laps_ahead(claim->word, mp__lap_of(claim->position));
        if (ahead < 0) {
            claim->place = mp__ring_place(queue, claim->ring, at);
            return MP__FOUND_CLAIMED;
        }
        claim->position = end_of(queue, claim->position, claim->word, ahead);
    }
    return MP__FOUND_OTHER;
}

mp__found_t mp__ring_claim_full(mp_queue_t *queue, uint32_t token, uint32_t run,
                                size_t *room, mp__claim_t *claim)
{
    bool renewed_once = false;

    claim->position =
        atomic_load_explicit(&claim->ring->front, memory_order_relaxed);
    for (;;) {
        mp__found_t found = walk_to_get(queue, claim);
        if (found != MP__FOUND_CLAIMED) {
            return found;
        }
        uint64_t word =
            atomic_load_explicit(&claim->place->there, memory_order_acquire);
        if (!mp__is_of_lap(word, mp__lap_of(claim->position))) {
            if (!renewed_once &&
                is_front_old(queue, claim->ring, &claim->position)) {
                renewed_once = true;
                continue;
            }
            return MP__FOUND_NONE;
        }
        if (!mp__there_is(word, MP__VOID)) {
            return claim_full(queue, token, run, room, claim, word);
        }
        if (token == 0) { // who only looks
            claim->position = mp__position_after(queue, claim->position);
        } else if (!pass_over_one(queue, token, claim)) {
            return MP__FOUND_OTHER;
        }
    }
}

// Not before all is read: a word without a token says that its message is.
void mp__claim_refresh(const mp_queue_t *queue, const mp__claim_t *claim)
{
    refresh(queue, claim, mp__ring_gets(queue, claim->ring), 0);
}

// ---- looking ----

uint64_t mp__ring_front(const mp_queue_t *queue, const mp__ring_t *ring)
{
    mp__claim_t claim = {.ring = (mp__ring_t *) (uintptr_t) ring,
                         .position = atomic_load(&ring->front)};

    (void) is_front_old(queue, ring, &claim.position);
    (void) walk_to_get(queue, &claim);
    return claim.position;
}

mp__found_t mp__ring_tail(const mp_queue_t *queue, mp__claim_t *claim)
{
    claim->position = tail_of(queue, claim->ring);
    return walk_to_put(queue, claim);
}

// Nothing is there, and nothing will be.
bool mp__ring_ends_at(const mp__claim_t *claim)
{
    uint64_t word =
        atomic_load(&mp__ring_puts(claim->ring)[(uint32_t) claim->position]);

    return mp__claim_token(word) == 0 &&
           mp__is_of_lap(word, mp__lap_of(claim->position));
}
