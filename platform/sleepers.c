// SPDX-License-Identifier: Apache-2.0
// Sleeping on a word where the system cannot do it between processes. Who
// sleeps has a cell of a table in the shared memory, which tells the word and
// has a bell; who wakes looks through the cells for the word.
//
// There are no links, no locks and no counters, so a process that is killed
// leaves nothing broken: all that is known of a cell is one word, its state,
// which changes in one step. What dead processes hold is freed by their number.
#include "platform/shared.h"

#include "platform/bell.h"
#include "platform/platform.h"

// A state: the pid, how often the cell was taken, and one of these. A step from
// one state to another fails if it is not the sleep any more that was meant.
enum phase { FREE, TAKEN, ASLEEP, WOKEN };
#define PHASE_MASK UINT64_C(3)
#define COUNT_MASK UINT64_C(0xfffffffc)
#define COUNT_STEP UINT64_C(4)
#define PID_SHIFT 32

typedef struct cell {
    _Atomic uint64_t state;
    _Atomic uint64_t place; // of the word, while ASLEEP
    _Atomic uint64_t turn;  // when it was taken, while ASLEEP
    mp_plat_bell_t bell;
} cell_t;

// No cell from number `turns & END_MASK` on is ASLEEP; above is a count of the
// sleeps, so that whoever lowers that number sees that no sleep began.
#define END_BITS 16
#define END_MASK UINT64_C(0xffff)

typedef struct table {
    _Atomic uint64_t turns;
    unsigned char unused[120]; // cells begin at a cache line
    cell_t cells[MP_PLAT_BELLS];
} table_t;

_Static_assert(sizeof(table_t) <= MP_PLAT_SLEEP_ROOM, "the room is too small");

// A wake is never later than this: the waker was killed before it rang.
#define LOOK_NS INT64_C(250000000)
#define NO_CELL_NS INT64_C(2000000)

const size_t mp_plat_sleep_room = MP_PLAT_SLEEP_ROOM;

static table_t *table;
static const unsigned char *base;

int mp_plat_sleep_prepare(const mp_plat_memory_t *memory, size_t room_offset,
                          uint64_t family)
{
    void *room = memory->base + room_offset;

    table = room;
    base = memory->base;
    mp_plat_bell_prepare(family);
    return 0;
}

// Offsets mean the same in all processes.
static uint64_t place_of(const mp_word_t *word)
{
    return (uint64_t) ((uintptr_t) word - (uintptr_t) base);
}

static enum phase phase_of(uint64_t state)
{
    return (enum phase)(state & PHASE_MASK);
}

static uint64_t in_phase(uint64_t state, enum phase phase)
{
    return (state & ~PHASE_MASK) | (uint64_t) phase;
}

static uint64_t freed(uint64_t state)
{
    return state & COUNT_MASK;
}

static bool step(cell_t *cell, uint64_t from, uint64_t to)
{
    return atomic_compare_exchange_strong(&cell->state, &from, to);
}

// How many cells are to be looked at. The memory may have been written to by
// mistake: never more than there are.
static int end_of(uint64_t turns)
{
    uint64_t end = turns & END_MASK;
    return end < MP_PLAT_BELLS ? (int) end : MP_PLAT_BELLS;
}

// ---- the sleeper's side ----

// The first that is free, so that few have to be looked at. NULL: none is.
static cell_t *take(uint64_t *state)
{
    uint64_t pid = (uint64_t) mp_plat_pid() << PID_SHIFT;

    for (int i = 0; i < MP_PLAT_BELLS; i++) {
        cell_t *cell = &table->cells[i];
        uint64_t seen = atomic_load(&cell->state);
        if (phase_of(seen) == FREE) {
            *state = pid | ((seen + COUNT_STEP) & COUNT_MASK) | TAKEN;
            if (step(cell, seen, *state)) {
                return cell;
            }
        }
    }
    return NULL;
}

// Has wakers look at it, and gives it its turn.
static uint64_t raise_end(int number)
{
    uint64_t turns = atomic_load(&table->turns);
    uint64_t next = 0;

    do {
        uint64_t end = turns & END_MASK;
        if (end < (uint64_t) number + 1) {
            end = (uint64_t) number + 1;
        }
        next = ((turns >> END_BITS) + 1) << END_BITS | end;
    } while (!atomic_compare_exchange_weak(&table->turns, &turns, next));
    return turns >> END_BITS;
}

// A cell is taken first, then the end is raised over it: if it is free here and
// `turns` has not changed since before, nobody is about to sleep in it.
static void lower_end(void)
{
    uint64_t turns = atomic_load(&table->turns);

    for (int end = end_of(turns); end > 0; end = end_of(turns)) {
        if (phase_of(atomic_load(&table->cells[end - 1].state)) != FREE) {
            return;
        }
        uint64_t lower = (turns & ~END_MASK) | (uint64_t) (end - 1);
        if (atomic_compare_exchange_strong(&table->turns, &turns, lower)) {
            turns = lower;
        }
    }
}

