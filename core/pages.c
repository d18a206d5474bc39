// SPDX-License-Identifier: Apache-2.0
#include "core/pages.h"

#include "core/member.h"
#include "core/object.h"
#include "core/recover.h"
#include "core/word.h"
#include "platform/fail.h"
#include "platform/platform.h"

// An entry of the map: what it is, how many units, whose.
#define KIND_SHIFT 61
#define UNITS_SHIFT 32
#define UNITS_MASK UINT32_C(0x1fffffff)
#define TAIL 7 // the last unit of a free span, with the number of its units

// The links of the free spans in a bin: unit plus one, 0 at the end.
typedef struct entry {
    _Atomic uint64_t word;
    uint32_t next;
    uint32_t previous;
} entry_t;

_Static_assert(sizeof(entry_t) == MP__UNIT_ENTRY_SIZE, "as the layout says");

static entry_t *map(void)
{
    return mp__at(mp__arena()->map_offset);
}

static uint32_t end_unit(void)
{
    return (uint32_t) atomic_load(&mp__arena()->units);
}

static void set_entry(uint32_t unit, unsigned kind, uint32_t units,
                      uint32_t owner)
{
    atomic_store_explicit(&map()[unit].word,
                          (uint64_t) kind << KIND_SHIFT |
                              (uint64_t) units << UNITS_SHIFT | owner,
                          memory_order_release);
}

static unsigned kind_of(uint64_t word)
{
    return (unsigned) (word >> KIND_SHIFT);
}

static uint32_t units_of(uint64_t word)
{
    return (uint32_t) (word >> UNITS_SHIFT) & UNITS_MASK;
}

mp__span_t mp__span_of(uint32_t unit)
{
    uint64_t word = atomic_load(&map()[unit].word);

    return (mp__span_t){(mp__span_kind_t) kind_of(word), unit, units_of(word),
                        (uint32_t) word};
}

bool mp__span_at_locked(uint32_t unit, mp__span_t *span)
{
    if (unit >= end_unit()) {
        return false;
    }
    *span = mp__span_of(unit);
    if (kind_of(atomic_load(&map()[unit].word)) == TAIL) {
        // What a walk was about to come to has been joined to a free span.
        *span = (mp__span_t){MP__SPAN_FREE, unit, 1, 0};
    }
    return span->units > 0 && span->units <= end_unit() - unit;
}

// ---- the bins: free spans by their size, four to each power of two ----

static uint32_t bin_of(uint32_t units)
{
    if (units < 8) {
        return units - 1;
    }
    uint32_t power = 31U - (uint32_t) __builtin_clz(units);
    return 7 + (power - 3) * 4 + (units >> (power - 2) & 3);
}

static void bin_add(uint32_t unit, uint32_t units)
{
    mp__arena_t *arena = mp__arena();
    uint32_t bin = bin_of(units);
    entry_t *entry = &map()[unit];

    entry->next = arena->bins[bin];
    entry->previous = 0;
    if (entry->next != 0) {
        map()[entry->next - 1].previous = unit + 1;
    }
    arena->bins[bin] = unit + 1;
    arena->bins_used[bin / 64] |= UINT64_C(1) << bin % 64;
}

static void bin_remove(uint32_t unit, uint32_t units)
{
    mp__arena_t *arena = mp__arena();
    uint32_t bin = bin_of(units);
    const entry_t *entry = &map()[unit];

    if (entry->next != 0) {
        map()[entry->next - 1].previous = entry->previous;
    }
    if (entry->previous != 0) {
        map()[entry->previous - 1].next = entry->next;
        return;
    }
    arena->bins[bin] = entry->next;
    if (entry->next == 0) {
        arena->bins_used[bin / 64] &= ~(UINT64_C(1) << bin % 64);
    }
}

