// SPDX-License-Identifier: Apache-2.0
// The locks of POSIX that processes share.
#include "bench/sync/kind.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <unistd.h>

_Static_assert(sizeof(pthread_mutex_t) <= PLACE_ROOM, "room for a mutex");
_Static_assert(sizeof(sem_t) <= PLACE_ROOM, "room for a semaphore");

KIND_INLINE int mutex_take(void *at)
{
    return pthread_mutex_lock(at);
}

KIND_INLINE int mutex_give(void *at)
{
    return pthread_mutex_unlock(at);
}

KIND_LOOPS(mutex, mutex_take, mutex_give)

static int make_mutex(struct place *place, int robust, int protocol)
{
    pthread_mutexattr_t attributes;

    if (pthread_mutexattr_init(&attributes) != 0) {
        return -1;
    }
    int error =
        pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    if (error == 0 && protocol != PTHREAD_PRIO_NONE) {
        error = pthread_mutexattr_setprotocol(&attributes, protocol);
    }
    if (error == 0 && robust != 0) {
#ifdef __APPLE__
        error = ENOTSUP; // it has none
#else
        error = pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
#endif
    }
    if (error == 0) {
        error = pthread_mutex_init(place->room, &attributes);
    }
    (void) pthread_mutexattr_destroy(&attributes);
    place->at = place->room;
    return error == 0 ? 0 : error == ENOTSUP ? 1 : -1;
}

static int plain_make(struct place *place)
{
    return make_mutex(place, 0, PTHREAD_PRIO_NONE);
}

static int robust_make(struct place *place)
{
    return make_mutex(place, 1, PTHREAD_PRIO_NONE);
}

static int inherit_make(struct place *place)
{
    return make_mutex(place, 0, PTHREAD_PRIO_INHERIT);
}

static void mutex_unmake(struct place *place)
{
    (void) pthread_mutex_destroy(place->at);
}

const struct kind kind_pthread = {
    .name = "pthread",
    .make = plain_make,
    .unmake = mutex_unmake,
    .alone = mutex_alone,
    .among = mutex_among,
};

const struct kind kind_robust = {
    .name = "robust",
    .make = robust_make,
    .unmake = mutex_unmake,
    .alone = mutex_alone,
    .among = mutex_among,
};

const struct kind kind_inherit = {
    .name = "inherit",
    .make = inherit_make,
    .unmake = mutex_unmake,
    .alone = mutex_alone,
    .among = mutex_among,
};

// sem_wait may be interrupted, but no signals come here.
KIND_INLINE int sem_take(void *at)
{
    return sem_wait(at);
}

KIND_INLINE int sem_give(void *at)
{
    return sem_post(at);
}

KIND_LOOPS(sem, sem_take, sem_give)

// Apple's exists, is marked as one not to call, and answers ENOSYS.
#ifdef __APPLE__
static int sem_t_make(struct place *place)
{
    (void) place;
    return 1;
}

static void sem_t_unmake(struct place *place)
{
    place->at = NULL;
}
#else
static int sem_t_make(struct place *place)
{
    place->at = place->room;
    return sem_init(place->at, 1, 1);
}

static void sem_t_unmake(struct place *place)
{
    (void) sem_destroy(place->at);
}
#endif

const struct kind kind_sem_t = {
    .name = "sem_t",
    .make = sem_t_make,
    .unmake = sem_t_unmake,
    .alone = sem_alone,
    .among = sem_among,
};

// The name is gone at once: forked children have it.
static int sem_open_make(struct place *place)
{
    snprintf(place->name, sizeof(place->name), "/bench-sync-%ld",
             (long) getpid());
    sem_t *semaphore = sem_open(place->name, O_CREAT | O_EXCL, 0600, 1);
    if (semaphore == SEM_FAILED) {
        return -1;
    }
    (void) sem_unlink(place->name);
    place->at = semaphore;
    return 0;
}

static void sem_open_unmake(struct place *place)
{
    (void) sem_close(place->at);
}

const struct kind kind_sem_open = {
    .name = "sem_open",
    .make = sem_open_make,
    .unmake = sem_open_unmake,
    .alone = sem_alone,
    .among = sem_among,
};
