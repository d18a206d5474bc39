// SPDX-License-Identifier: Apache-2.0
#include "platform/platform.h"

#include <errno.h>
#include <stdlib.h>

#include "platform/fail.h"
#include "posix/posix.h"

struct mp_plat_event {
    pthread_mutex_t mutex;
    pthread_cond_t condition;
    bool set;
    int pipe[2]; // made for mp_plat_event_handle(): at its end once set
};

int mp_plat_event_create(mp_plat_event_t **out)
{
    mp_plat_event_t *event = malloc(sizeof(*event));
    if (event == NULL) {
        return mp__fail(MP_ENOMEM, 0, "event");
    }
    event->set = false;
    event->pipe[0] = -1;
    event->pipe[1] = -1;
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

void mp_plat_event_set(mp_plat_event_t *event)
{
    (void) pthread_mutex_lock(&event->mutex);
    event->set = true;
    mp_posix_own_close(event->pipe[1]);
    event->pipe[1] = -1;
    (void) pthread_cond_broadcast(&event->condition);
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
    if (event->pipe[0] < 0) {
        r = mp_posix_own_pipe(event->pipe);
        if (r == 0 && event->set) {
            mp_posix_own_close(event->pipe[1]);
            event->pipe[1] = -1;
        }
    }
    *handle = event->pipe[0];
    (void) pthread_mutex_unlock(&event->mutex);
    return r;
}

void mp_plat_event_destroy(mp_plat_event_t *event)
{
    if (event == NULL) {
        return;
    }
    mp_posix_own_close(event->pipe[0]);
    mp_posix_own_close(event->pipe[1]);
    (void) pthread_cond_destroy(&event->condition);
    (void) pthread_mutex_destroy(&event->mutex);
    free(event);
}
