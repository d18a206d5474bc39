// SPDX-License-Identifier: Apache-2.0
// The memory of a family, below core: it is shared, it grows under those who
// have it, and what there is not is an error.
#include "tests/peer.h"

#include <stdio.h>
#include <string.h>
#ifdef _WIN32
#include <windows.h>
#else
#include <fcntl.h>
#include <sys/resource.h>
#endif

#define MIB ((size_t) 1024 * 1024)
#define MOST (256 * MIB)
#define FAR_AWAY (MOST - PEER_DATA_SIZE) // the last part of the reservation

#define TEXT_SIZE 32

enum { READER, GROWER, LIMITED, GREEDY };

struct data {
    mp_word_t mapped;
    mp_word_t grown;
    char text[TEXT_SIZE];
};

static void say(char *place, const char *text)
{
    (void) snprintf(place, TEXT_SIZE, "%s", text);
}

static int read_and_answer(const mp_plat_memory_t *memory, int number)
{
    struct data *data = peer_data(memory);

    if (number != 7 || strcmp(data->text, "from the parent") != 0) {
        return 1;
    }
    say(data->text, "from the child");
    return 0;
}

// Its mapping is older than what it reads; and it makes more in its turn.
static int see_growth(const mp_plat_memory_t *memory, int number)
{
    struct data *data = peer_data(memory);

    (void) number;
    atomic_store(&data->mapped, 1);
    if (!peer_await_word(&data->grown, 1) ||
        strcmp((char *) memory->base + FAR_AWAY, "far away") != 0) {
        return 1;
    }
    if (mp_plat_memory_commit(memory, MOST / 2, MIB) < 0) {
        return 2;
    }
    memory->base[MOST / 2 + MIB - 1] = 'x';
    return 0;
}

// Files of this process may have 4 MiB: more is an error, not a signal.
static int meet_limit(const mp_plat_memory_t *given, int number)
{
#ifndef _WIN32
    struct rlimit limit = {4 * MIB, 4 * MIB};
    mp_plat_memory_t memory;

    (void) given;
    (void) number;
    if (setrlimit(RLIMIT_FSIZE, &limit) < 0) {
        return 1;
    }
    int r = mp_plat_memory_create(&memory, 16 * MIB, 16 * MIB);
    if (r == 0) {
        r = mp_plat_memory_commit(&memory, 8 * MIB, MIB);
        mp_plat_memory_close(&memory);
        return r == MP_ENOSPC ? 0 : 2;
    }
    return r < 0 ? 0 : 3;
#else
    (void) given;
    (void) number;
    return 0;
#endif
}

// All memory of the machine, and more. Should the system look for programs to
// kill for that, it takes this one.
static int want_all_memory(const mp_plat_memory_t *given, int number)
{
    const size_t most = (size_t) 1 << 45;
    mp_plat_memory_t memory;
    FILE *score = fopen("/proc/self/oom_score_adj", "w");

    (void) given;
    (void) number;
    if (score != NULL) {
        (void) fputs("1000", score);
        (void) fclose(score);
    }
    if (mp_plat_memory_create(&memory, MIB, most) < 0) {
        return 1;
    }
    int r = mp_plat_memory_commit(&memory, 0, memory.size);
    mp_plat_memory_close(&memory);
    return r == MP_ENOMEM || r == MP_ENOSPC ? 0 : 2;
}

const peer_role_fn peer_roles[] = {[READER] = read_and_answer,
                                   [GROWER] = see_growth,
                                   [LIMITED] = meet_limit,
                                   [GREEDY] = want_all_memory};

static void peers_share_memory(void)
{
    mp_plat_memory_t memory;
    peer_t peer;

    peer_memory(&memory, MOST);
    struct data *data = peer_data(&memory);
    for (enum peer_kind kind = 0; kind < PEER_KINDS; kind++) {
        if (peer_can(kind)) {
            say(data->text, "from the parent");
            peer_start(&peer, kind, &memory, READER, 7);
            assert_int_equal(peer_wait(&peer), 0);
            assert_string_equal(data->text, "from the child");
        }
    }
    mp_plat_memory_close(&memory);
}

