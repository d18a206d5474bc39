// SPDX-License-Identifier: Apache-2.0
// The other members of the family: whether they live, and what is done when
// they do not.
#include "core/cells.h"
#include "core/recover.h"
#include "core/slot.h"

// A fork that takes longer has failed, and a child is up by then whose parent
// died in the middle of it.
#define RESERVED_MOST_MS UINT64_C(10000)
#define ORPHAN_MOST_MS UINT64_C(1000)

// ---- life and death ----

static bool process_ended(uint32_t index, uint64_t key)
{
    mp__slot_t *slot = &mp__slots()[index];
    uint64_t since = atomic_load(&slot->since);
    mp_plat_life_t life = {mp__key_pid(key),
                           since == 0 ? MP_PLAT_NOT_TOLD : since};

    return mp_plat_life_ended(&life, &mp__memory, (int) index);
}

// A fork that never came back: it failed, in a call that was not ours, or its
// parent died. Then there may be a child that has not told yet.
static bool is_stale(const mp__slot_t *slot, uint64_t key, bool ended)
{
    uint64_t reserved = atomic_load(&slot->reserved);

    if ((reserved & MP__GENERATION_MASK) != mp__key_generation(key)) {
        return ended; // it did not come to the fork
    }
    return mp__slot_clock_ms() - (reserved >> MP__GENERATION_BITS) >
           (ended ? ORPHAN_MOST_MS : RESERVED_MOST_MS);
}

static void bury(mp__slot_t *slot, uint64_t key)
{
    uint64_t dead =
        mp__key(MP__SLOT_DEAD, mp__key_generation(key), mp__key_pid(key));

    (void) atomic_compare_exchange_strong(&slot->key, &key, dead);
}

static bool look_at(uint32_t index, uint64_t key)
{
    mp__slot_t *slot = &mp__slots()[index];
    uint32_t process = atomic_load(&slot->process);

    if (process != 0) {
        return mp__member_dead(process, true); // a thread of that process
    }
    bool ended = process_ended(index, key);
    if (mp__key_state(key) == MP__SLOT_RESERVED) {
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
    uint32_t index = mp__token_index(token);
    uint64_t key = index < atomic_load(&mp__arena()->slots_used)
                       ? atomic_load(&mp__slots()[index].key)
                       : 0;
    if (!mp__key_is_of(key, token) || mp__key_state(key) == MP__SLOT_DEAD) {
        return true;
    }
    return look && token != mp__process_token() && look_at(index, key);
}

// In a circle, as forks are counted.
static bool is_later(uint32_t clock, uint32_t than)
{
    return (int32_t) (clock - than) > 0;
}

// Ancestors that live are looked at themselves.
static bool is_forked_after(const mp__slot_t *slot, uint32_t clock,
                            uint32_t forks)
{
    uint32_t last = atomic_load(&slot->forked_at);

    return last != 0 && is_later(last, clock) &&
           (forks == MP__ALL_FORKS ||
            !is_later(atomic_load(&slot->line_from), clock + forks));
}

bool mp__member_forked_after(uint32_t clock, uint32_t forks)
{
    uint32_t used = atomic_load(&mp__arena()->slots_used);

    for (uint32_t i = 0; i < used; i++) {
        if (mp__slot_state(i) != MP__SLOT_FREE &&
            is_forked_after(&mp__slots()[i], clock, forks)) {
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
        if (mp__key_state(key) == MP__SLOT_LIVE &&
            atomic_load(&slot->process) == process) {
            mp__slot_clear(slot);
            (void) atomic_compare_exchange_strong(
                &slot->key, &key,
                mp__key(MP__SLOT_FREE, mp__key_generation(key), 0));
        }
    }
}

// What a member has inherited its children have, too: what it would have been
// asked for is asked of them from now on. They pass it on in their turn.
static void pass_on_forks(const mp__slot_t *dead, uint32_t token)
{
    uint32_t used = atomic_load(&mp__arena()->slots_used);

    for (uint32_t i = 0; i < used; i++) {
        mp__slot_t *slot = &mp__slots()[i];
        if (atomic_load(&slot->parent) != token) {
            continue;
        }
        if (atomic_load(&dead->forked_at) != 0) {
            atomic_store(&slot->line_from, atomic_load(&dead->line_from));
        }
        atomic_store(&slot->parent, atomic_load(&dead->parent));
    }
}

// Under the heap's lock, and again from the start if its holder dies: the slot
// is free only when nothing is left.
static void recover_locked(uint32_t index, uint64_t key)
{
    mp__slot_t *slot = &mp__slots()[index];
    uint32_t token = mp__token_of(index, mp__key_generation(key));

    free_threads_of(token);
    pass_on_forks(slot, token);
    mp_plat_sleep_forget(mp__key_pid(key));
    mp__recover_memory_locked(token, atomic_load(&slot->freeing));
    mp__slot_clear(slot);
    atomic_store(&slot->key,
                 mp__key(MP__SLOT_FREE, mp__key_generation(key), 0));
}

static void recover_dead_locked(void)
{
    uint32_t used = atomic_load(&mp__arena()->slots_used);

    for (uint32_t i = 0; i < used; i++) {
        uint64_t key = atomic_load(&mp__slots()[i].key);
        if (mp__key_state(key) == MP__SLOT_DEAD) {
            recover_locked(i, key);
        }
    }
}

// Whether the member is dead: known to be, perhaps to one that was killed
// before it did more, or found to be by a look at those of this number.
static bool is_left(uint32_t index, int64_t pid)
{
    uint64_t key = atomic_load(&mp__slots()[index].key);

    if (mp__key_state(key) == MP__SLOT_FREE) {
        return false;
    }
    return mp__member_dead(mp__token_of(index, mp__key_generation(key)),
                           pid == 0 || mp__key_pid(key) == pid);
}

void mp__members_recover(int64_t pid)
{
    if (mp__memory.base == NULL || mp__process_token() == 0) {
        return;
    }
    uint32_t used = atomic_load(&mp__arena()->slots_used);
    bool any = pid == 0; // others may have found the dead

    for (uint32_t i = 0; i < used; i++) {
        any |= is_left(i, pid);
    }
    if (!any) {
        return;
    }
    mp__heap_lock();
    recover_dead_locked();
    mp__recover_limbo_locked();
    mp__slabs_trim_locked();
    mp__heap_unlock();
}