// The first bin from `bin` on that has a span; MP__BINS if none has.
static uint32_t bin_from(uint32_t bin)
{
    const mp__arena_t *arena = mp__arena();

    for (uint32_t word = bin / 64; word < 2; word++) {
        uint64_t bits = arena->bins_used[word];
        if (word == bin / 64) {
            bits &= UINT64_MAX << bin % 64;
        }
        if (bits != 0) {
            return word * 64 + (uint32_t) __builtin_ctzll(bits);
        }
    }
    return MP__BINS;
}

// A free span with room for `units`; false if there is none. Those of the first
// bin may be too small, of the others any will do.
static bool find_free(uint32_t units, uint32_t *unit)
{
    const mp__arena_t *arena = mp__arena();
    uint32_t bin = bin_of(units);

    for (uint32_t at = arena->bins[bin]; at != 0; at = map()[at - 1].next) {
        if (units_of(atomic_load(&map()[at - 1].word)) >= units) {
            *unit = at - 1;
            return true;
        }
    }
    bin = bin_from(bin + 1);
    if (bin == MP__BINS) {
        return false;
    }
    *unit = arena->bins[bin] - 1;
    return true;
}

// ---- free spans ----

static void set_tail(uint32_t unit, uint32_t units)
{
    if (units > 1) {
        set_entry(unit + units - 1, TAIL, units, 0);
    }
}

// Tails of spans that are not free any more would be believed.
static void clear_tail(uint32_t unit, uint32_t units)
{
    if (units > 1) {
        set_entry(unit + units - 1, MP__SPAN_NONE, 0, 0);
    }
}

// The free span that ends before `unit`.
static bool free_before(uint32_t unit, uint32_t *first)
{
    if (unit == 0) {
        return false;
    }
    uint64_t word = atomic_load(&map()[unit - 1].word);
    uint32_t units = units_of(word);
    if (kind_of(word) == MP__SPAN_FREE && units == 1) {
        *first = unit - 1;
        return true;
    }
    if (kind_of(word) != TAIL || units > unit) {
        return false;
    }
    uint64_t start = atomic_load(&map()[unit - units].word);
    *first = unit - units;
    return kind_of(start) == MP__SPAN_FREE && units_of(start) == units;
}

// Where a walk that may free spans goes on; guarded by the heap's lock.
static uint32_t walk_unit;

// Inside a span nothing may look like the first unit of an object: whoever
// follows an old reference would believe it. The unit that is joined to the one
// before begins a span until that is done, so it is noted, for repair().
static void join(uint32_t first, uint32_t total, uint32_t unit)
{
    if (first != unit) {
        atomic_store(&mp__arena()->joined, unit + 1);
    }
    set_entry(first, MP__SPAN_FREE, total, 0);
    if (first != unit) {
        set_entry(unit, MP__SPAN_NONE, 0, 0);
    }
}

static void finish_join(const mp__span_t *span)
{
    uint32_t joined = atomic_load(&mp__arena()->joined);

    if (joined > span->unit + 1 && joined - 1 - span->unit < span->units) {
        set_entry(joined - 1, MP__SPAN_NONE, 0, 0);
    }
}

// Makes `units` from `unit` on free, together with free neighbours. One store
// does it; before it they are what they were. The tail comes after it: it may
// lie where the second neighbour's own entry was.
static void release(uint32_t unit, uint32_t units)
{
    uint32_t first = unit;
    uint32_t total = units;
    uint32_t before = 0;
    mp__span_t next;

    if (mp__span_at_locked(unit + units, &next) && next.kind == MP__SPAN_FREE) {
        bin_remove(next.unit, next.units);
        total += next.units;
    }
    if (free_before(unit, &before)) {
        bin_remove(before, unit - before);
        clear_tail(before, unit - before);
        total += unit - before;
        first = before;
    }
    join(first, total, unit);
    set_tail(first, total);
    bin_add(first, total);
    if (walk_unit > first && walk_unit - first < total) {
        walk_unit = first; // there is nothing to be found inside
    }
}

void mp__span_walk_locked(void)
{
    walk_unit = 0;
}

