// SPDX-License-Identifier: Apache-2.0
// Coming into the family, and the recovery of what the dead left, killed at
// every step.
#define _GNU_SOURCE // fork
#include "tests/stress/step.h"

#include <sys/wait.h>
#include <unistd.h>

#include <multiprocessing.h>

#include "core/lock.h"
#include "core/pages.h"

#define BLOCK_SIZE ((size_t) 1 << 20)

static mp_lock_t *inherited;

static void fork_a_child(void)
{
    if (fork() == 0) {
        _exit(0);
    }
}

// The child is a member, or others could free what it has inherited.
static void fork_a_member(void)
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        _exit(mp__process_token() != 0 &&
                      !mp__member_dead(mp__process_token(), false)
                  ? 0
                  : 1);
    }
    if (waitpid(pid, &status, 0) != pid || status != 0) {
        atomic_store(&step_page->wrong, 1);
    }
}

// A slot that had another owner.
static void be_a_member(void)
{
    step_dead_child(fork_a_child);
    mp__members_recover(0);
}

static const char *others_fork(void)
{
    fork_a_child();
    return NULL;
}

// ---- what the dead leave ----

static void leave_much(void)
{
    mp_lock_t *own[3];
    mp__object_t *block = NULL;
    mp__object_t *opened = NULL;
    mp__reference_t reference = mp__object_reference(&step_lock->head);

    for (int i = 0; i < 3; i++) {
        (void) mp_lock_create(&own[i]);
    }
    mp_lock_destroy(own[1]);
    if (mp__object_new(&block, BLOCK_SIZE) == 0) {
        mp__object_made(block, MP__TYPE_BLOCK);
    }
    (void) mp__object_new(&block, BLOCK_SIZE);
    (void) mp__object_open(&reference, MP__TYPE_LOCK, &opened);
    (void) mp_lock_acquire(step_lock, MP_FOREVER);
}

static void die_in_the_heap(void)
{
    leave_much();
    mp__heap_lock();
}

static void be_inherited(void)
{
    mp_lock_destroy(inherited);
}

// A process has died that had inherited the address of what its parent
// destroyed since, and that therefore is in limbo.
static void leave_in_limbo(void)
{
    leave_much();
    (void) mp_lock_create(&inherited);
    step_dead_child(be_inherited);
    mp_lock_destroy(inherited);
}

static void a_death(void)
{
    step_make_lock();
    step_dead_child(leave_much);
}

static void a_death_in_the_heap(void)
{
    step_make_lock();
    step_dead_child(die_in_the_heap);
}

static void a_death_with_limbo(void)
{
    step_make_lock();
    step_dead_child(leave_in_limbo);
}

static void limbo_of_the_living(void)
{
    step_make_lock();
    (void) mp_lock_create(&inherited);
    step_dead_child(leave_much);
    mp_lock_destroy(inherited);
}

static void recover(void)
{
    mp__members_recover(0);
}

static const char *check_lock(void)
{
    if (mp_lock_acquire(step_lock, STEP_LIMIT_MS) < 0 ||
        mp_lock_release(step_lock) < 0 || mp_lock_acquire(step_lock, 0) != 0 ||
        mp_lock_release(step_lock) < 0) {
        return "the lock of the dead cannot be acquired";
    }
    return NULL;
}

const step_op_t step_member_ops[] = {
    {.name = "is being forked", .in_fork = true, .check = others_fork},
    {.name = "forks", .run = fork_a_child, .check = others_fork},
    {.name = "forks while others look",
     .prepare = be_a_member,
     .run = fork_a_member,
     .check = others_fork,
     .lives = true},
    {.name = "recovers what a dead one left",
     .setup = a_death,
     .run = recover,
     .check = check_lock,
     .clear = step_destroy_lock},
    {.name = "recovers one that died in the heap",
     .setup = a_death_in_the_heap,
     .run = recover,
     .check = check_lock,
     .clear = step_destroy_lock},
    {.name = "recovers one that left others in limbo",
     .setup = a_death_with_limbo,
     .run = recover,
     .check = check_lock,
     .clear = step_destroy_lock},
    {.name = "recovers what waited for a dead one",
     .setup = limbo_of_the_living,
     .run = recover,
     .check = check_lock,
     .clear = step_destroy_lock},
};
const size_t step_member_count = STEP_COUNT(step_member_ops);
