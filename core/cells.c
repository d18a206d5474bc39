// SPDX-License-Identifier: Apache-2.0
#include "core/cells.h"

#include <string.h>

#include "core/pages.h"

#define SLAB_UNITS 4
#define SLAB_SIZE (SLAB_UNITS * MP__UNIT)
#define SLAB_HEAD 128
#define LEAST_BITS 6
#define LEAST_CELL (1 << LEAST_BITS)
#define SLABS_TRIED 8 // before a new one is made

_Static_assert(sizeof(mp__slab_t) <= SLAB_HEAD, "a slab's head has room");

// ---- the lock ----

void mp__busy_lock(void)
{
    if (*mp_plat_single_threaded != 0) {
        atomic_store_explicit(&MP__OWN->busy, 1, memory_order_relaxed);
        return;
    }
    while (atomic_exchange_explicit(&MP__OWN->busy, 1, memory_order_acquire) !=
           0) {
        mp_plat_yield();
    }
}

void mp__busy_unlock(void)
{
    atomic_store_explicit(&MP__OWN->busy, 0, memory_order_release);
}

// ---- cells ----

static size_t cell_size(uint32_t class)
{
    return (size_t) LEAST_CELL << class;
}

static uint32_t class_of(size_t size)
{
    return size <= LEAST_CELL ? 0
                              : 32U - (uint32_t) __builtin_clz(
                                          (uint32_t) (size - 1) >> LEAST_BITS);
}

static mp__object_t *address_of(mp__slab_t *slab, uint32_t index)
{
    return (mp__object_t *) (void *) ((unsigned char *) slab + slab->first +
                                      index * cell_size(slab->class));
}

mp__object_t *mp__cell_at(mp__slab_t *slab, uint32_t index)
{
    uint64_t used = atomic_load(&slab->used[index / 64]);

    return (used >> index % 64 & 1) != 0 ? address_of(slab, index) : NULL;
}

bool mp__cell_is(mp__slab_t *slab, const mp__object_t *cell)
{
    uint64_t at = mp__offset_of(cell);
    uint64_t first = mp__offset_of(slab) + slab->first;

    if (at < first || (at - first) % cell_size(slab->class) != 0) {
        return false;
    }
    uint64_t index = (at - first) / cell_size(slab->class);
    return index < slab->cells && mp__cell_at(slab, (uint32_t) index) == cell;
}

// All but the generation, which others may read at any time.
static void prepare_cell(mp__object_t *cell, uint32_t home, size_t size)
{
    const size_t kept = offsetof(mp__object_t, home);

    atomic_store_explicit(&cell->state,
                          mp__state(MP__TYPE_RESERVED, mp__process_token()),
                          memory_order_release);
    if (size == LEAST_CELL) { // the commonest, without a call
        memset((unsigned char *) cell + kept, 0, LEAST_CELL - kept);
    } else {
        memset((unsigned char *) cell + kept, 0, size - kept);
    }
    cell->home = home;
    cell->birth =
        atomic_load_explicit(&mp__arena()->fork_clock, memory_order_relaxed);
    atomic_store_explicit(&cell->holds, 1, memory_order_release);
}

// What lies in a cell that was never used is of another span, which is gone.
static void begin_generations(mp__slab_t *slab, uint32_t index)
{
    atomic_store_explicit(&address_of(slab, index)->generation,
                          slab->generation, memory_order_relaxed);
    atomic_store_explicit(&slab->begun, index + 1, memory_order_release);
}

