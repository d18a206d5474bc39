// SPDX-License-Identifier: Apache-2.0
#include "core/member.h"

#include "core/cells.h"
#include "core/recover.h"
#include "platform/fail.h"
#include "platform/platform.h"

// The key of a slot: its state, its generation, and the pid of who took it.
enum {
    FREE = MP__SLOT_FREE,
    RESERVED = MP__SLOT_RESERVED,
    LIVE = MP__SLOT_LIVE,
    DEAD = MP__SLOT_DEAD
};
#define STATE_SHIFT 56
#define GENERATION_SHIFT 32
#define GENERATION_MASK UINT32_C(0x7ffff)
#define INDEX_BITS 12
#define INDEX_MASK UINT32_C(0xfff)
// A fork that takes longer has failed, and a child is up by then whose parent
// died in the middle of it.
#define RESERVED_MOST_MS UINT64_C(10000)
#define ORPHAN_MOST_MS UINT64_C(1000)
#define GENERATION_BITS 19
#define NS_PER_MS 1000000

_Static_assert(MP__SLOTS == 1 << INDEX_BITS, "an index has its bits");

static unsigned threads; // of that method; guarded by the state lock

static uint64_t make_key(unsigned state, uint32_t generation, int64_t pid)
{
    return (uint64_t) state << STATE_SHIFT |
           (uint64_t) generation << GENERATION_SHIFT |
           (uint64_t) (uint32_t) pid;
}

static unsigned state_of(uint64_t key)
{
    return (unsigned) (key >> STATE_SHIFT);
}

mp__slot_state_t mp__slot_state(uint32_t index)
{
    return (mp__slot_state_t) state_of(atomic_load(&mp__slots()[index].key));
}

static uint32_t generation_of(uint64_t key)
{
    return (uint32_t) (key >> GENERATION_SHIFT) & GENERATION_MASK;
}

static int64_t pid_of(uint64_t key)
{
    return (int64_t) (uint32_t) key;
}

static uint32_t make_token(uint32_t index, uint32_t generation)
{
    return generation << INDEX_BITS | index;
}

static uint32_t index_of(uint32_t token)
{
    return token & INDEX_MASK;
}

static mp__slot_t *slot_of(uint32_t token)
{
    return &mp__slots()[index_of(token)];
}

static bool is_current(uint64_t key, uint32_t token)
{
    return state_of(key) != FREE && generation_of(key) == token >> INDEX_BITS;
}

// ---- taking a slot ----

static uint32_t next_generation(uint64_t key)
{
    uint32_t generation = (generation_of(key) + 1) & GENERATION_MASK;
    return generation == 0 ? 1 : generation;
}

