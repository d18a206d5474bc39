// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "platform/fail.h"

extern char **environ;

// Where a spawned child finds its ends. The lowest numbers above stderr: the
// system then needs to close only one range in the child.
#define CHILD_CHANNEL 3
#define CHILD_DEATH 4
#define CHILD_STOP 5 // or 4, where nothing tells the end

static int stop_number(const mp_posix_ends_t *ends)
{
    return ends->death[1] >= 0 ? CHILD_STOP : CHILD_DEATH;
}

static int describe_descriptors(posix_spawn_file_actions_t *actions,
                                posix_spawnattr_t *attributes, short *flags,
                                const mp_posix_ends_t *ends)
{
    int first = CHILD_CHANNEL + 1;
    int r = posix_spawn_file_actions_adddup2(actions, ends->channel[1],
                                             CHILD_CHANNEL);
    if (r == 0 && ends->death[1] >= 0) {
        first = CHILD_DEATH + 1;
        r = posix_spawn_file_actions_adddup2(actions, ends->death[1],
                                             CHILD_DEATH);
    }
    if (r == 0 && ends->stop_memory >= 0) {
        first = stop_number(ends) + 1;
        r = posix_spawn_file_actions_adddup2(actions, ends->stop_memory,
                                             stop_number(ends));
    }
    return r != 0 ? r : mp_posix_only_below(actions, attributes, flags, first);
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
                           char **environment, const mp_posix_ends_t *ends,
                           posix_spawn_file_actions_t *actions,
                           posix_spawnattr_t *attributes)
{
    short flags = 0;
    int r = describe_descriptors(actions, attributes, &flags, ends);
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
                    char **environment, const mp_posix_ends_t *ends)
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
        r = spawn_described(pid, path, arguments, environment, ends, &actions,
                            &attributes);
        if (mp_posix_born_open) {
            mp_posix_unlock();
        }
        (void) posix_spawnattr_destroy(&attributes);
    }
    (void) posix_spawn_file_actions_destroy(&actions);
    return r;
}

// The environment of this process with one variable set: an array of borrowed
// pointers, whose own entry lies behind it in the same block.
static char **environment_with(const char *variable, const char *value)
{
    size_t count = 0;
    size_t name_length = strlen(variable);
    size_t entry_size = name_length + strlen(value) + 2;

    while (environ != NULL && environ[count] != NULL) {
        count++;
    }
    char **copy = malloc((count + 2) * sizeof(*copy) + entry_size);
    if (copy == NULL) {
        return NULL;
    }
    char *entry = (char *) (copy + count + 2);
    (void) snprintf(entry, entry_size, "%s=%s", variable, value);
    size_t used = 0;
    copy[used++] = entry;
    for (size_t i = 0; i < count; i++) {
        if (strncmp(environ[i], entry, name_length + 1) != 0) {
            copy[used++] = environ[i];
        }
    }
    copy[used] = NULL;
    return copy;
}

static int spawn_program(const char *path, char *name,
                         const mp_plat_spawn_t *spawn, mp_posix_ends_t *ends,
                         mp_plat_child_t *child)
{
    char marker[sizeof(MP_PLAT_MARKER) + 32];
    char **environment = environ;
    pid_t pid = 0;

    int length = snprintf(marker, sizeof(marker),
                          ends->death[1] >= 0 ? "%s%d,%d" : "%s%d",
                          MP_PLAT_MARKER, CHILD_CHANNEL, CHILD_DEATH);
    if (ends->stop_memory >= 0) {
        (void) snprintf(marker + length, sizeof(marker) - (size_t) length,
                        ";%d", stop_number(ends));
    }
    char *arguments[] = {name, marker, NULL};
    if (spawn->variable != NULL) {
        environment = environment_with(spawn->variable, spawn->value);
        if (environment == NULL) {
            return mp__fail(MP_ENOMEM, 0, "environment of a child");
        }
    }
    int r = spawn_at(&pid, path, arguments, environment, ends);
    if (environment != environ) {
        free(environment);
    }
    if (r != 0) {
        return mp_posix_fail_path(r, "the executable cannot be started", name);
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
    r = mp_posix_own_raise(&ends->channel[1], CHILD_STOP + 1);
    if (r == 0) {
        r = mp_posix_own_raise(&ends->death[1], CHILD_STOP + 1);
    }
    if (r == 0) {
        r = mp_posix_own_raise(&ends->stop_memory, CHILD_STOP + 1);
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

int mp_plat_spawn(mp_plat_child_t *child, const mp_plat_spawn_t *spawn)
{
    mp_posix_ends_t ends;
    char *name = NULL;

    int r = name_of(spawn, &name);
    if (r < 0) {
        return r;
    }
    r = open_raised(&ends);
    if (r == 0) {
        const char *self = spawn->program == NULL ? mp_posix_self() : "";
        r = spawn_program(self[0] != '\0' ? self : name, name, spawn, &ends,
                          child);
        if (r < 0) {
            mp_posix_ends_close(&ends, 0);
            mp_posix_ends_close(&ends, 1);
        }
    }
    free(name);
    return r;
}