// The cell is prepared before it counts as used: until then it is free. The
// first free one is taken, so those that were never used are the last ones.
static mp__object_t *take_from(uint32_t unit)
{
    mp__slab_t *slab = mp__unit_address(unit);

    for (uint32_t word = 0; word * 64 < slab->cells; word++) {
        uint64_t used =
            atomic_load_explicit(&slab->used[word], memory_order_acquire);
        if (used == UINT64_MAX) {
            continue;
        }
        uint32_t bit = (uint32_t) __builtin_ctzll(~used);
        if (word * 64 + bit >= slab->cells) {
            break;
        }
        if (word * 64 + bit >=
            atomic_load_explicit(&slab->begun, memory_order_relaxed)) {
            begin_generations(slab, word * 64 + bit);
        }
        mp__object_t *cell = address_of(slab, word * 64 + bit);
        prepare_cell(cell, unit, cell_size(slab->class));
        (void) atomic_fetch_or_explicit(&slab->used[word], UINT64_C(1) << bit,
                                        memory_order_release);
        return cell;
    }
    return NULL;
}

static bool is_empty(const mp__slab_t *slab)
{
    for (uint32_t word = 0; word * 64 < slab->cells; word++) {
        if (atomic_load(&slab->used[word]) != 0) {
            return false;
        }
    }
    return true;
}

// ---- the ring of slabs of one class ----

static void enter_ring(uint32_t unit)
{
    mp__slab_t *slab = mp__unit_address(unit);
    mp_word_t *current = &MP__OWN->slabs[slab->class];
    uint32_t at = atomic_load(current);

    if (at == 0) {
        slab->next = unit + 1;
    } else {
        mp__slab_t *before = mp__unit_address(at - 1);
        slab->next = before->next;
        before->next = unit + 1;
    }
    atomic_store(current, unit + 1);
}

// The slab behind the current one, if it is empty: out of the ring, to be given
// back. 0: none.
static uint32_t take_empty(uint32_t class)
{
    uint32_t at = atomic_load(&MP__OWN->slabs[class]);
    mp__slab_t *slab = at == 0 ? NULL : mp__unit_address(at - 1);

    if (slab == NULL || slab->next == at) {
        return 0;
    }
    uint32_t next = slab->next;
    mp__slab_t *candidate = mp__unit_address(next - 1);
    if (!is_empty(candidate)) {
        return 0;
    }
    slab->next = candidate->next;
    return next;
}

static mp__object_t *take_from_ring(uint32_t class, uint32_t *unused)
{
    mp_word_t *current = &MP__OWN->slabs[class];
    mp__object_t *cell = NULL;

    for (int i = 0; cell == NULL && i < SLABS_TRIED; i++) {
        uint32_t at = atomic_load_explicit(current, memory_order_relaxed);
        if (at == 0) {
            return NULL;
        }
        cell = take_from(at - 1);
        if (cell == NULL) {
            *unused = *unused == 0 ? take_empty(class) : *unused;
            mp__slab_t *slab = mp__unit_address(at - 1);
            atomic_store(current, slab->next);
        }
    }
    return cell;
}

// ---- new slabs ----

static void clear_head(void *memory)
{
    mp__slab_t *slab = memory;

    memset(memory, 0, SLAB_HEAD);
    slab->generation = atomic_load(&mp__arena()->generation);
}

static int new_slab(uint32_t class)
{
    uint32_t unit = 0;

    int r = mp__span_take(SLAB_UNITS, MP__SPAN_SLAB, clear_head, &unit);
    if (r < 0) {
        return r;
    }
    mp__slab_t *slab = mp__unit_address(unit);
    size_t size = cell_size(class);
    slab->class = class;
    slab->first = (uint32_t) (size > SLAB_HEAD ? size : SLAB_HEAD);
    slab->cells = (uint32_t) ((SLAB_SIZE - slab->first) / size);
    mp__slab_adopt(unit);
    return 0;
}

void mp__slab_adopt(uint32_t unit)
{
    mp__busy_lock();
    enter_ring(unit);
    mp__busy_unlock();
}

void mp__slab_free_locked(uint32_t unit)
{
    mp__slab_t *slab = mp__unit_address(unit);
    uint32_t begun = atomic_load(&slab->begun);

    for (uint32_t i = 0; i < begun; i++) {
        mp__retire_locked(atomic_load(&address_of(slab, i)->generation));
    }
    mp__span_free_locked(unit);
}

