// SPDX-License-Identifier: Apache-2.0
#include "tests/peer.h"

// Behind the data of the tests: which family it is.
static uint64_t *family_of(const mp_plat_memory_t *memory)
{
    void *last = memory->base + PEER_DATA + PEER_DATA_SIZE - sizeof(uint64_t);
    return last;
}

int peer_prepare(const mp_plat_memory_t *memory)
{
    return mp_plat_sleep_prepare(memory, PEER_ROOM, *family_of(memory));
}

void peer_memory(mp_plat_memory_t *memory, size_t most)
{
    assert_int_equal(mp_plat_memory_create(memory, most, most), 0);
    assert_int_equal(
        mp_plat_memory_commit(memory, PEER_ROOM, MP_PLAT_SLEEP_ROOM), 0);
    assert_int_equal(mp_plat_memory_commit(memory, PEER_DATA, PEER_DATA_SIZE),
                     0);
    assert_int_equal(
        mp_plat_random(family_of(memory), sizeof(*family_of(memory))), 0);
    assert_int_equal(peer_prepare(memory), 0);
}

void *peer_data(const mp_plat_memory_t *memory)
{
    return memory->base + PEER_DATA;
}

int64_t peer_guard(void)
{
    return mp_plat_now() + (int64_t) TEST_GUARD_MS * 1000000;
}

bool peer_await_word(mp_word_t *word, uint32_t value)
{
    int64_t deadline = peer_guard();

    while (atomic_load(word) != value) {
        if (mp_plat_now() > deadline) {
            return false;
        }
        mp_plat_yield();
    }
    return true;
}