bool mp__span_next_locked(mp__span_t *span)
{
    if (!mp__span_at_locked(walk_unit, span)) {
        return false;
    }
    walk_unit += span->units;
    return true;
}

// ---- growth ----

#define GROWTH_MOST ((size_t) 16 << 20)

static size_t round_up(size_t size)
{
    return (size + MP__ARENA_STEP - 1) / MP__ARENA_STEP * MP__ARENA_STEP;
}

// Every commit is for good before the arena says that it is there, so it may
// be made twice.
static int commit_map(size_t units)
{
    mp__arena_t *arena = mp__arena();
    size_t have = (size_t) atomic_load(&arena->map_committed);
    size_t need = round_up(units * MP__UNIT_ENTRY_SIZE);

    if (need <= have) {
        return 0;
    }
    int r = mp_plat_memory_commit(
        &mp__memory, (size_t) arena->map_offset + have, need - have);
    if (r == 0) {
        atomic_store(&arena->map_committed, need);
    }
    return r;
}

static int grow_by(size_t size)
{
    mp__arena_t *arena = mp__arena();
    size_t have = (size_t) atomic_load(&arena->units) * MP__UNIT;

    if (size > arena->size - arena->data_offset - have) {
        return mp__fail(MP_ENOSPC, 0,
                        "the shared memory of this family ends at %llu bytes",
                        (unsigned long long) arena->size);
    }
    int r = commit_map((have + size) / MP__UNIT);
    if (r == 0) {
        r = mp_plat_memory_commit(&mp__memory,
                                  (size_t) arena->data_offset + have, size);
    }
    if (r < 0) {
        return r;
    }
    uint32_t unit = (uint32_t) (have / MP__UNIT);
    uint32_t units = (uint32_t) (size / MP__UNIT);
    set_entry(unit, MP__SPAN_FREE, units, 0);
    atomic_store(&arena->units, unit + units);
    release(unit, units);
    return 0;
}

// A little more than is needed, if the system has it. What is free at the end
// is part of it.
static int grow(uint32_t units)
{
    size_t have = (size_t) end_unit() * MP__UNIT;
    uint32_t first = end_unit();
    if (free_before(end_unit(), &first)) {
        units -= end_unit() - first;
    }
    size_t need = round_up((size_t) units * MP__UNIT);
    size_t more = round_up(have / 8 < GROWTH_MOST ? have / 8 : GROWTH_MOST);

    if (more > need && grow_by(more) == 0) {
        return 0;
    }
    return grow_by(need);
}

// ---- taking and giving back ----

static int find_or_grow(uint32_t units, uint32_t *unit)
{
    if (find_free(units, unit)) {
        return 0;
    }
    int r = grow(units);
    if (r < 0) {
        return r;
    }
    return find_free(units, unit)
               ? 0
               : mp__fail(MP_ESYSTEM, 0, "the shared memory is damaged");
}

// Takes the first units of a free span.
static void take(uint32_t unit, uint32_t units, mp__span_kind_t kind,
                 void (*prepare)(void *memory))
{
    uint32_t had = mp__span_of(unit).units;

    bin_remove(unit, had);
    clear_tail(unit, had);
    if (had > units) {
        set_tail(unit + units, had - units);
        set_entry(unit + units, MP__SPAN_FREE, had - units, 0);
    }
    prepare(mp__unit_address(unit));
    clear_tail(unit, units);
    set_entry(unit, kind, units, mp__process_token());
    if (had > units) {
        bin_add(unit + units, had - units);
    }
}

int mp__span_take(uint32_t units, mp__span_kind_t kind,
                  void (*prepare)(void *memory), uint32_t *unit)
{
    int r = 0;

    if (units > mp__arena()->size / MP__UNIT) {
        return mp__fail(MP_ENOSPC, 0, "no memory is that large");
    }
    mp__heap_lock();
    if (!find_free(units, unit)) {
        mp__heap_unlock();
        mp__members_recover(0);
        mp__heap_lock();
        r = find_or_grow(units, unit);
    }
    if (r == 0) {
        take(*unit, units, kind, prepare);
    }
    mp__heap_unlock();
    return r;
}

