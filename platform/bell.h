// SPDX-License-Identifier: Apache-2.0
// What sleepers.c asks of a system on which nobody can sleep on a word that
// processes share: bells. A bell is no more than a hint. It may ring without a
// reason, and one that does not ring is made up for by looking again.
#ifndef MP_PLATFORM_BELL_H
#define MP_PLATFORM_BELL_H

#include <stdalign.h>
#include <stdint.h>

// How many there are in a family: as many threads of it can sleep at once.
#define MP_PLAT_BELLS 1023

// What a bell needs in the memory that the processes share; zero at first. A
// process may be killed at any moment of its use.
#define MP_PLAT_BELL_ROOM 104
typedef struct mp_plat_bell {
    alignas(8) unsigned char room[MP_PLAT_BELL_ROOM];
} mp_plat_bell_t;

// Once in each process, before it uses bells of that family.
void mp_plat_bell_prepare(uint64_t family);
// By who is going to wait at it, and is the only one: it has not rung.
void mp_plat_bell_silence(mp_plat_bell_t *bell, int number);
// Waits until it rings, at most until the deadline, which is near.
void mp_plat_bell_wait(mp_plat_bell_t *bell, int number, int64_t deadline);
void mp_plat_bell_ring(mp_plat_bell_t *bell, int number);
// Sleeps for a moment.
void mp_plat_pause(int64_t nanoseconds);

#endif
