// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/fail.h"

// Where a spawned child finds its ends. The lowest numbers above stderr: the
// system then needs to close only one range in the child.
#define CHILD_CHANNEL 3
#define CHILD_DEATH 4
#define CHILD_STOP 5  // or 4, where nothing tells the end
#define LAST_NUMBER 6 // the shared memory has the next number, 6 at most

// What a child differs in from this process.
typedef struct birth {
    const mp_plat_setup_t *setup;
    mp_posix_ends_t ends;
} birth_t;

static int stop_number(const mp_posix_ends_t *ends)
{
    return ends->death[1] >= 0 ? CHILD_STOP : CHILD_DEATH;
}

// What the child is given has the numbers from here on.
static int first_given(const birth_t *birth)
{
    const mp_posix_ends_t *ends = &birth->ends;
    int memory = birth->setup->memory != MP_PLAT_NONE;

    if (ends->stop_memory >= 0) {
        return stop_number(ends) + 1 + memory;
    }
    return (ends->death[1] >= 0 ? CHILD_DEATH : CHILD_CHANNEL) + 1 + memory;
}

// Our ends come before the handles that are given, whose numbers they may have.
static int describe_ends(posix_spawn_file_actions_t *actions,
                         const mp_posix_ends_t *ends)
{
    int r = posix_spawn_file_actions_adddup2(actions, ends->channel[1],
                                             CHILD_CHANNEL);
    if (r == 0 && ends->death[1] >= 0) {
        r = posix_spawn_file_actions_adddup2(actions, ends->death[1],
                                             CHILD_DEATH);
    }
    if (r == 0 && ends->stop_memory >= 0) {
        r = posix_spawn_file_actions_adddup2(actions, ends->stop_memory,
                                             stop_number(ends));
    }
    return r;
}

// It must not be copied in this process, which would have to close the copy
// (platform/shared.h). So it is moved before others can get its number.
static int describe_memory(posix_spawn_file_actions_t *actions,
                           const birth_t *birth)
{
    const mp_plat_setup_t *setup = birth->setup;
    int number = first_given(birth) - 1;

    if (setup->memory == MP_PLAT_NONE) {
        return 0;
    }
    setup->given[setup->handle_count] = number;
    return posix_spawn_file_actions_adddup2(actions, (int) setup->memory,
                                            number);
}

static int describe_setup(posix_spawn_file_actions_t *actions,
                          const birth_t *birth)
{
    const mp_plat_setup_t *setup = birth->setup;
    int first = first_given(birth);
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
    int r = describe_ends(actions, &birth->ends);
    if (r == 0) {
        r = describe_memory(actions, birth);
    }
    if (r == 0) {
        r = describe_setup(actions, birth);
    }
    return r != 0 ? r
                  : mp_posix_only_below(actions, attributes, flags,
                                        first_given(birth) +
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
static char **arguments_of(char *name, char *const *leading, char *marker)
{
    size_t count = 0;

    while (leading != NULL && leading[count] != NULL) {
        count++;
    }
    char **arguments = malloc((count + 3) * sizeof(*arguments));
    if (arguments == NULL) {
        return NULL;
    }
    arguments[0] = name;
    for (size_t i = 0; i < count; i++) {
        arguments[i + 1] = leading[i];
    }
    arguments[count + 1] = marker;
    arguments[count + 2] = NULL;
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
    return mp_posix_fail_path(os_code, "the executable cannot be started",
                              name);
}

static int spawn_program(const char *path, char *name,
                         const mp_plat_spawn_t *spawn, birth_t *birth,
                         mp_plat_child_t *child)
{
    mp_posix_ends_t *ends = &birth->ends;
    char marker[sizeof(MP_PLAT_MARKER) + 32];
    pid_t pid = 0;
    int r = ENOMEM;

    int length = snprintf(marker, sizeof(marker),
                          ends->death[1] >= 0 ? "%s%d,%d" : "%s%d",
                          MP_PLAT_MARKER, CHILD_CHANNEL, CHILD_DEATH);
    if (ends->stop_memory >= 0) {
        (void) snprintf(marker + length, sizeof(marker) - (size_t) length,
                        ";%d", stop_number(ends));
    }
    char **arguments = arguments_of(name, spawn->arguments, marker);
    char **environment = mp_posix_environment(spawn->setup->environment);
    if (arguments != NULL && environment != NULL) {
        r = spawn_at(&pid, path, arguments, environment, birth);
    }
    free((void *) arguments);
    free((void *) environment);
    if (r != 0) {
        return start_failed(r, name, spawn->setup->directory);
    }
    return mp_posix_ends_adopt(ends, pid, child);
}

// The ends lie above the numbers that the child is given, so that no dup2 in
// the child overwrites one that is still to be moved.
static int open_raised(mp_posix_ends_t *ends)
{
    int r = mp_posix_ends_open(ends, true);
    if (r < 0) {
        return r;
    }
    r = mp_posix_own_raise(&ends->channel[1], LAST_NUMBER + 1);
    if (r == 0) {
        r = mp_posix_own_raise(&ends->death[1], LAST_NUMBER + 1);
    }
    if (r == 0) {
        r = mp_posix_own_raise(&ends->stop_memory, LAST_NUMBER + 1);
    }
    if (r < 0) {
        mp_posix_ends_close(ends, 0);
        mp_posix_ends_close(ends, 1);
    }
    return r;
}

// The program's name for its own command line, freed with free().
static int name_of(const mp_plat_spawn_t *spawn, char **name)
{
    const char *program = spawn->program;

    if (program == NULL) {
        int r = mp_plat_program(name);
        program = mp_posix_self(); // runs also where its path is too long
        if (r == 0 || program[0] == '\0') {
            return r;
        }
    }
    *name = strdup(program);
    return *name != NULL ? 0 : mp__fail(MP_ENOMEM, 0, "path of a program");
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
    char *name = NULL;

    int r = name_of(spawn, &name);
    if (r < 0) {
        return r;
    }
    r = raise_handles(spawn->setup);
    if (r == 0) {
        r = open_raised(&birth.ends);
    }
    if (r == 0) {
        const char *self = spawn->program == NULL ? mp_posix_self() : "";
        r = spawn_program(self[0] != '\0' ? self : name, name, spawn, &birth,
                          child);
        if (r < 0) {
            mp_posix_ends_close(&birth.ends, 0);
            mp_posix_ends_close(&birth.ends, 1);
        }
    }
    free(name);
    return r;
}
