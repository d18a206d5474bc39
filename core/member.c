// SPDX-License-Identifier: Apache-2.0
#include "core/member.h"

#include "core/slot.h"
#include "platform/fail.h"
#include "platform/platform.h"

static unsigned threads; // of that method; guarded by the state lock

mp__slot_state_t mp__slot_state(uint32_t index)
{
    return (mp__slot_state_t) mp__key_state(
        atomic_load(&mp__slots()[index].key));
}

// ---- taking a slot ----

static uint32_t next_generation(uint64_t key)
{
    uint32_t generation = (mp__key_generation(key) + 1) & MP__GENERATION_MASK;
    return generation == 0 ? 1 : generation;
}

static uint32_t try_take(uint32_t index, unsigned state, int64_t pid)
{
    mp__slot_t *slot = &mp__slots()[index];
    uint64_t key = atomic_load(&slot->key);

    if (mp__key_state(key) != MP__SLOT_FREE) {
        return 0;
    }
    uint32_t generation = next_generation(key);
    uint64_t taken = mp__key(state, generation, pid);
    if (!atomic_compare_exchange_strong(&slot->key, &key, taken)) {
        return 0;
    }
    return mp__token_of(index, generation);
}

static uint32_t take_among(uint32_t count, unsigned state, int64_t pid)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t token = try_take(i, state, pid);
        if (token != 0) {
            return token;
        }
    }
    return 0;
}

// Makes room for more slots: those that were never used, and then those of the
// dead that nobody has noticed.
static bool more_slots(void)
{
    mp__arena_t *arena = mp__arena();
    uint32_t used = atomic_load(&arena->slots_used);
    uint32_t committed = atomic_load(&arena->slots_committed);

    if (used == committed && committed < MP__SLOTS) {
        size_t first =
            mp__offset_of(mp__slots()) + committed * sizeof(mp__slot_t);
        if (mp_plat_memory_commit(&mp__memory, first, MP__ARENA_STEP) < 0) {
            return false;
        }
        uint32_t more = MP__ARENA_STEP / sizeof(mp__slot_t);
        (void) atomic_compare_exchange_strong(&arena->slots_committed,
                                              &committed, committed + more);
    }
    if (used < atomic_load(&arena->slots_committed)) {
        (void) atomic_compare_exchange_strong(&arena->slots_used, &used,
                                              used + 1);
        return true;
    }
    return false;
}

// The first of `most` that is free.
static uint32_t take_slot_of(uint32_t most, unsigned state, int64_t pid)
{
    mp__arena_t *arena = mp__arena();
    uint32_t token = 0;

    do {
        uint32_t used = atomic_load(&arena->slots_used);
        token = take_among(used < most ? used : most, state, pid);
    } while (token == 0 && more_slots());
    return token;
}

// The last one is kept for who finds the family full of dead members: only a
// member can recover them.
static uint32_t take_slot(unsigned state, int64_t pid)
{
    return take_slot_of(MP__SLOTS - 1, state, pid);
}

// Gives a slot back, if it is that member's still and in this state.
static void free_slot(uint32_t token, mp__slot_state_t state)
{
    mp__slot_t *slot = mp__slot_of(token);
    uint64_t key = atomic_load(&slot->key);

    if (mp__key_state(key) == state && mp__key_is_of(key, token)) {
        mp__slot_clear(slot);
        (void) atomic_compare_exchange_strong(
            &slot->key, &key,
            mp__key(MP__SLOT_FREE, mp__key_generation(key), 0));
    }
}

// ---- this process ----

static void begin_life(uint32_t token)
{
    mp__slot_t *slot = mp__slot_of(token);
    mp_plat_life_t life = {0, 0};

    mp_plat_life_begin(&life, &mp__memory, (int) mp__token_index(token));
    atomic_store(&slot->since, life.since);
}

static void become(uint32_t token)
{
    begin_life(token);
    atomic_store(&MP__OWN->process, token);
    atomic_store(&MP__OWN->token, threads > 0 ? 0 : token);
}

static int join(void)
{
    uint32_t token = take_slot(MP__SLOT_LIVE, mp_plat_pid());
    bool full = token == 0;

    if (full) {
        token = take_slot_of(MP__SLOTS, MP__SLOT_LIVE, mp_plat_pid());
    }
    if (token == 0) {
        return mp__fail(MP_ENPROC, 0,
                        "the family has no place for another process: %d "
                        "share its memory",
                        MP__SLOTS);
    }
    become(token);
    if (full) {
        mp__members_recover(0);
    }
    return 0;
}

