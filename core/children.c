// SPDX-License-Identifier: Apache-2.0
#include "core/children.h"

#include <stdlib.h>

#include "core/join.h"
#include "core/self.h"
#include "platform/fail.h"

#define DAEMON_TERM_MS 5000 // from terminate to kill
#define DAEMON_KILL_MS 5000 // from kill to giving up

static mp_process_t *children;

void mp__children_add_locked(mp_process_t *process)
{
    mp__process_hold_locked(process);
    process->next = children;
    children = process;
}

void mp__children_remove_locked(mp_process_t *process)
{
    for (mp_process_t **at = &children; *at != NULL; at = &(*at)->next) {
        if (*at == process) {
            *at = process->next;
            process->next = NULL;
            (void) mp__process_drop_locked(process);
            return;
        }
    }
}

// Nothing of them is touched: a forked child would copy their pages.
mp_process_t *mp__children_forget(void)
{
    mp_process_t *first = children;

    children = NULL;
    return first;
}

// One that nobody holds and that has ended, out of the list; NULL if none.
static mp_process_t *take_ended_orphan(void)
{
    mp_process_t *found = NULL;

    mp_plat_lock(MP_PLAT_LOCK_STATE);
    for (mp_process_t *p = children; p != NULL && found == NULL; p = p->next) {
        if (p->references == 1) {
            mp__process_hold_locked(p);
            if (mp__collect_locked(p)) {
                found = p;
                break;
            }
            (void) mp__process_drop_locked(p);
        }
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return found;
}

void mp__children_collect(void)
{
    mp_process_t *process = NULL;

    while ((process = take_ended_orphan()) != NULL) {
        mp__process_release(process);
    }
}

// ---- active children ----

static size_t count_locked(const mp_process_t *creator)
{
    size_t count = 0;
    for (const mp_process_t *p = children; p != NULL; p = p->next) {
        count += p->creator == creator;
    }
    return count;
}

// Collects those of the list that have ended; what is left over is alive.
static void collect_all_locked(void)
{
    mp_process_t *next = NULL;

    for (mp_process_t *p = children; p != NULL; p = next) {
        next = p->next;
        if (p->references > 1) {
            (void) mp__collect_locked(p);
        }
    }
}

int mp_active_children(mp_process_t ***out, size_t *count)
{
    const mp_process_t *creator = mp_current_process();
    size_t used = 0;

    if (out == NULL || count == NULL) {
        return mp__fail(MP_EINVAL, 0, "no place for the children");
    }
    *out = NULL;
    *count = 0;
    mp__children_collect();
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    collect_all_locked();
    size_t room = count_locked(creator);
    mp_process_t **list = room == 0 ? NULL : malloc(room * sizeof(void *));
    for (mp_process_t *p = children; list != NULL && p != NULL; p = p->next) {
        if (p->creator == creator) {
            mp__process_hold_locked(p);
            list[used++] = p;
        }
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    if (room > 0 && list == NULL) {
        return mp__fail(MP_ENOMEM, 0, "list of %zu children", room);
    }
    *out = list;
    *count = used;
    return 0;
}

void mp_active_children_free(mp_process_t **list, size_t count)
{
    for (size_t i = 0; list != NULL && i < count; i++) {
        mp_process_destroy(list[i]);
    }
    free((void *) list);
}

// ---- the end ----

static void terminate_daemons(const mp_process_t *creator)
{
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    for (mp_process_t *p = children; p != NULL; p = p->next) {
        if (p->creator == creator && p->daemon && p->ended == NULL) {
            (void) mp_plat_child_signal(&p->child, MP_PLAT_TERMINATE);
        }
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
}

// A child that is still to be waited for, held. A daemonic thread is not: it
// cannot be ended and ends with the process.
static mp_process_t *pick(const mp_process_t *creator, bool daemon)
{
    mp_process_t *found = NULL;

    mp_plat_lock(MP_PLAT_LOCK_STATE);
    for (mp_process_t *p = children; p != NULL && found == NULL; p = p->next) {
        if (p->creator == creator && p->daemon == daemon && !p->abandoned &&
            !(daemon && p->ended != NULL)) {
            mp__process_hold_locked(p);
            found = p;
        }
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return found;
}

static int join_daemon(mp_process_t *process)
{
    int r = mp_process_join(process, DAEMON_TERM_MS);
    if (r < 0) {
        (void) mp_process_kill(process);
        r = mp_process_join(process, DAEMON_KILL_MS);
    }
    return r;
}

static void join_all(const mp_process_t *creator, bool daemon)
{
    mp_process_t *process = NULL;

    while ((process = pick(creator, daemon)) != NULL) {
        int r = daemon ? join_daemon(process)
                       : mp_process_join(process, MP_FOREVER);
        if (r < 0) {
            mp_plat_lock(MP_PLAT_LOCK_STATE);
            process->abandoned = true;
            mp_plat_unlock(MP_PLAT_LOCK_STATE);
        }
        mp__process_release(process);
    }
}

void mp__children_end(const mp_process_t *creator)
{
    terminate_daemons(creator);
    join_all(creator, true);
    join_all(creator, false);
}
