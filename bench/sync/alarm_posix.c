// SPDX-License-Identifier: Apache-2.0
// A condition of POSIX that processes share.
#include "bench/sync/alarm.h"

#include <pthread.h>

struct condition {
    pthread_mutex_t mutex;
    pthread_cond_t condition;
    int set;
};

_Static_assert(sizeof(struct condition) <= ALARM_ROOM, "room for a condition");

static int make(struct alarm_place *place)
{
    struct condition *made = place->room;
    pthread_mutexattr_t mutex;
    pthread_condattr_t condition;

    place->at = made;
    made->set = 0;
    if (pthread_mutexattr_init(&mutex) != 0 ||
        pthread_condattr_init(&condition) != 0) {
        return -1;
    }
    int error = pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED);
    error |= pthread_condattr_setpshared(&condition, PTHREAD_PROCESS_SHARED);
    error |= pthread_mutex_init(&made->mutex, &mutex);
    error |= pthread_cond_init(&made->condition, &condition);
    (void) pthread_mutexattr_destroy(&mutex);
    (void) pthread_condattr_destroy(&condition);
    return error == 0 ? 0 : -1;
}

static void unmake(struct alarm_place *place)
{
    struct condition *made = place->at;

    (void) pthread_cond_destroy(&made->condition);
    (void) pthread_mutex_destroy(&made->mutex);
}

static int put(struct condition *made, int value)
{
    int error = pthread_mutex_lock(&made->mutex);
    made->set = value;
    if (error == 0 && value != 0) {
        error = pthread_cond_broadcast(&made->condition);
    }
    error |= pthread_mutex_unlock(&made->mutex);
    return error == 0 ? 0 : -1;
}

static int set(void *at)
{
    return put(at, 1);
}

static int clear(void *at)
{
    return put(at, 0);
}

static int wait_for(void *at)
{
    struct condition *made = at;
    int error = pthread_mutex_lock(&made->mutex);

    while (error == 0 && made->set == 0) {
        error = pthread_cond_wait(&made->condition, &made->mutex);
    }
    error |= pthread_mutex_unlock(&made->mutex);
    return error == 0 ? 0 : -1;
}

const struct alarm alarm_condition = {
    .name = "pthread-cond",
    .make = make,
    .unmake = unmake,
    .set = set,
    .clear = clear,
    .wait = wait_for,
};