// Whether it leaves without having been woken.
static bool leave(cell_t *cell, uint64_t asleep)
{
    bool unwoken = step(cell, asleep, freed(asleep));

    if (!unwoken) {
        (void) step(cell, in_phase(asleep, WOKEN), freed(asleep));
    }
    lower_end();
    return unwoken;
}

static void wait_in(cell_t *cell, int number, uint64_t asleep, int64_t deadline)
{
    while (atomic_load(&cell->state) == asleep) {
        int64_t now = mp_plat_now();
        if (now >= deadline) {
            return;
        }
        int64_t look = deadline - now > LOOK_NS ? now + LOOK_NS : deadline;
        mp_plat_bell_wait(&cell->bell, number, look);
    }
}

// The word is read after the cell can be seen, and wakers look for cells after
// they wrote the word: one of them sees the other.
static void sleep_in(cell_t *cell, uint64_t taken, mp_word_t *word,
                     uint32_t value, int64_t deadline)
{
    int number = (int) (cell - table->cells);
    uint64_t asleep = in_phase(taken, ASLEEP);

    mp_plat_bell_silence(&cell->bell, number);
    atomic_store(&cell->place, place_of(word));
    atomic_store(&cell->turn, raise_end(number));
    atomic_store(&cell->state, asleep);
    atomic_thread_fence(memory_order_seq_cst);
    if (atomic_load(word) == value) {
        wait_in(cell, number, asleep, deadline);
        (void) leave(cell, asleep);
    } else if (!leave(cell, asleep)) {
        mp_plat_wake(word, 1); // that wake was for who really sleeps
    }
}

void mp_plat_sleep(mp_word_t *word, uint32_t value, int64_t deadline)
{
    int64_t left = deadline - mp_plat_now();
    uint64_t taken = 0;

    if (atomic_load(word) != value || left <= 0) {
        return;
    }
    cell_t *cell = table == NULL ? NULL : take(&taken);
    if (cell == NULL) {
        mp_plat_pause(left < NO_CELL_NS ? left : NO_CELL_NS);
        return;
    }
    sleep_in(cell, taken, word, value, deadline);
}

// ---- the waker's side ----

// The place is read between two looks at the state, the second being the step
// to WOKEN: so it is that of the sleep that is ended.
static bool sleeps_at(cell_t *cell, uint64_t place, uint64_t *state)
{
    *state = atomic_load(&cell->state);
    return phase_of(*state) == ASLEEP && atomic_load(&cell->place) == place;
}

static bool wake_cell(cell_t *cell, uint64_t state)
{
    bool woken = step(cell, state, in_phase(state, WOKEN));

    if (woken) {
        mp_plat_bell_ring(&cell->bell, (int) (cell - table->cells));
    }
    return woken;
}

static void wake_all(uint64_t place)
{
    int end = end_of(atomic_load(&table->turns));
    uint64_t state = 0;

    for (int i = 0; i < end; i++) {
        if (sleeps_at(&table->cells[i], place, &state)) {
            (void) wake_cell(&table->cells[i], state);
        }
    }
}

// The one who has slept longest, or the sleepers of high cells would starve.
static cell_t *find_oldest(uint64_t place, uint64_t *state)
{
    int end = end_of(atomic_load(&table->turns));
    cell_t *oldest = NULL;
    uint64_t first = UINT64_MAX;
    uint64_t seen = 0;

    for (int i = 0; i < end; i++) {
        cell_t *cell = &table->cells[i];
        if (sleeps_at(cell, place, &seen)) {
            uint64_t turn = atomic_load(&cell->turn);
            if (turn < first) {
                first = turn;
                oldest = cell;
                *state = seen;
            }
        }
    }
    return oldest;
}

static bool wake_oldest(uint64_t place)
{
    uint64_t state = 0;
    cell_t *cell = NULL;

    do {
        cell = find_oldest(place, &state);
    } while (cell != NULL && !wake_cell(cell, state));
    return cell != NULL;
}

void mp_plat_wake(mp_word_t *word, int count)
{
    if (table == NULL) {
        return;
    }
    uint64_t place = place_of(word);
    atomic_thread_fence(memory_order_seq_cst);
    if (count >= MP_PLAT_BELLS) {
        wake_all(place);
        return;
    }
    while (count-- > 0 && wake_oldest(place)) {
    }
}

// Several may do it for the same process, and another may have its number by
// now: whose cell is taken away looks at the word again, which is allowed.
void mp_plat_sleep_forget(int64_t pid)
{
    for (int i = 0; table != NULL && i < MP_PLAT_BELLS; i++) {
        cell_t *cell = &table->cells[i];
        uint64_t state = atomic_load(&cell->state);
        if (phase_of(state) != FREE && (int64_t) (state >> PID_SHIFT) == pid) {
            (void) step(cell, state, freed(state));
        }
    }
    if (table != NULL) {
        lower_end();
    }
}
