// SPDX-License-Identifier: Apache-2.0
// What core asks of a system for pages that have a name, by which programs of
// one user meet that know nothing of each other: making, finding and removing
// them, knowing whether somebody has one open, and sleeping on a word in one.
// The rules of platform.h hold here too.
#ifndef MP_PLATFORM_NAMED_H
#define MP_PLATFORM_NAMED_H

#include "platform/shared.h"

#define MP_PLAT_NAMED_SIZE ((size_t) 4096)
// The last bytes of a page are what sleeping needs.
#define MP_PLAT_NAMED_ROOM ((size_t) 128)
// Of the longest name with its end: small letters, digits, - _ . + and no dot
// in front.
#define MP_PLAT_NAMED_NAME 64

typedef struct mp_plat_named {
    void *page;     // NULL: none
    intptr_t hold;  // by which others see that this process has it open; it is
                    // kept by forks
    intptr_t waker; // what sleepers sleep at, where that is not in the page
} mp_plat_named_t;

// ---- names ----

// At most one thread of all processes of this user is between these two, for
// moments. A process that dies in there leaves it free. MP_ETIMEDOUT: another
// one has been in there for seconds. MP_EACCES, MP_EMFILE.
typedef struct mp_plat_named_lock {
    intptr_t handle;
    int state; // the thread's own, that is put back
} mp_plat_named_lock_t;
int mp_plat_named_lock(mp_plat_named_lock_t *lock);
void mp_plat_named_unlock(mp_plat_named_lock_t *lock);

// All of these are called with the lock held.

// Makes a page, zero and open here. Nobody finds it before it is published;
// if it never is, nothing of it counts. MP_EEXIST there is something of that
// name; MP_ENOSPC, MP_ENOMEM, MP_EMFILE, MP_EACCES.
int mp_plat_named_create(mp_plat_named_t *out, const mp_plat_named_lock_t *lock,
                         const char *name);
// Gives the page its name, or closes it.
int mp_plat_named_publish(mp_plat_named_t *named,
                          const mp_plat_named_lock_t *lock, const char *name);
// Opens a page that may hold anything. MP_ENOENT; MP_EPROTO it cannot be one.
int mp_plat_named_open(mp_plat_named_t *out, const mp_plat_named_lock_t *lock,
                       const char *name);
// Takes the name away: who has the page open keeps it. Where names end by
// themselves with the last who has it open, this one stays until then.
// MP_ENOENT.
int mp_plat_named_remove(const mp_plat_named_lock_t *lock, const char *name);
// 1 if a living process has it open, this one or another, or 0.
int mp_plat_named_is_open(const mp_plat_named_lock_t *lock, const char *name);
// Calls `visit` for the names that there are, which it may remove. No names
// where they end by themselves.
int mp_plat_named_list(const mp_plat_named_lock_t *lock,
                       void (*visit)(const mp_plat_named_lock_t *lock,
                                     const char *name, void *context),
                       void *context);

// Without the lock. Does nothing if there is no page.
void mp_plat_named_close(mp_plat_named_t *named);

// ---- sleeping ----

// How this build sleeps: one of another kind cannot use the same page.
extern const uint32_t mp_plat_named_kind;
// As mp_plat_sleep() and mp_plat_wake() on the one word of the page that is
// slept on. But it may be that only one sleeper is woken, who then wakes the
// next; and that a wake is kept for who sleeps next, if nobody does now.
void mp_plat_named_sleep(const mp_plat_named_t *named, mp_word_t *word,
                         uint32_t value, int64_t deadline);
void mp_plat_named_wake(const mp_plat_named_t *named, mp_word_t *word,
                        int count);

#endif
