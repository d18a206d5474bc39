// SPDX-License-Identifier: Apache-2.0
#include "core/arena.h"

#include "core/member.h"
#include "core/pages.h"
#include "core/self.h"
#include "platform/fail.h"
#include "platform/platform.h"

#define MAGIC UINT64_C(0x3141525041504d43)
#define LEAST_SIZE ((size_t) 16 << 20)
#define MOST_SIZE ((size_t) 64 << 30)
#define HEAD_SIZE MP__ARENA_STEP
#define SLOTS_OFFSET HEAD_SIZE
#define SLOTS_SIZE (MP__SLOTS * sizeof(mp__slot_t))
#define SLEEP_OFFSET (SLOTS_OFFSET + SLOTS_SIZE)
#define MAP_OFFSET (SLEEP_OFFSET + MP_PLAT_SLEEP_ROOM)

_Static_assert(sizeof(mp__arena_t) <= HEAD_SIZE, "the head has room");
_Static_assert(SLOTS_SIZE % MP__ARENA_STEP == 0, "slots are whole steps");
_Static_assert(MP_PLAT_SLEEP_ROOM % MP__ARENA_STEP == 0, "so is this room");

mp_plat_memory_t mp__memory = {NULL, 0, MP_PLAT_NONE};
static atomic_bool mapped;

mp__slot_t *mp__slots(void)
{
    return mp__at(SLOTS_OFFSET);
}

static uint64_t map_size(uint64_t size)
{
    uint64_t bytes = size / MP__UNIT * MP__UNIT_ENTRY_SIZE;
    return (bytes + MP__ARENA_STEP - 1) / MP__ARENA_STEP * MP__ARENA_STEP;
}

// What was committed is zero, which is what most of the head begins with.
static int lay_out(uint64_t family)
{
    mp__arena_t *arena = mp__arena();

    arena->magic = MAGIC;
    arena->family = family;
    arena->size = mp__memory.size;
    arena->map_offset = MAP_OFFSET;
    arena->data_offset = MAP_OFFSET + map_size(mp__memory.size);
    atomic_store(&arena->laps, (uint32_t) family); // no number of a user's
    atomic_store(&arena->slots_committed,
                 (uint32_t) (MP__ARENA_STEP / sizeof(mp__slot_t)));
    return mp_plat_sleep_prepare(&mp__memory, SLEEP_OFFSET, family);
}

// The first parts lie behind each other: one step each for head and slots.
static int create(uint64_t family)
{
    int r = mp_plat_memory_create(&mp__memory, LEAST_SIZE, MOST_SIZE);
    if (r < 0) {
        return r;
    }
    r = mp_plat_memory_commit(&mp__memory, 0, 2 * MP__ARENA_STEP);
    if (r == 0 && mp_plat_sleep_room > 0) {
        r = mp_plat_memory_commit(&mp__memory, SLEEP_OFFSET,
                                  mp_plat_sleep_room);
    }
    if (r == 0) {
        r = lay_out(family);
    }
    if (r < 0) {
        mp_plat_memory_close(&mp__memory);
        mp__memory = (mp_plat_memory_t){NULL, 0, MP_PLAT_NONE};
    }
    return r;
}

// The library is brought up first, for a program that only forks by itself:
// what is made from now on must be noticed by its forks. Random numbers come
// before the lock, too: they may need one that comes before this one.
static int create_once(void)
{
    uint64_t family = 0;

    int r = mp__ready();
    if (r == 0) {
        r = mp_plat_random(&family, sizeof(family));
    }
    if (r < 0) {
        return r;
    }
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    if (!atomic_load(&mapped)) {
        r = create(family);
        atomic_store(&mapped, r == 0);
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return r;
}

int mp__arena_join(void)
{
    int r = 0;

    if (!atomic_load_explicit(&mapped, memory_order_acquire)) {
        r = create_once();
    }
    return r < 0 ? r : mp__member_ready();
}

static int check(uint64_t family)
{
    const mp__arena_t *arena = mp__arena();

    if (arena->magic == MAGIC && arena->family == family &&
        arena->size == mp__memory.size) {
        return mp_plat_sleep_prepare(&mp__memory, SLEEP_OFFSET, family);
    }
    return mp__fail(MP_EPROTO, 0,
                    "the memory that came from the parent is not its family's");
}

int mp__arena_open(intptr_t handle, uint64_t size, uint64_t family)
{
    mp_plat_memory_t memory = {0};

    int r = mp_plat_memory_open(&memory, handle, (size_t) size);
    if (r < 0) {
        return r;
    }
    mp__memory = memory;
    r = check(family);
    if (r < 0) {
        mp_plat_memory_close(&mp__memory);
        mp__memory = (mp_plat_memory_t){NULL, 0, MP_PLAT_NONE};
        return r;
    }
    atomic_store(&mapped, true);
    return mp__member_ready();
}

bool mp__arena_has(const void *address, size_t size)
{
    if (mp__memory.base == NULL ||
        (const unsigned char *) address < mp__memory.base) {
        return false;
    }
    uint64_t offset = mp__offset_of(address);
    uint64_t end =
        mp__arena()->data_offset + atomic_load(&mp__arena()->units) * MP__UNIT;
    return offset >= mp__arena()->data_offset && offset <= end &&
           size <= end - offset;
}

void mp__arena_forked(void)
{
    if (mp__memory.base == NULL) {
        return;
    }
    const mp__arena_t *arena = mp__arena();
    (void) mp_plat_sleep_prepare(&mp__memory, SLEEP_OFFSET, arena->family);
    mp__member_forked();
}
