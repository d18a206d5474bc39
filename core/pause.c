// SPDX-License-Identifier: Apache-2.0
#include "core/pause.h"

#include "platform/platform.h"
#include "platform/shared.h"

#define WATCHES 40
#define YIELDS 4
#define WATCH_NS 4000
#define YIELD_NS 40000
#define CLOCK_EVERY 64 // watches
#define YIELDS_EVERY 4
#define WORTH_LEAST (-8)
#define ASIDE 32
#define WATCH_AGAIN 1024
#define CLOSE_STEPS 6 // pauses: what came at once
#define CLOSE_ONES 4  // of these in a row
#define ASK_EVERY 64
#define LOOK_EVERY_MS 25
#define LOOKED 16

static void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ __volatile__("isb");
#endif
}

// Asked of the system now and then: a process may be moved.
static bool is_alone(void)
{
    static _Atomic unsigned asked;
    static atomic_bool alone;

    if (atomic_fetch_add_explicit(&asked, 1, memory_order_relaxed) %
            ASK_EVERY ==
        0) {
        atomic_store_explicit(&alone, mp_plat_processors() < 2,
                              memory_order_relaxed);
    }
    return atomic_load_explicit(&alone, memory_order_relaxed);
}

bool mp__pause(mp__pause_t *pause)
{
    if (pause->step == 0 && is_alone()) {
        pause->step = WATCHES;
    }
    int step = pause->step++;
    if (step < WATCHES) {
        relax();
        return true;
    }
    if (step < WATCHES + YIELDS) {
        mp_plat_yield();
        return true;
    }
    return false;
}

// Whether watching has been of use lately: not if the other side runs on this
// very processor, and waits for it, which nothing tells as surely as that
// nobody was ever seen to come. Then it is tried again now and then. No
// instruction in here may be a locked one: it would first wait until what this
// thread has just written for the other side is there.
static _Atomic int worth;

static bool is_worth_watching(void)
{
    static _Atomic unsigned skipped;
    unsigned count = 0;

    if (atomic_load_explicit(&worth, memory_order_relaxed) > WORTH_LEAST) {
        return true;
    }
    count = atomic_load_explicit(&skipped, memory_order_relaxed) + 1;
    atomic_store_explicit(&skipped, count, memory_order_relaxed);
    return count % WATCH_AGAIN == 0;
}

static void was_in_vain(void)
{
    int seen = atomic_load_explicit(&worth, memory_order_relaxed);

    if (seen > WORTH_LEAST) {
        atomic_store_explicit(&worth, seen - 1, memory_order_relaxed);
    }
}

void mp__pause_found(const mp__pause_t *pause)
{
    if (pause->step > 0 &&
        atomic_load_explicit(&worth, memory_order_relaxed) != 0) {
        atomic_store_explicit(&worth, 0, memory_order_relaxed);
    }
}

static bool is_over(mp__pause_t *pause, int64_t length)
{
    int64_t now = mp_plat_now();

    pause->end = pause->end == 0 ? now + length : pause->end;
    return now >= pause->end;
}

// Steps below 0 are those in which the processor is given away.
static bool watch(mp__pause_t *pause)
{
    bool skipped = pause->step == 0 && !is_worth_watching();
    bool over = !skipped && pause->step % CLOCK_EVERY == CLOCK_EVERY - 1 &&
                is_over(pause, WATCH_NS);

    if (over) {
        was_in_vain();
    }
    if (skipped || over) {
        *pause = (mp__pause_t){-1, 0};
        return false;
    }
    pause->step++;
    relax();
    return true;
}

// Both parts end by the clock: how long a step takes differs by hundred times.
bool mp__pause_long(mp__pause_t *pause)
{
    if (pause->step >= 0 && watch(pause)) {
        return true;
    }
    if (pause->step-- % YIELDS_EVERY == 0 && is_over(pause, YIELD_NS)) {
        return false;
    }
    mp_plat_yield();
    return true;
}

void mp__pause_aside(void)
{
    for (int i = 0; i < ASIDE; i++) {
        relax();
    }
}

bool mp__rush_is_on(const mp__rush_t *rush)
{
    return atomic_load_explicit(&rush->close_ones, memory_order_relaxed) >=
           CLOSE_ONES;
}

void mp__rush_note(mp__rush_t *rush, const mp__pause_t *pause)
{
    unsigned seen =
        atomic_load_explicit(&rush->close_ones, memory_order_relaxed);
    bool close = pause->step > 0 && pause->step <= CLOSE_STEPS;

    atomic_store_explicit(&rush->close_ones, close ? seen + 1 : 0,
                          memory_order_relaxed);
}

void mp__rush_end(mp__rush_t *rush)
{
    atomic_store_explicit(&rush->close_ones, 0, memory_order_relaxed);
}

int64_t mp__nap_until(mp__nap_t *nap, int64_t deadline)
{
    if (nap->end == 0) {
        nap->end = mp_plat_now() + nap->length;
    }
    return nap->end < deadline ? nap->end : deadline;
}

bool mp__nap_over(mp__nap_t *nap, int64_t deadline)
{
    int64_t now = mp_plat_now();

    if (now >= nap->end) {
        nap->length *= 2;
        if (nap->length > MP__SLICE_NS) {
            nap->length = MP__SLICE_NS;
        }
        nap->end = 0;
        return true;
    }
    return now >= deadline;
}

int64_t mp__slice_until(int64_t deadline)
{
    int64_t slice = mp_plat_now() + MP__SLICE_NS;

    return slice < deadline ? slice : deadline;
}

bool mp__look_due(uint32_t key)
{
    static _Atomic uint64_t looked[LOOKED]; // a key, and a time
    _Atomic uint64_t *last = &looked[key % LOOKED];
    uint32_t now = (uint32_t) (mp_plat_now() / 1000000);
    uint64_t was = atomic_load_explicit(last, memory_order_relaxed);

    if ((uint32_t) (was >> 32) == key && now - (uint32_t) was < LOOK_EVERY_MS) {
        return false;
    }
    atomic_store_explicit(last, (uint64_t) key << 32 | now,
                          memory_order_relaxed);
    return true;
}
