// SPDX-License-Identifier: Apache-2.0
// What core asks of a system for state that several processes share: memory,
// sleeping on a word of it, and whether another process lives. The rules of
// platform.h hold here too.
#ifndef MP_PLATFORM_SHARED_H
#define MP_PLATFORM_SHARED_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A word that processes share.
typedef _Atomic uint32_t mp_word_t;

// ---- the memory of a family ----

// One growing object without a name, and a reservation of address space over
// it in each process. Offsets mean the same everywhere, addresses do not.
typedef struct mp_plat_memory {
    unsigned char *base; // of this process's mapping, aligned to 64 KiB
    size_t size;         // of the reservation, the same for the whole family
    intptr_t handle;     // of the object; close-on-exec, but kept by forks
} mp_plat_memory_t;

// Makes an object that can grow up to `most` bytes, or a half, a quarter … of
// them, down to `least`, where there is less address space. None of it can be
// used yet. MP_ENOMEM, MP_EMFILE, MP_ENOSPC, MP_ESYSTEM.
int mp_plat_memory_create(mp_plat_memory_t *memory, size_t least, size_t most);
// Maps the object that a spawned child was given by its handle, which is taken
// over, or closed if that fails. MP_ENOMEM.
int mp_plat_memory_open(mp_plat_memory_t *memory, intptr_t handle, size_t size);
// Makes a range usable in all processes that have it: the system has the
// memory from then on. It is zero unless it was used before. `offset` and
// `size` are multiples of 64 KiB. MP_ENOSPC, MP_ENOMEM.
int mp_plat_memory_commit(const mp_plat_memory_t *memory, size_t offset,
                          size_t size);
// Unmaps it here and closes the handle.
void mp_plat_memory_close(mp_plat_memory_t *memory);

// ---- sleeping ----

// What sleeping needs in that memory on some systems; zero at first. To be
// called once in each process, before it sleeps, and again after a fork.
// `family` tells this memory from others.
#define MP_PLAT_SLEEP_ROOM ((size_t) 128 * 1024)
extern const size_t mp_plat_sleep_room; // how much of that is to be usable
int mp_plat_sleep_prepare(const mp_plat_memory_t *memory, size_t room_offset,
                          uint64_t family);
// Sleeps while the word has this value, at most until the deadline. It may
// return sooner, without a reason; and a process that is killed may take a wake
// along, or die before it gives one: so look again, and never sleep longer than
// can be borne. A wake that comes after the word changed is not missed.
void mp_plat_sleep(mp_word_t *word, uint32_t value, int64_t deadline);
// Wakes up to `count` sleepers of the word, those who slept longest first; all
// of them for INT_MAX. Does not wait for anything. From
// signal handlers, too, on POSIX.
void mp_plat_wake(mp_word_t *word, int count);
// A process is dead: what it held for sleeping is free.
void mp_plat_sleep_forget(int64_t pid);

// Gives the processor away for a moment.
void mp_plat_yield(void);
// How many processors this process may run on now, at least 1; cheap.
int mp_plat_processors(void);

// ---- fences that only one side pays for ----

// Whether mp_plat_fence_join() may ever be true here.
extern const bool mp_plat_has_fences;
// From now on this process takes part: mp_plat_fence_all() in any process
// reaches it. Again after a fork. False: the system has no such thing, or
// refuses it.
bool mp_plat_fence_join(void);
// As if this thread, and every thread of each process that takes part, had gone
// through a fence (seq_cst) meanwhile. A few microseconds. False: this process
// does not take part.
bool mp_plat_fence_all(void);

// ---- life and death of others ----

// A process of which no more is known than its number: it has not told yet, or
// the system does not tell. Then the number alone counts.
#define MP_PLAT_NOT_TOLD UINT64_MAX

// What tells a process from later ones with its number.
typedef struct mp_plat_life {
    int64_t pid;
    uint64_t since; // the system's own measure, never 0; or MP_PLAT_NOT_TOLD
} mp_plat_life_t;

// This process's own. `index` is a number that no other living process of the
// family has. Again after a fork, with another index. From then on no copy of
// the memory's descriptor may be closed in this process: POSIX ends a record
// lock, by which it is known to live, with any of them.
void mp_plat_life_begin(mp_plat_life_t *life, const mp_plat_memory_t *memory,
                        int index);
// Whether that process has ended, collected by its parent or not. False if it
// is stopped, and where the system does not tell.
bool mp_plat_life_ended(const mp_plat_life_t *life,
                        const mp_plat_memory_t *memory, int index);

// ---- what belongs to one process, or one thread ----

// Bytes that are zero at first, and again in every forked child, however it was
// forked. They are looked at by what must be fastest, hence no call.
#define MP_PLAT_WIPED_SIZE 128
#ifdef __ELF__
extern unsigned char mp_plat_wiped[] __attribute__((visibility("hidden")));
#else
extern unsigned char mp_plat_wiped[];
#endif
// Points to a char that is not 0 as long as this process has never had a second
// thread, as far as the system tells: then what guards against other threads
// need not be atomic.
#ifdef __ELF__
extern const char *mp_plat_single_threaded
    __attribute__((visibility("hidden")));
#else
extern const char *mp_plat_single_threaded;
#endif
// A number that no other living thread of this process has; never 0.
uint64_t mp_plat_thread_number(void);

#endif
