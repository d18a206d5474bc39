// SPDX-License-Identifier: Apache-2.0
// What the user's own event loop waits for: a handle of this process, which a
// helper thread makes ready. While it is not, the thread sleeps as anybody does
// who gets; while it is, nothing is left to be seen, and the thread rests until
// a get has found the queue empty.
//
// The thread holds nothing of the queue's. Whoever drops this process's last
// hold first ends it, and waits until it looks at the queue no more.
#include "core/queue.h"

#include <limits.h>
#include <stdlib.h>

#include "platform/fail.h"
#include "platform/platform.h"

#define WAKE_EVERY_NS INT64_C(2000000) // again, for a thread that did not sleep

// All of it is guarded by the lock of handles, but for what never changes.
typedef struct handle {
    struct handle *next;
    mp_queue_t *queue;
    uint32_t process;       // whose thread it is: a forked child has none
    mp_plat_event_t *ready; // the handle
    mp_plat_event_t *call;  // the resting thread is to look
    mp_plat_event_t *left;  // it has seen the end
    bool is_ready;
    bool is_closed; // ready for good, as each get fails
    bool ends;
} handle_t;

typedef enum step { STEP_SLEEP, STEP_REST, STEP_END } step_t;

atomic_bool mp__queue_has_handles;
static handle_t *handles; // those of this process's ancestors stay behind

static handle_t **find_locked(const mp_queue_t *queue)
{
    handle_t **link = &handles;

    while (*link != NULL && ((*link)->queue != queue ||
                             (*link)->process != mp__process_token())) {
        link = &(*link)->next;
    }
    return link;
}

// ---- the thread ----

// The look and what comes of it are one step for who finds the queue empty:
// what the thread saw before that does not make the handle ready afterwards.
static step_t look_locked(handle_t *handle)
{
    if (handle->ends) {
        return STEP_END;
    }
    if (!handle->is_ready && mp__queue_is_ready(handle->queue)) {
        handle->is_ready = true;
        mp_plat_event_set(handle->ready);
    }
    return handle->is_ready ? STEP_REST : STEP_SLEEP;
}

static step_t look(handle_t *handle)
{
    mp_plat_lock(MP_PLAT_LOCK_HANDLE);
    step_t step = look_locked(handle);
    mp_plat_unlock(MP_PLAT_LOCK_HANDLE);
    return step;
}

static void rest(handle_t *handle)
{
    (void) mp_plat_event_wait(handle->call, MP_PLAT_NEVER);
    mp_plat_event_clear(handle->call);
}

static void watch(void *argument)
{
    handle_t *handle = argument;
    step_t step = look(handle);

    while (step != STEP_END) {
        if (step == STEP_REST) {
            rest(handle);
        } else {
            mp__queue_doze(handle->queue, MP_PLAT_NEVER);
        }
        step = look(handle);
    }
    mp_plat_lock(MP_PLAT_LOCK_HANDLE);
    mp_plat_event_set(handle->left);
    mp_plat_unlock(MP_PLAT_LOCK_HANDLE);
}

// ---- making one ----

static void free_handle(handle_t *handle)
{
    mp_plat_event_destroy(handle->ready);
    mp_plat_event_destroy(handle->call);
    mp_plat_event_destroy(handle->left);
    free(handle);
}

static int make_events(handle_t *handle)
{
    intptr_t unused = MP_PLAT_NONE;

    int r = mp_plat_event_create(&handle->ready);
    if (r == 0) {
        r = mp_plat_event_create(&handle->call);
    }
    if (r == 0) {
        r = mp_plat_event_create(&handle->left);
    }
    return r < 0 ? r : mp_plat_event_handle(handle->ready, &unused);
}

// What is there already is seen before the thread runs.
static int begin_locked(handle_t *handle)
{
    int r = make_events(handle);
    if (r < 0) {
        return r;
    }
    (void) look_locked(handle);
    r = mp_plat_helper_start(watch, handle);
    if (r == 0) {
        handle->next = handles;
        handles = handle;
        atomic_store(&mp__queue_has_handles, true);
    }
    return r;
}