int mp__member_ready(void)
{
    int r = 0;

    if (mp__process_token() != 0) {
        return 0;
    }
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    if (mp__process_token() == 0) {
        r = join();
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return r;
}

// ---- forks ----

static uint32_t reserve(void)
{
    uint32_t token = take_slot(MP__SLOT_RESERVED, mp_plat_pid());

    if (token == 0) { // those of the dead may have been left
        mp__members_recover(0);
        token = take_slot(MP__SLOT_RESERVED, mp_plat_pid());
    }
    return token;
}

// The thread remembers it: others may fork before this one learns that its fork
// has failed.
void mp__member_forking(void)
{
    mp_plat_local()->reserved = 0;
    if (mp__memory.base == NULL || mp__process_token() == 0) {
        return;
    }
    uint32_t token = reserve();
    if (token != 0) {
        mp__slot_t *slot = mp__slot_of(token);
        atomic_store(&slot->reserved, mp__slot_clock_ms()
                                              << MP__GENERATION_BITS |
                                          token >> MP__INDEX_BITS);
    }
    mp_plat_local()->reserved = token;
}

void mp__member_fork_now(void)
{
    uint32_t token = mp_plat_local()->reserved;

    if (token != 0) {
        mp__slot_t *slot = mp__slot_of(token);
        uint32_t clock = atomic_fetch_add(&mp__arena()->fork_clock, 1) + 1;
        atomic_store(&slot->parent, mp__process_token());
        atomic_store(&slot->line_from, clock);
        atomic_store(&slot->forked_at, clock); // it counts from here on
    }
}

void mp__member_forked(void)
{
    uint32_t token = mp_plat_local()->reserved;

    threads = 0;
    if (token == 0) {
        return; // it joins when it needs to
    }
    mp__slot_t *slot = mp__slot_of(token);
    uint64_t key = atomic_load(&slot->key);
    uint64_t live =
        mp__key(MP__SLOT_LIVE, token >> MP__INDEX_BITS, mp_plat_pid());
    while (mp__key_state(key) == MP__SLOT_RESERVED &&
           mp__key_is_of(key, token)) {
        if (atomic_compare_exchange_strong(&slot->key, &key, live)) {
            become(token);
            return;
        }
    }
}

// If the child dies before it takes its place, this is how it is known. From
// then on the place needs no time to wait for.
void mp__member_was_forked(int64_t pid)
{
    uint32_t token = mp_plat_local()->reserved;

    mp_plat_local()->reserved = 0;
    if (token != 0) {
        mp__slot_t *slot = mp__slot_of(token);
        uint64_t key = atomic_load(&slot->key);
        uint64_t told =
            mp__key(MP__SLOT_RESERVED, token >> MP__INDEX_BITS, pid);
        if (mp__key_state(key) == MP__SLOT_RESERVED &&
            mp__key_is_of(key, token) &&
            atomic_compare_exchange_strong(&slot->key, &key, told)) {
            atomic_store(&slot->reserved, 0);
        }
    }
}

void mp__member_not_forked(void)
{
    uint32_t token = mp_plat_local()->reserved;

    mp_plat_local()->reserved = 0;
    if (token != 0) {
        free_slot(token, MP__SLOT_RESERVED);
    }
}

// ---- threads of the thread method ----

// While there are any, a thread has to ask which it is.
static void count_thread(int change)
{
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    threads += (unsigned) change;
    if (mp__process_token() != 0) {
        atomic_store(&MP__OWN->token, threads > 0 ? 0 : mp__process_token());
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
}

void mp__member_thread_began(void)
{
    count_thread(1);
}

static uint32_t token_of_thread(mp_plat_local_t *local)
{
    uint32_t token = take_slot(MP__SLOT_LIVE, mp_plat_pid());

    if (token == 0) {
        (void) mp__fail(MP_ENPROC, 0, "the family has no place for a thread");
        return 0;
    }
    atomic_store(&mp__slot_of(token)->process, mp__process_token());
    local->token = token;
    local->token_process = mp__process_token();
    return token;
}

// Such a thread has a token of its own, so that its end is seen. Others are
// their process.
uint32_t mp__token_slow(void)
{
    mp_plat_local_t *local = mp_plat_local();

    if (mp__arena_ready() < 0) {
        return 0;
    }
    uint32_t own = atomic_load_explicit(&MP__OWN->token, memory_order_relaxed);
    if (own != 0 || local->process == NULL) {
        return mp__process_token();
    }
    return local->token_process == mp__process_token() ? local->token
                                                       : token_of_thread(local);
}

void mp__member_thread_ended(void)
{
    mp_plat_local_t *local = mp_plat_local();

    // It owns nothing but the locks that it holds, which its token tells.
    if (local->token != 0 && local->token_process == mp__process_token()) {
        free_slot(local->token, MP__SLOT_LIVE);
    }
    local->token = 0;
    local->token_process = 0;
    count_thread(-1);
}