static void give_back(uint32_t slab)
{
    if (slab != 0) {
        mp__heap_lock();
        mp__slab_free_locked(slab - 1);
        mp__heap_unlock();
    }
}

// Takes an empty slab out of the ring; not the last one. False: there is none.
static bool take_any_empty(uint32_t class, uint32_t *slab)
{
    mp_word_t *current = &MP__OWN->slabs[class];
    uint32_t first = atomic_load(current);

    for (uint32_t at = first; first != 0;) {
        *slab = take_empty(class);
        if (*slab != 0) {
            return true;
        }
        at = ((mp__slab_t *) mp__unit_address(at - 1))->next;
        if (at == first) {
            break;
        }
        atomic_store(current, at);
    }
    return false;
}

// Slabs of the dead were taken over, and emptied since.
void mp__slabs_trim_locked(void)
{
    uint32_t slab = 0;

    mp__busy_lock();
    for (uint32_t class = 0; class < MP__CELL_CLASSES; class ++) {
        while (take_any_empty(class, &slab)) {
            mp__slab_free_locked(slab - 1);
        }
    }
    mp__busy_unlock();
}

int mp__cell_take(size_t size, mp__object_t **cell)
{
    uint32_t class = class_of(size);
    uint32_t unused = 0;
    int r = 0;

    do {
        mp__busy_lock();
        *cell = take_from_ring(class, &unused);
        mp__busy_unlock();
        if (*cell == NULL) {
            r = new_slab(class);
        }
    } while (*cell == NULL && r == 0);
    give_back(unused);
    return r;
}

// ---- giving cells back ----

static void clear_bit(mp__object_t *cell)
{
    mp__slab_t *slab = mp__unit_address(cell->home);
    size_t offset = (size_t) ((unsigned char *) cell - (unsigned char *) slab);
    uint32_t index =
        (uint32_t) ((offset - slab->first) >> (LEAST_BITS + slab->class));

    (void) atomic_fetch_and_explicit(&slab->used[index / 64],
                                     ~(UINT64_C(1) << index % 64),
                                     memory_order_release);
}

static mp__slot_t *own_slot(void)
{
    return &mp__slots()[mp__process_token() % MP__SLOTS];
}

static void note_freeing(const mp__object_t *cell)
{
    atomic_store_explicit(&own_slot()->freeing, mp__offset_of(cell),
                          memory_order_release);
}

static void forget_freeing(void)
{
    atomic_store_explicit(&own_slot()->freeing, 0, memory_order_release);
}

static void finish_busy(mp__object_t *cell)
{
    uint32_t generation =
        atomic_load_explicit(&cell->generation, memory_order_relaxed);

    atomic_store_explicit(&cell->generation, generation + 1,
                          memory_order_release);
    clear_bit(cell);
    forget_freeing();
}

// Noted first, so that it is finished if this process dies in it; until it says
// that it is being freed, it is as if nothing had happened. Of a process only
// one thread at a time is here.
void mp__cell_free(mp__object_t *cell)
{
    mp__busy_lock();
    note_freeing(cell);
    atomic_store_explicit(&cell->state,
                          mp__state(MP__TYPE_FREEING, mp__process_token()),
                          memory_order_release);
    finish_busy(cell);
    mp__busy_unlock();
}

bool mp__cell_try_free_busy(mp__object_t *cell, uint64_t state)
{
    note_freeing(cell);
    if (!atomic_compare_exchange_strong_explicit(
            &cell->state, &state,
            mp__state(MP__TYPE_FREEING, mp__process_token()),
            memory_order_acq_rel, memory_order_relaxed)) {
        forget_freeing();
        return false;
    }
    finish_busy(cell);
    return true;
}

void mp__cell_finish(mp__object_t *cell)
{
    (void) atomic_fetch_add(&cell->generation, 1);
    clear_bit(cell);
}
