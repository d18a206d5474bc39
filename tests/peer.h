// SPDX-License-Identifier: Apache-2.0
// Other processes that share memory with a test, below the library: what the
// platform gives is tried without what core makes of it.
#ifndef MP_TESTS_PEER_H
#define MP_TESTS_PEER_H

#include "platform/platform.h"
#include "platform/shared.h"
#include "tests/support.h"

// The first part of the memory is for sleeping, the second for the tests.
#define PEER_ROOM ((size_t) 0)
#define PEER_DATA MP_PLAT_SLEEP_ROOM
#define PEER_DATA_SIZE ((size_t) 64 * 1024)

// What a peer does: its exit code. It has the memory mapped, and can sleep.
typedef int (*peer_role_fn)(const mp_plat_memory_t *memory, int number);
// Each program of tests has its own, ended by NULL.
extern const peer_role_fn peer_roles[];

enum peer_kind { PEER_FORKED, PEER_FRESH, PEER_KINDS };
bool peer_can(enum peer_kind kind);

typedef struct peer {
    int64_t pid;
    intptr_t process;
} peer_t;

void peer_start(peer_t *peer, enum peer_kind kind,
                const mp_plat_memory_t *memory, int role, int number);
int peer_wait(peer_t *peer); // its exit code, under the guard
void peer_kill(const peer_t *peer);
// Waits until it has ended, and leaves it to be collected.
void peer_await_end(const peer_t *peer);

// In main(), after mp_freeze_support(): does not return in a fresh peer.
void peer_main(int argc, char **argv);

// New memory with the two parts above, ready for sleeping.
void peer_memory(mp_plat_memory_t *memory, size_t most);
void *peer_data(const mp_plat_memory_t *memory);
// Of a process that has that memory: makes it ready for sleeping.
int peer_prepare(const mp_plat_memory_t *memory);
int64_t peer_guard(void); // a deadline
// Waits without sleeping on it: false after the guard's time.
bool peer_await_word(mp_word_t *word, uint32_t value);

#endif