static void memory_grows_under_those_who_have_it(void)
{
    for (enum peer_kind kind = 0; kind < PEER_KINDS; kind++) {
        mp_plat_memory_t memory;
        peer_t peer;

        if (!peer_can(kind)) {
            continue;
        }
        peer_memory(&memory, MOST);
        struct data *data = peer_data(&memory);
        peer_start(&peer, kind, &memory, GROWER, 0);
        assert_true(peer_await_word(&data->mapped, 1));
        assert_int_equal(
            mp_plat_memory_commit(&memory, FAR_AWAY, PEER_DATA_SIZE), 0);
        say((char *) memory.base + FAR_AWAY, "far away");
        atomic_store(&data->grown, 1);
        assert_int_equal(peer_wait(&peer), 0);
        assert_int_equal(memory.base[MOST / 2 + MIB - 1], 'x');
        mp_plat_memory_close(&memory);
    }
}

static void memory_is_zero_and_aligned(void)
{
    static const unsigned char zeros[64 * 1024];
    mp_plat_memory_t memory;

    assert_int_equal(mp_plat_memory_create(&memory, MOST, MOST), 0);
    assert_int_equal((uintptr_t) memory.base % (64 * 1024), 0);
    assert_int_equal(memory.size, MOST);
    assert_int_equal(mp_plat_memory_commit(&memory, MIB, sizeof(zeros)), 0);
    assert_memory_equal(memory.base + MIB, zeros, sizeof(zeros));
    memory.base[MIB] = 1;
    // What was used stays as it is.
    assert_int_equal(mp_plat_memory_commit(&memory, MIB, sizeof(zeros)), 0);
    assert_int_equal(memory.base[MIB], 1);
    mp_plat_memory_close(&memory);
}

// More than any processor can address.
static void what_is_too_much_is_halved_down_to_the_least(void)
{
    const size_t most = (size_t) 1 << 52;
    mp_plat_memory_t memory;

    assert_int_equal(mp_plat_memory_create(&memory, MIB, most), 0);
    assert_true(memory.size < most && memory.size >= MIB);
    assert_int_equal(mp_plat_memory_commit(&memory, 0, MIB), 0);
    memory.base[MIB - 1] = 1;
    mp_plat_memory_close(&memory);

    assert_true(mp_plat_memory_create(&memory, most, most) < 0);
    assert_true(strlen(mp_last_error()->message) > 0);
}

static void limit_of_file_sizes_is_an_error(void)
{
    mp_plat_memory_t memory;
    peer_t peer;

    peer_memory(&memory, MOST);
    peer_start(&peer, PEER_FRESH, &memory, LIMITED, 0);
    assert_int_equal(peer_wait(&peer), 0);
    mp_plat_memory_close(&memory);
}

// Only Linux tells that without taking it first.
static void more_memory_than_there_is_is_an_error(void)
{
#if defined(__linux__) && !defined(MP_TEST_SLEEPERS)
    mp_plat_memory_t memory;
    peer_t peer;

    peer_memory(&memory, MOST);
    peer_start(&peer, PEER_FRESH, &memory, GREEDY, 0);
    assert_int_equal(peer_wait(&peer), 0);
    mp_plat_memory_close(&memory);
#endif
}

static void no_other_program_gets_the_handle(void)
{
    mp_plat_memory_t memory;

    assert_int_equal(mp_plat_memory_create(&memory, MOST, MOST), 0);
#ifdef _WIN32
    DWORD flags = HANDLE_FLAG_INHERIT;
    assert_true(GetHandleInformation((HANDLE) memory.handle, &flags));
    assert_int_equal(flags & HANDLE_FLAG_INHERIT, 0);
#else
    assert_true(memory.handle >= 10);
    assert_int_equal(fcntl((int) memory.handle, F_GETFD), FD_CLOEXEC);
#endif
    mp_plat_memory_close(&memory);
}

static const struct test tests[] = {
    {"peers share memory", peers_share_memory, TEST_ONCE},
    {"memory grows under those who have it",
     memory_grows_under_those_who_have_it, TEST_ONCE},
    {"memory is zero and aligned", memory_is_zero_and_aligned, TEST_ONCE},
    {"what is too much is halved down to the least",
     what_is_too_much_is_halved_down_to_the_least, TEST_ONCE},
    {"a limit of file sizes is an error", limit_of_file_sizes_is_an_error,
     TEST_ONCE},
    {"more memory than there is is an error",
     more_memory_than_there_is_is_an_error, TEST_ONCE},
    {"no other program gets the handle", no_other_program_gets_the_handle,
     TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    peer_main(argc, argv);
    return test_run("memory of a family", tests,
                    sizeof(tests) / sizeof(tests[0]));
}
