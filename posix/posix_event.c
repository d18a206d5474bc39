// SPDX-License-Identifier: Apache-2.0
#include "platform/platform.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "platform/fail.h"
#include "posix/posix.h"

struct mp_plat_event {
    pthread_mutex_t mutex;
    pthread_cond_t condition;
    bool set;
    int pair[2]; // made for mp_plat_event_handle(): a byte is in it while set
};

int mp_plat_event_create(mp_plat_event_t **out)
{
    mp_plat_event_t *event = malloc(sizeof(*event));
    if (event == NULL) {
        return mp__fail(MP_ENOMEM, 0, "event");
    }
    event->set = false;
    event->pair[0] = -1;
    event->pair[1] = -1;
    int r = pthread_mutex_init(&event->mutex, NULL);
    if (r == 0) {
        r = mp_posix_cond_init(&event->condition);
        if (r != 0) {
            (void) pthread_mutex_destroy(&event->mutex);
        }
    }
    if (r != 0) {
        free(event);
        return mp_posix_fail(r, "event");
    }
    *out = event;
    return 0;
}

// The byte is put into an empty pair and taken from one that has it, so neither
// has to wait. A thread that is cancelled here would leave the mutex locked.
static void change_locked(mp_plat_event_t *event, bool set)
{
    int state = 0;
    char byte = 0;

    if (event->set != set && event->pair[0] >= 0) {
        (void) pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
        (void) (set ? send(event->pair[1], &byte, 1,
                           MSG_DONTWAIT | mp_posix_send_flags)
                    : recv(event->pair[0], &byte, 1, MSG_DONTWAIT));
        (void) pthread_setcancelstate(state, NULL);
    }
    event->set = set;
}

void mp_plat_event_set(mp_plat_event_t *event)
{
    (void) pthread_mutex_lock(&event->mutex);
    change_locked(event, true);
    (void) pthread_cond_broadcast(&event->condition);
    (void) pthread_mutex_unlock(&event->mutex);
}

void mp_plat_event_clear(mp_plat_event_t *event)
{
    (void) pthread_mutex_lock(&event->mutex);
    change_locked(event, false);
    (void) pthread_mutex_unlock(&event->mutex);
}

int mp_plat_event_wait(mp_plat_event_t *event, int64_t deadline)
{
    int r = 0;
    int state = 0;

    // A thread that is cancelled here would leave the mutex locked.
    (void) pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    (void) pthread_mutex_lock(&event->mutex);
    while (!event->set && r != ETIMEDOUT) {
        r = mp_posix_cond_wait(&event->condition, &event->mutex, deadline);
    }
    bool set = event->set;
    (void) pthread_mutex_unlock(&event->mutex);
    (void) pthread_setcancelstate(state, NULL);
    return set ? 0 : MP_ETIMEDOUT;
}

int mp_plat_event_handle(mp_plat_event_t *event, intptr_t *handle)
{
    int r = 0;

    (void) pthread_mutex_lock(&event->mutex);
    if (event->pair[0] < 0) {
        bool set = event->set;
        r = mp_posix_own_socketpair(event->pair);
        event->set = false; // the pair says so still
        change_locked(event, set);
    }
    *handle = event->pair[0];
    (void) pthread_mutex_unlock(&event->mutex);
    return r;
}

void mp_plat_event_destroy(mp_plat_event_t *event)
{
    if (event == NULL) {
        return;
    }
    mp_posix_own_close(event->pair[0]);
    mp_posix_own_close(event->pair[1]);
    (void) pthread_cond_destroy(&event->condition);
    (void) pthread_mutex_destroy(&event->mutex);
    free(event);
}