// NULL: it was recorded why not.
static handle_t *make_locked(mp_queue_t *queue)
{
    handle_t *handle = calloc(1, sizeof(*handle));
    if (handle == NULL) {
        (void) mp__fail(MP_ENOMEM, 0, "the handle of a queue");
        return NULL;
    }
    handle->queue = queue;
    handle->process = mp__process_token();
    if (begin_locked(handle) < 0) {
        free_handle(handle);
        return NULL;
    }
    return handle;
}

static int get_handle(mp_queue_t *queue, intptr_t *out)
{
    mp_plat_lock(MP_PLAT_LOCK_HANDLE);
    handle_t *handle = *find_locked(queue);
    if (handle == NULL) {
        handle = make_locked(queue);
    }
    int r = handle == NULL ? mp__fail_last()->code
                           : mp_plat_event_handle(handle->ready, out);
    mp_plat_unlock(MP_PLAT_LOCK_HANDLE);
    return r;
}

// Another thread may close the queue meanwhile. The token is there before the
// lock, or it might take one that comes before that.
int mp_queue_fileno(mp_queue_t *queue, intptr_t *handle)
{
    if (handle == NULL) {
        return mp__fail(MP_EINVAL, 0, "no place for the handle");
    }
    *handle = MP_PLAT_NONE;
    int r = mp__queue_check(queue);
    if (r < 0) {
        return r;
    }
    if (mp__token() == 0) {
        return mp__fail_last()->code;
    }
    r = get_handle(queue, handle);
    return r < 0 ? r : mp__queue_check(queue);
}

// ---- what happens to the queue ----

// The thread looks again, as something may have come since it was empty.
void mp__queue_handle_emptied(const mp_queue_t *queue)
{
    mp_plat_lock(MP_PLAT_LOCK_HANDLE);
    handle_t *handle = *find_locked(queue);
    if (handle != NULL && handle->is_ready && !handle->is_closed) {
        handle->is_ready = false;
        mp_plat_event_clear(handle->ready);
        mp_plat_event_set(handle->call);
    }
    mp_plat_unlock(MP_PLAT_LOCK_HANDLE);
}

void mp__queue_handle_closed(const mp_queue_t *queue)
{
    mp_plat_lock(MP_PLAT_LOCK_HANDLE);
    handle_t *handle = *find_locked(queue);
    if (handle != NULL) {
        handle->is_ready = true;
        handle->is_closed = true;
        mp_plat_event_set(handle->ready);
    }
    mp_plat_unlock(MP_PLAT_LOCK_HANDLE);
}

// A thread that is about to sleep may not see that all are woken, so it is done
// again. Whoever sets the event has the lock: then the thread has let go of
// all.
static void end(handle_t *handle)
{
    mp_word_t *turn = &handle->queue->items;

    mp_plat_event_set(handle->call);
    do {
        (void) mp__turn_announce(turn);
        mp__turn_next(turn, INT_MAX);
    } while (mp_plat_event_wait(handle->left, mp_plat_now() + WAKE_EVERY_NS) !=
             0);
    mp_plat_lock(MP_PLAT_LOCK_HANDLE);
    mp_plat_unlock(MP_PLAT_LOCK_HANDLE);
    free_handle(handle);
}

bool mp__queue_handle_dropping(const mp_queue_t *queue)
{
    mp_plat_lock(MP_PLAT_LOCK_HANDLE);
    handle_t **link = find_locked(queue);
    handle_t *handle = *link;
    if (handle != NULL && mp__object_holds(&queue->head.head) > 1) {
        return true;
    }
    if (handle != NULL) {
        handle->ends = true;
        *link = handle->next;
    }
    mp_plat_unlock(MP_PLAT_LOCK_HANDLE);
    if (handle != NULL) {
        end(handle);
    }
    return false;
}

void mp__queue_handle_dropped(void)
{
    mp_plat_unlock(MP_PLAT_LOCK_HANDLE);
}