void mp__span_free_locked(uint32_t unit)
{
    mp__span_t span = mp__span_of(unit);

    release(unit, span.units);
}

// In a circle, as they are counted.
void mp__retire_locked(uint32_t generation)
{
    mp_word_t *least = &mp__arena()->generation;

    if ((int32_t) (generation + 1 - atomic_load(least)) > 0) {
        atomic_store(least, generation + 1);
    }
}

void mp__span_own_locked(uint32_t unit, uint32_t owner)
{
    mp__span_t span = mp__span_of(unit);

    set_entry(unit, span.kind, span.units, owner);
}

// ---- the lock ----

static void forget_bins(void)
{
    mp__arena_t *arena = mp__arena();

    arena->bins_used[0] = 0;
    arena->bins_used[1] = 0;
    for (int i = 0; i < MP__BINS; i++) {
        arena->bins[i] = 0;
    }
}

// Blocks that were being freed have no type any more.
static void finish_blocks(void)
{
    mp__span_t span;

    mp__span_walk_locked();
    while (mp__span_next_locked(&span)) {
        mp__object_t *object = mp__unit_address(span.unit);
        if (span.kind == MP__SPAN_BLOCK && atomic_load(&object->state) == 0) {
            mp__retire_locked(atomic_load(&object->generation));
            release(span.unit, span.units);
        }
    }
}

// The map is whole at every instant, the index of free spans is not.
static void repair(void)
{
    mp__span_t span;

    forget_bins();
    for (uint32_t unit = 0; mp__span_at_locked(unit, &span);
         unit += span.units) {
        finish_join(&span);
        if (span.kind == MP__SPAN_FREE) {
            set_tail(unit, span.units);
            bin_add(unit, span.units);
        } else {
            clear_tail(unit, span.units);
        }
    }
    finish_blocks();
    mp__recover_list_locked();
}

void mp__heap_lock(void)
{
    if (mp__word_acquire(&mp__arena()->heap, mp__process_token(),
                         MP_PLAT_NEVER) == MP_OWNERDIED) {
        repair();
    }
}

void mp__heap_unlock(void)
{
    (void) mp__word_release(&mp__arena()->heap);
}

// ---- checking ----

static int damaged(uint32_t unit, const char *what)
{
    return mp__fail(MP_ESYSTEM, 0, "unit %u: %s", unit, what);
}

static bool is_in_bin(uint32_t unit, uint32_t units)
{
    uint32_t steps = 0;

    for (uint32_t at = mp__arena()->bins[bin_of(units)];
         at != 0 && steps++ < end_unit(); at = map()[at - 1].next) {
        if (at == unit + 1) {
            return true;
        }
    }
    return false;
}

static bool is_one(const mp__span_t *span)
{
    for (uint32_t i = 1; i < span->units; i++) {
        mp__span_kind_t kind = mp__span_of(span->unit + i).kind;
        if (kind == MP__SPAN_BLOCK || kind == MP__SPAN_SLAB) {
            return false;
        }
    }
    return true;
}

int mp__heap_check_locked(size_t *in_use)
{
    mp__span_t span = {MP__SPAN_NONE, 0, 0, 0};
    uint32_t unit = 0;

    *in_use = 0;
    for (; mp__span_at_locked(unit, &span); unit += span.units) {
        if (span.kind == MP__SPAN_FREE && !is_in_bin(unit, span.units)) {
            return damaged(unit, "free, but in no list");
        }
        if (span.kind == MP__SPAN_NONE || span.kind > MP__SPAN_SLAB) {
            return damaged(unit, "nothing known");
        }
        if (!is_one(&span)) {
            return damaged(unit, "a span inside a span");
        }
        *in_use += span.kind == MP__SPAN_FREE ? 0 : span.units * MP__UNIT;
    }
    return unit == end_unit() ? 0 : damaged(unit, "a span without an end");
}
