// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/fail.h"

// A spawned child finds its ends from here on, one behind the other. The lowest
// numbers above stderr: the system then needs to close only one range in the
// child.
#define FIRST_NUMBER 3
#define LAST_NUMBER 7 // four ends and the shared memory

// The numbers in the child; -1 is none.
typedef struct numbers {
    int channel;
    int death;
    int stop;
    int tie;
    int memory;
    int given; // the first of what the program gives it
} numbers_t;

// What a child differs in from this process.
typedef struct birth {
    const mp_plat_setup_t *setup;
    mp_posix_ends_t ends;
    numbers_t numbers;
} birth_t;

static int number_if(bool there, int *next)
{
    return there ? (*next)++ : -1;
}

static void number_ends(birth_t *birth)
{
    const mp_posix_ends_t *ends = &birth->ends;
    numbers_t *numbers = &birth->numbers;
    int next = FIRST_NUMBER;

    numbers->channel = number_if(true, &next);
    numbers->death = number_if(ends->death[1] >= 0, &next);
    numbers->stop = number_if(ends->stop_memory >= 0, &next);
    numbers->tie = number_if(ends->tie >= 0, &next);
    numbers->memory = number_if(birth->setup->memory != MP_PLAT_NONE, &next);
    numbers->given = next;
}

static int describe_end(posix_spawn_file_actions_t *actions, int descriptor,
                        int number)
{
    return number < 0
               ? 0
               : posix_spawn_file_actions_adddup2(actions, descriptor, number);
}

// Our ends come before the handles that are given, whose numbers they may have.
static int describe_ends(posix_spawn_file_actions_t *actions,
                         const birth_t *birth)
{
    const mp_posix_ends_t *ends = &birth->ends;
    const numbers_t *numbers = &birth->numbers;
    int r = describe_end(actions, ends->channel[1], numbers->channel);

    if (r == 0) {
        r = describe_end(actions, ends->death[1], numbers->death);
    }
    if (r == 0) {
        r = describe_end(actions, ends->stop_memory, numbers->stop);
    }
    if (r == 0) {
        r = describe_end(actions, ends->tie, numbers->tie);
    }
    return r;
}

// It must not be copied in this process, which would have to close the copy
// (platform/shared.h). So it is moved before others can get its number.
static int describe_memory(posix_spawn_file_actions_t *actions,
                           const birth_t *birth)
{
    const mp_plat_setup_t *setup = birth->setup;

    if (setup->memory == MP_PLAT_NONE) {
        return 0;
    }
    setup->given[setup->handle_count] = birth->numbers.memory;
    return describe_end(actions, (int) setup->memory, birth->numbers.memory);
}

static int describe_setup(posix_spawn_file_actions_t *actions,
                          const birth_t *birth)
{
    const mp_plat_setup_t *setup = birth->setup;
    int first = birth->numbers.given;
    int r = 0;

    for (int i = 0; r == 0 && i < MP_PLAT_STREAMS; i++) {
        if (setup->streams[i] != MP_PLAT_NONE) {
            r = posix_spawn_file_actions_adddup2(actions,
                                                 (int) setup->streams[i], i);
        }
    }
    for (size_t i = 0; r == 0 && i < setup->handle_count; i++) {
        setup->given[i] = first + (int) i;
        r = posix_spawn_file_actions_adddup2(actions, (int) setup->handles[i],
                                             first + (int) i);
    }
    if (r == 0 && setup->directory != NULL) {
        r = posix_spawn_file_actions_addchdir_np(actions, setup->directory);
    }
    return r;
}

static int describe_descriptors(posix_spawn_file_actions_t *actions,
                                posix_spawnattr_t *attributes, short *flags,
                                const birth_t *birth)
{
    int r = describe_ends(actions, birth);
    if (r == 0) {
        r = describe_memory(actions, birth);
    }
    if (r == 0) {
        r = describe_setup(actions, birth);
    }
    return r != 0 ? r
                  : mp_posix_only_below(actions, attributes, flags,
                                        birth->numbers.given +
                                            (int) birth->setup->handle_count);
}

// A spawned child starts with every signal at its default and none blocked.
static int describe_signals(posix_spawnattr_t *attributes, short *flags)
{
    sigset_t signals;

    (void) sigfillset(&signals);
    (void) sigdelset(&signals, SIGKILL);
    (void) sigdelset(&signals, SIGSTOP);
    int r = posix_spawnattr_setsigdefault(attributes, &signals);
    if (r != 0) {
        return r;
    }
    (void) sigemptyset(&signals);
    *flags |= POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
    return posix_spawnattr_setsigmask(attributes, &signals);
}

static int spawn_described(pid_t *pid, const char *path, char **arguments,
                           char **environment, const birth_t *birth,
                           posix_spawn_file_actions_t *actions,
                           posix_spawnattr_t *attributes)
{
    short flags = 0;
    int r = describe_descriptors(actions, attributes, &flags, birth);
    if (r == 0) {
        r = describe_signals(attributes, &flags);
    }
    if (r == 0) {
        r = posix_spawnattr_setflags(attributes, flags);
    }
    if (r == 0) {
        r = posix_spawn(pid, path, actions, attributes, arguments, environment);
    }
    return r;
}

