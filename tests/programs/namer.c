// SPDX-License-Identifier: Apache-2.0
// namer ROLE NAME: what unrelated programs do with a named semaphore. Whoever
// is in place says so by the semaphore NAME.r.
#include "tests/support.h"

#include <stdio.h>
#include <string.h>

static mp_named_semaphore_t *semaphore;
static mp_named_semaphore_t *second;

static int open_second(const char *name, const char *ending)
{
    char whole[64];

    (void) snprintf(whole, sizeof(whole), "%s.%s", name, ending);
    return mp_named_semaphore_open(&second, whole);
}

static int say_ready(const char *name)
{
    return open_second(name, "r") == 0 &&
                   mp_named_semaphore_release(second) == 0
               ? 0
               : 3;
}

static int do_take(const char *name)
{
    (void) name;
    return mp_named_semaphore_acquire(semaphore, TEST_GUARD_MS) == 0 ? 7 : 4;
}

static int do_give(const char *name)
{
    (void) name;
    return mp_named_semaphore_release(semaphore) == 0 ? 7 : 4;
}

static int do_wait(const char *name)
{
    int r = say_ready(name);
    if (r != 0) {
        return r;
    }
    return mp_named_semaphore_acquire(semaphore, MP_FOREVER) == 0 ? 7 : 4;
}

// Until it is killed.
static int do_hold(const char *name)
{
    int r = mp_named_semaphore_acquire(semaphore, TEST_GUARD_MS);
    if (r == 0) {
        r = say_ready(name);
    }
    (void) open_second(name, "never");
    return r != 0 ? 4 : mp_named_semaphore_acquire(second, TEST_GUARD_MS);
}

static int do_turn(const char *name)
{
    int r = say_ready(name);

    while (r == 0) {
        r = mp_named_semaphore_acquire(semaphore, TEST_GUARD_MS);
        if (r == 0) {
            r = mp_named_semaphore_release(semaphore);
        }
    }
    return 4;
}

// While a unit of the first is held, nobody else holds one of the other.
static int do_exclude(const char *name)
{
    if (open_second(name, "x") < 0) {
        return 3;
    }
    for (int i = 0; i < 500; i++) {
        if (mp_named_semaphore_acquire(semaphore, TEST_GUARD_MS) != 0 ||
            mp_named_semaphore_acquire(second, 0) != 0 ||
            mp_named_semaphore_release(second) != 0 ||
            mp_named_semaphore_release(semaphore) != 0) {
            return 5;
        }
    }
    return 7;
}

// Makes and removes one of another name until it is killed.
static int do_make(const char *name)
{
    mp_named_semaphore_t *made = NULL;
    char other[64];
    int r = say_ready(name);

    (void) snprintf(other, sizeof(other), "%s.m", name);
    while (r == 0 || r == MP_ENOENT || r == MP_EEXIST) {
        r = mp_named_semaphore_create(&made, other, 5, NULL);
        if (r == 0) {
            r = mp_named_semaphore_unlink(other);
        }
        mp_named_semaphore_destroy(made);
    }
    return 4;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(const char *name);
    } roles[] = {
        {"take", do_take}, {"give", do_give},       {"wait", do_wait},
        {"hold", do_hold}, {"exclude", do_exclude}, {"turn", do_turn},
        {"make", do_make},
    };

    if (argc != 3 || mp_named_semaphore_open(&semaphore, argv[2]) < 0) {
        return 2;
    }
    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
        if (strcmp(argv[1], roles[i].name) == 0) {
            int r = roles[i].run(argv[2]);
            mp_named_semaphore_destroy(second);
            mp_named_semaphore_destroy(semaphore);
            return r;
        }
    }
    return 2;
}
