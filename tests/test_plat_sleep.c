// SPDX-License-Identifier: Apache-2.0
// Sleeping on a word, below core: no wake is missed, and whoever dies in his
// sleep takes nothing from others for long.
#include "tests/peer.h"

#include <limits.h>
#include <string.h>

#define MEMORY ((size_t) 1024 * 1024)
#define ROUNDS 10000
#define SLEEPERS 8
#define VICTIMS 10

enum { PONG, SLEEP_FOR_EVER, NEVER_STILL, TAKE_ONE };

struct data {
    mp_word_t ball; // even: the parent's turn, odd: the child's
    mp_word_t asleep;
    mp_word_t tokens;
    mp_word_t taken;
    mp_word_t never;
};

static struct data *shared; // of this process
static mp_plat_memory_t memory;

static void open_memory(void)
{
    peer_memory(&memory, MEMORY);
    shared = peer_data(&memory);
}

// Cells that wakers look at: only where sleepers.c is built. Its first word
// ends with that number.
static unsigned cells_in_use(void)
{
#ifdef MP_TEST_SLEEPERS
    void *room = memory.base + PEER_ROOM;
    _Atomic uint64_t *turns = room;
    return (unsigned) (atomic_load(turns) & 0xffff);
#else
    return 0;
#endif
}

static bool sleep_until_not(mp_word_t *word, uint32_t value)
{
    int64_t deadline = peer_guard();

    while (atomic_load(word) == value) {
        if (mp_plat_now() > deadline) {
            return false;
        }
        mp_plat_sleep(word, value, deadline);
    }
    return true;
}

static bool play(struct data *data, uint32_t first, uint32_t rounds)
{
    for (uint32_t i = 0; i < rounds; i++) {
        uint32_t mine = first + 2 * i;
        while (atomic_load(&data->ball) != mine) {
            if (!sleep_until_not(&data->ball, mine - 1)) {
                return false;
            }
        }
        atomic_store(&data->ball, mine + 1);
        mp_plat_wake(&data->ball, 1);
    }
    return true;
}

static int play_second(const mp_plat_memory_t *of, int rounds)
{
    return play(peer_data(of), 1, (uint32_t) rounds) ? 0 : 1;
}

static int sleep_for_ever(const mp_plat_memory_t *of, int number)
{
    struct data *data = peer_data(of);

    (void) number;
    (void) atomic_fetch_add(&data->asleep, 1);
    return sleep_until_not(&data->never, 0) ? 1 : 2;
}

// It is killed at any moment of sleeping and waking.
static int never_still(const mp_plat_memory_t *of, int number)
{
    struct data *data = peer_data(of);
    int64_t deadline = peer_guard();

    (void) number;
    (void) atomic_fetch_add(&data->asleep, 1);
    while (mp_plat_now() < deadline) {
        mp_plat_sleep(&data->never, 0, mp_plat_now() + 100000);
        mp_plat_wake(&data->never, 1);
    }
    return 1;
}

static void take_one(int number)
{
    uint32_t seen = atomic_load(&shared->tokens);

    (void) number;
    (void) atomic_fetch_add(&shared->asleep, 1);
    for (;;) {
        if (seen > 0) {
            if (atomic_compare_exchange_weak(&shared->tokens, &seen,
                                             seen - 1)) {
                break;
            }
        } else if (sleep_until_not(&shared->tokens, 0)) {
            seen = atomic_load(&shared->tokens);
        } else {
            return;
        }
    }
    (void) atomic_fetch_add(&shared->taken, 1);
}

static int take_one_here(const mp_plat_memory_t *of, int number)
{
    shared = peer_data(of);
    take_one(number);
    return 0;
}

const peer_role_fn peer_roles[] = {[PONG] = play_second,
                                   [SLEEP_FOR_EVER] = sleep_for_ever,
                                   [NEVER_STILL] = never_still,
                                   [TAKE_ONE] = take_one_here};

static void play_with_peer(enum peer_kind kind, int rounds)
{
    peer_t peer;

    atomic_store(&shared->ball, 0);
    peer_start(&peer, kind, &memory, PONG, rounds);
    assert_true(play(shared, 0, (uint32_t) rounds));
    assert_int_equal(peer_wait(&peer), 0);
    assert_int_equal(cells_in_use(), 0);
}

static void no_wake_is_missed_between_processes(void)
{
    for (enum peer_kind kind = 0; kind < PEER_KINDS; kind++) {
        if (peer_can(kind)) {
            open_memory();
            play_with_peer(kind, ROUNDS);
            mp_plat_memory_close(&memory);
        }
    }
}

static mp_word_t threads_failed;

static void play_in_thread(int number)
{
    if (!play(shared, (uint32_t) number, ROUNDS)) {
        atomic_store(&threads_failed, 1);
    }
}

static void no_wake_is_missed_between_threads(void)
{
    open_memory();
    test_run_threads(2, play_in_thread);
    assert_int_equal(atomic_load(&threads_failed), 0);
    assert_int_equal(cells_in_use(), 0);
    mp_plat_memory_close(&memory);
}