static uint32_t try_take(uint32_t index, unsigned state, int64_t pid)
{
    mp__slot_t *slot = &mp__slots()[index];
    uint64_t key = atomic_load(&slot->key);

    if (state_of(key) != FREE) {
        return 0;
    }
    uint32_t generation = next_generation(key);
    uint64_t taken = make_key(state, generation, pid);
    if (!atomic_compare_exchange_strong(&slot->key, &key, taken)) {
        return 0;
    }
    return make_token(index, generation);
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

// What a slot that is free must not tell of who had it.
static void clear_slot(mp__slot_t *slot)
{
    atomic_store(&slot->since, 0);
    atomic_store(&slot->process, 0);
    atomic_store(&slot->forked_at, 0);
    atomic_store(&slot->freeing, 0);
    atomic_store(&slot->reserved, 0);
}

// ---- this process ----

static void begin_life(uint32_t token)
{
    mp__slot_t *slot = slot_of(token);
    mp_plat_life_t life = {0, 0};

    mp_plat_life_begin(&life, &mp__memory, (int) index_of(token));
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
    uint32_t token = take_slot(LIVE, mp_plat_pid());
    bool full = token == 0;

    if (full) {
        token = take_slot_of(MP__SLOTS, LIVE, mp_plat_pid());
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

static uint64_t now_ms(void)
{
    return (uint64_t) (mp_plat_now() / NS_PER_MS);
}

static uint32_t reserve(void)
{
    uint32_t token = take_slot(RESERVED, mp_plat_pid());

    if (token == 0) { // those of the dead may have been left
        mp__members_recover(0);
        token = take_slot(RESERVED, mp_plat_pid());
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
        mp__slot_t *slot = slot_of(token);
        atomic_store(&slot->reserved,
                     now_ms() << GENERATION_BITS | token >> INDEX_BITS);
        uint32_t clock = atomic_fetch_add(&mp__arena()->fork_clock, 1) + 1;
        atomic_store(&slot->forked_at, clock);
    }
    mp_plat_local()->reserved = token;
}

void mp__member_forked(void)
{
    uint32_t token = mp_plat_local()->reserved;

    threads = 0;
    if (token == 0) {
        return; // it joins when it needs to
    }
    mp__slot_t *slot = slot_of(token);
    uint64_t key = atomic_load(&slot->key);
    uint64_t live = make_key(LIVE, token >> INDEX_BITS, mp_plat_pid());
    while (state_of(key) == RESERVED && is_current(key, token)) {
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
        mp__slot_t *slot = slot_of(token);
        uint64_t key = atomic_load(&slot->key);
        uint64_t told = make_key(RESERVED, token >> INDEX_BITS, pid);
        if (state_of(key) == RESERVED && is_current(key, token) &&
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
        mp__slot_t *slot = slot_of(token);
        uint64_t key = atomic_load(&slot->key);
        if (state_of(key) == RESERVED && is_current(key, token)) {
            clear_slot(slot);
            (void) atomic_compare_exchange_strong(
                &slot->key, &key, make_key(FREE, generation_of(key), 0));
        }
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
    uint32_t token = take_slot(LIVE, mp_plat_pid());

    if (token == 0) {
        (void) mp__fail(MP_ENPROC, 0, "the family has no place for a thread");
        return 0;
    }
    atomic_store(&slot_of(token)->process, mp__process_token());
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
        mp__slot_t *slot = slot_of(local->token);
        uint64_t key = atomic_load(&slot->key);
        clear_slot(slot);
        atomic_store(&slot->key, make_key(FREE, generation_of(key), 0));
    }
    local->token = 0;
    local->token_process = 0;
    count_thread(-1);
}

// ---- the others ----

static bool process_ended(uint32_t index, uint64_t key)
{
    mp__slot_t *slot = &mp__slots()[index];
    uint64_t since = atomic_load(&slot->since);
    mp_plat_life_t life = {pid_of(key), since == 0 ? UINT64_MAX : since};

    return mp_plat_life_ended(&life, &mp__memory, (int) index);
}

// A fork that never came back: it failed, in a call that was not ours, or its
// parent died. Then there may be a child that has not told yet.
static bool is_stale(const mp__slot_t *slot, uint64_t key, bool ended)
{
    uint64_t reserved = atomic_load(&slot->reserved);

    if ((reserved & GENERATION_MASK) != generation_of(key)) {
        return ended; // it did not come to the fork
    }
    return now_ms() - (reserved >> GENERATION_BITS) >
           (ended ? ORPHAN_MOST_MS : RESERVED_MOST_MS);
}

static void bury(mp__slot_t *slot, uint64_t key)
{
    uint64_t dead = make_key(DEAD, generation_of(key), pid_of(key));

    if (atomic_compare_exchange_strong(&slot->key, &key, dead)) {
        (void) atomic_fetch_add(&mp__arena()->dead, 1);
    }
}

static bool look_at(uint32_t index, uint64_t key)
{
    mp__slot_t *slot = &mp__slots()[index];
    uint32_t process = atomic_load(&slot->process);

    if (process != 0) {
        return mp__member_dead(process, true); // a thread of that process
    }
    bool ended = process_ended(index, key);
    if (state_of(key) == RESERVED) {
        ended = is_stale(slot, key, ended);
    }
    if (ended) {
        bury(slot, key);
    }
    return ended;
}

bool mp__member_dead(uint32_t token, bool look)
{
    if (token == 0) {
        return false;
    }
    uint32_t index = index_of(token);
    uint64_t key = index < atomic_load(&mp__arena()->slots_used)
                       ? atomic_load(&mp__slots()[index].key)
                       : 0;
    if (!is_current(key, token) || state_of(key) == DEAD) {
        return true;
    }
    return look && token != mp__process_token() && look_at(index, key);
}

bool mp__member_forked_after(uint32_t clock)
{
    uint32_t used = atomic_load(&mp__arena()->slots_used);

    for (uint32_t i = 0; i < used; i++) {
        const mp__slot_t *slot = &mp__slots()[i];
        uint64_t key = atomic_load(&slot->key);
        uint32_t forked_at = atomic_load(&slot->forked_at);
        if (state_of(key) != FREE && forked_at != 0 &&
            (int32_t) (forked_at - clock) > 0) {
            return true;
        }
    }
    return false;
}

// ---- recovery ----

static void free_threads_of(uint32_t process)
{
    uint32_t used = atomic_load(&mp__arena()->slots_used);

    for (uint32_t i = 0; i < used; i++) {
        mp__slot_t *slot = &mp__slots()[i];
        uint64_t key = atomic_load(&slot->key);
        if (state_of(key) == LIVE && atomic_load(&slot->process) == process) {
            clear_slot(slot);
            (void) atomic_compare_exchange_strong(
                &slot->key, &key, make_key(FREE, generation_of(key), 0));
        }
    }
}

// Under the heap's lock, and again from the start if its holder dies: the slot
// is free only when nothing is left.
static void recover_locked(uint32_t index, uint64_t key)
{
    mp__slot_t *slot = &mp__slots()[index];
    uint32_t token = make_token(index, generation_of(key));

    free_threads_of(token);
    mp_plat_sleep_forget(pid_of(key));
    mp__recover_memory_locked(token, atomic_load(&slot->freeing));
    clear_slot(slot);
    atomic_store(&slot->key, make_key(FREE, generation_of(key), 0));
    (void) atomic_fetch_sub(&mp__arena()->dead, 1);
}

static bool is_pid(uint64_t key, int64_t pid)
{
    return pid == 0 || pid_of(key) == pid;
}

void mp__members_recover(int64_t pid)
{
    if (mp__memory.base == NULL || mp__process_token() == 0) {
        return;
    }
    uint32_t used = atomic_load(&mp__arena()->slots_used);
    bool any = atomic_load(&mp__arena()->dead) != 0;

    for (uint32_t i = 0; i < used; i++) {
        uint64_t key = atomic_load(&mp__slots()[i].key);
        if (state_of(key) != FREE && is_pid(key, pid) &&
            mp__member_dead(make_token(i, generation_of(key)), true)) {
            any = true;
        }
    }
    if (!any) {
        return;
    }
    mp__heap_lock();
    for (uint32_t i = 0; i < used; i++) {
        uint64_t key = atomic_load(&mp__slots()[i].key);
        if (state_of(key) == DEAD) {
            recover_locked(i, key);
        }
    }
    mp__recover_limbo_locked();
    mp__slabs_trim_locked();
    mp__heap_unlock();
}