static int spawn_at(pid_t *pid, const char *path, char **arguments,
                    char **environment, const birth_t *birth)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;

    int r = posix_spawn_file_actions_init(&actions);
    if (r != 0) {
        return r;
    }
    r = posix_spawnattr_init(&attributes);
    if (r == 0) {
        if (mp_posix_born_open) {
            mp_posix_lock();
        }
        r = spawn_described(pid, path, arguments, environment, birth, &actions,
                            &attributes);
        if (mp_posix_born_open) {
            mp_posix_unlock();
        }
        (void) posix_spawnattr_destroy(&attributes);
    }
    (void) posix_spawn_file_actions_destroy(&actions);
    return r;
}

// The command line in one block: pointers to texts that others own.
static char **arguments_of(const mp_posix_run_t *run, char *const *leading,
                           char *marker)
{
    size_t first = (size_t) run->count;
    size_t count = 0;

    while (leading != NULL && leading[count] != NULL) {
        count++;
    }
    char **arguments = malloc((first + count + 2) * sizeof(*arguments));
    if (arguments == NULL) {
        return NULL;
    }
    memcpy((void *) arguments, (void *) run->words, first * sizeof(*arguments));
    for (size_t i = 0; i < count; i++) {
        arguments[first + i] = leading[i];
    }
    arguments[first + count] = marker;
    arguments[first + count + 1] = NULL;
    return arguments;
}

// An error of the folder looks like one of the program.
static int start_failed(int os_code, const char *name, const char *directory)
{
    struct stat status;

    if (directory != NULL &&
        (stat(directory, &status) < 0 || !S_ISDIR(status.st_mode) ||
         access(directory, X_OK) < 0)) {
        return mp_posix_fail_path(
            os_code, "a child cannot be in this directory", directory);
    }
    return mp_posix_fail_program(os_code, "the executable cannot be started",
                                 name);
}

#define MARKER_SIZE (sizeof(MP_PLAT_MARKER) + 32)

static size_t write_number(char *marker, size_t length, char lead, int number)
{
    if (number < 0) {
        return length;
    }
    return length + (size_t) snprintf(marker + length, MARKER_SIZE - length,
                                      "%c%d", lead, number);
}

// As mp_plat_parent_open() reads it.
static void write_marker(char *marker, const numbers_t *numbers)
{
    size_t length = (size_t) snprintf(marker, MARKER_SIZE, "%s%d",
                                      MP_PLAT_MARKER, numbers->channel);

    length = write_number(marker, length, ',', numbers->death);
    length = write_number(marker, length, ';', numbers->stop);
    (void) write_number(marker, length, '/', numbers->tie);
}

static int spawn_program(const mp_posix_run_t *run,
                         const mp_plat_spawn_t *spawn, birth_t *birth,
                         mp_plat_child_t *child)
{
    mp_posix_ends_t *ends = &birth->ends;
    char marker[MARKER_SIZE];
    pid_t pid = 0;
    int r = ENOMEM;

    number_ends(birth);
    write_marker(marker, &birth->numbers);
    char **arguments = arguments_of(run, spawn->arguments, marker);
    char **environment = mp_posix_environment(spawn->setup->environment);
    if (arguments != NULL && environment != NULL) {
        r = spawn_at(&pid, run->path, arguments, environment, birth);
    }
    free((void *) arguments);
    free((void *) environment);
    if (r != 0) {
        return start_failed(r, run->name, spawn->setup->directory);
    }
    return mp_posix_ends_adopt(ends, pid, child);
}

// The ends lie above the numbers that the child is given, so that no dup2 in
// the child overwrites one that is still to be moved.
static int open_raised(mp_posix_ends_t *ends, bool detached)
{
    int r = mp_posix_ends_open(ends, true);
    if (r < 0) {
        return r;
    }
    if (!detached) {
        r = mp_posix_spawned_tie(&ends->tie);
    }
    int *const rows[] = {&ends->channel[1], &ends->death[1], &ends->stop_memory,
                         &ends->tie};
    for (size_t i = 0; r == 0 && i < sizeof(rows) / sizeof(rows[0]); i++) {
        r = mp_posix_own_raise(rows[i], LAST_NUMBER + 1);
    }
    if (r < 0) {
        mp_posix_ends_close(ends, 0);
        mp_posix_ends_close(ends, 1);
    }
    return r;
}

// The handles lie above the numbers that the child is given, as the ends do.
static int raise_handles(const mp_plat_setup_t *setup)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < setup->handle_count; i++) {
        int descriptor = (int) setup->handles[i];
        r = mp_posix_own_raise(&descriptor,
                               LAST_NUMBER + 1 + (int) setup->handle_count);
        setup->handles[i] = descriptor;
    }
    return r;
}

int mp_plat_spawn(mp_plat_child_t *child, const mp_plat_spawn_t *spawn)
{
    birth_t birth = {.setup = spawn->setup};
    mp_posix_run_t run;

    int r = mp_posix_run_open(&run, spawn->program);
    if (r < 0) {
        return r;
    }
    r = raise_handles(spawn->setup);
    if (r == 0) {
        r = open_raised(&birth.ends, spawn->detached);
    }
    if (r == 0) {
        r = spawn_program(&run, spawn, &birth, child);
        if (r < 0) {
            mp_posix_ends_close(&birth.ends, 0);
            mp_posix_ends_close(&birth.ends, 1);
        }
    }
    mp_posix_run_close(&run);
    return r;
}