static void sleep_ends_at_its_deadline(void)
{
    int returns = 0;

    open_memory();
    int64_t deadline = mp_plat_now() + 60 * INT64_C(1000000);
    while (mp_plat_now() < deadline && returns < 1000) {
        mp_plat_sleep(&shared->never, 0, deadline);
        returns++;
    }
    assert_in_range(returns, 1, 100); // it does not spin
    assert_true(mp_plat_now() >= deadline);
    assert_int_equal(cells_in_use(), 0);
    mp_plat_memory_close(&memory);
}

static void sleep_returns_at_once_if_the_word_is_another(void)
{
    open_memory();
    mp_plat_sleep(&shared->never, 1, MP_PLAT_NEVER);
    mp_plat_sleep(&shared->never, 0, MP_PLAT_AT_ONCE);
    mp_plat_wake(&shared->never, INT_MAX); // nobody is there
    mp_plat_memory_close(&memory);
}

// One more thread gives out what the others take.
static void give_or_take(int number)
{
    if (number > 0) {
        take_one(number);
        return;
    }
    if (!peer_await_word(&shared->asleep, SLEEPERS)) {
        return;
    }
    for (int i = 0; i < SLEEPERS; i++) {
        (void) atomic_fetch_add(&shared->tokens, 1);
        mp_plat_wake(&shared->tokens, 1);
    }
}

static void each_wake_reaches_one_who_needs_it(void)
{
    open_memory();
    for (int round = 0; round < 200; round++) {
        atomic_store(&shared->asleep, 0);
        atomic_store(&shared->taken, 0);
        test_run_threads(SLEEPERS + 1, give_or_take);
        assert_int_equal(atomic_load(&shared->taken), SLEEPERS);
    }
    assert_int_equal(cells_in_use(), 0);
    mp_plat_memory_close(&memory);
}

static void wake_of_all_reaches_all(void)
{
    peer_t peers[SLEEPERS];

    open_memory();
    for (int i = 0; i < SLEEPERS; i++) {
        peer_start(&peers[i], PEER_FRESH, &memory, TAKE_ONE, i);
    }
    assert_true(peer_await_word(&shared->asleep, SLEEPERS));
    atomic_store(&shared->tokens, SLEEPERS);
    mp_plat_wake(&shared->tokens, INT_MAX);
    for (int i = 0; i < SLEEPERS; i++) {
        assert_int_equal(peer_wait(&peers[i]), 0);
    }
    assert_int_equal(atomic_load(&shared->taken), SLEEPERS);
    mp_plat_memory_close(&memory);
}

static void kill_peers(int role)
{
    peer_t peers[VICTIMS];

    atomic_store(&shared->asleep, 0);
    for (int i = 0; i < VICTIMS; i++) {
        peer_start(&peers[i], PEER_FRESH, &memory, role, i);
    }
    assert_true(peer_await_word(&shared->asleep, VICTIMS));
#ifdef MP_TEST_SLEEPERS
    while (role == SLEEP_FOR_EVER && cells_in_use() < VICTIMS) {
        mp_plat_yield();
    }
#endif
    for (int i = 0; i < VICTIMS; i++) {
        peer_kill(&peers[i]);
    }
    for (int i = 0; i < VICTIMS; i++) {
        (void) peer_wait(&peers[i]);
        mp_plat_sleep_forget(peers[i].pid);
        mp_plat_sleep_forget(peers[i].pid); // others may have done it
    }
    assert_int_equal(cells_in_use(), 0);
}

static void the_dead_leave_their_places(void)
{
    open_memory();
    kill_peers(SLEEP_FOR_EVER);
    kill_peers(NEVER_STILL);
    kill_peers(NEVER_STILL);
    play_with_peer(PEER_FRESH, 1000);
    mp_plat_memory_close(&memory);
}

#ifdef MP_TEST_SLEEPERS
// All cells are taken by a process that is dead, though nobody knows it yet.
static void sleepers_without_a_place_do_not_hang(void)
{
    const int64_t dead = 0x7ffffff0;

    open_memory();
    for (size_t i = 1; i < MP_PLAT_SLEEP_ROOM / 128; i++) {
        void *cell = memory.base + PEER_ROOM + i * 128;
        *(uint64_t *) cell = (uint64_t) dead << 32 | 1;
    }
    play_with_peer(PEER_FRESH, 100);
    mp_plat_sleep_forget(dead);
    play_with_peer(PEER_FRESH, ROUNDS);
    mp_plat_memory_close(&memory);
}
#endif

static const struct test tests[] = {
    {"no wake is missed between processes", no_wake_is_missed_between_processes,
     TEST_ONCE},
    {"no wake is missed between threads", no_wake_is_missed_between_threads,
     TEST_ONCE},
    {"a sleep ends at its deadline", sleep_ends_at_its_deadline, TEST_ONCE},
    {"a sleep returns at once if the word is another",
     sleep_returns_at_once_if_the_word_is_another, TEST_ONCE},
    {"each wake reaches one who needs it", each_wake_reaches_one_who_needs_it,
     TEST_ONCE},
    {"a wake of all reaches all", wake_of_all_reaches_all, TEST_ONCE},
    {"the dead leave their places", the_dead_leave_their_places, TEST_ONCE},
#ifdef MP_TEST_SLEEPERS
    {"sleepers without a place do not hang",
     sleepers_without_a_place_do_not_hang, TEST_ONCE},
#endif
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    peer_main(argc, argv);
    return test_run("sleeping", tests, sizeof(tests) / sizeof(tests[0]));
}
