// SPDX-License-Identifier: Apache-2.0
#include "core/children.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/join.h"
#include "core/log.h"
#include "core/self.h"
#include "core/start.h"
#include "platform/fail.h"

#define NS_PER_MS INT64_C(1000000)
#define DAEMON_MS 10000 // half from terminate to kill, half to giving up

static mp_process_t *children;
static size_t turn; // how many of those that nobody holds were looked at

static bool has_ended(const mp_process_t *thread)
{
    return thread->ended != NULL &&
           mp_plat_event_wait(thread->ended, MP_PLAT_AT_ONCE) == 0;
}

void mp__children_add_locked(mp_process_t *process)
{
    mp__process_hold_locked(process);
    process->next = children;
    children = process;
    if (has_ended(process->keeper)) {
        process->keeper = mp__self();
    }
}

void mp__children_adopt_locked(const mp_process_t *thread)
{
    for (mp_process_t *p = children; p != NULL; p = p->next) {
        if (p->keeper == thread) {
            p->keeper = mp__self();
        }
    }
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

// Looks at up to *most of those that nobody holds, after the first `skip`. What
// has ended is taken out of the list and put before `ended`.
static mp_process_t *look_locked(size_t skip, size_t *most, mp_process_t *ended)
{
    mp_process_t *next = NULL;

    for (mp_process_t *p = children; p != NULL && *most > 0; p = next) {
        next = p->next;
        if (p->references > 1 || (skip > 0 && skip-- > 0)) {
            continue;
        }
        --*most;
        mp__process_hold_locked(p);
        if (mp__collect_locked(p)) {
            p->next = ended;
            ended = p;
        } else {
            (void) mp__process_drop_locked(p);
            turn++;
        }
    }
    return ended;
}

void mp__children_collect(size_t most)
{
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    size_t skip = turn;
    mp_process_t *ended = look_locked(skip, &most, NULL);
    if (most > 0) { // the end of the list: on with its beginning
        turn = 0;
        ended = skip > 0 ? look_locked(0, &most, ended) : ended;
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    while (ended != NULL) {
        mp_process_t *next = ended->next;
        ended->next = NULL;
        mp__process_release(ended);
        ended = next;
    }
    mp__log_ended();
}

// ---- active children ----

static size_t count_locked(const mp_process_t *keeper)
{
    size_t count = 0;
    for (const mp_process_t *p = children; p != NULL; p = p->next) {
        count += p->keeper == keeper;
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
    const mp_process_t *keeper = mp_current_process();
    size_t used = 0;

    if (out == NULL || count == NULL) {
        return mp__fail(MP_EINVAL, 0, "no place for the children");
    }
    *out = NULL;
    *count = 0;
    mp__children_collect(SIZE_MAX);
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    collect_all_locked();
    size_t room = count_locked(keeper);
    mp_process_t **list = room == 0 ? NULL : malloc(room * sizeof(void *));
    for (mp_process_t *p = children; list != NULL && p != NULL; p = p->next) {
        if (p->keeper == keeper) {
            mp__process_hold_locked(p);
            list[used++] = p;
        }
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    mp__log_ended();
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

static bool is_waited_for(const mp_process_t *process,
                          const mp_process_t *keeper)
{
    return process->keeper == keeper && !process->abandoned &&
           !process->detached;
}

static bool is_thread(const mp_process_t *process)
{
    return process->ended != NULL;
}

// Returns how many daemonic children there are. Threads get no signal.
static size_t signal_daemons(const mp_process_t *keeper,
                             enum mp_plat_signal signal)
{
    size_t count = 0;

    mp_plat_lock(MP_PLAT_LOCK_STATE);
    for (mp_process_t *p = children; p != NULL; p = p->next) {
        if (is_waited_for(p, keeper) && p->daemon) {
            count++;
            if (!is_thread(p)) {
                (void) mp_plat_child_signal(&p->child, signal);
                p->terminated = true;
                p->killed |= signal == MP_PLAT_KILL;
            }
        }
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return count;
}

// They are not waited for again; `all`, or only those that cannot be ended.
static void abandon(const mp_process_t *keeper, bool all)
{
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    for (mp_process_t *p = children; p != NULL; p = p->next) {
        if (p->keeper == keeper && (all || (p->daemon && is_thread(p)))) {
            p->abandoned = true;
        }
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
}

// A child that is still to be waited for, held.
static mp_process_t *pick(const mp_process_t *keeper, bool daemon)
{
    mp_process_t *found = NULL;

    mp_plat_lock(MP_PLAT_LOCK_STATE);
    for (mp_process_t *p = children; p != NULL && found == NULL; p = p->next) {
        if (is_waited_for(p, keeper) && p->daemon == daemon) {
            mp__process_hold_locked(p);
            found = p;
        }
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return found;
}

static int64_t time_left(int64_t deadline)
{
    if (deadline == MP_PLAT_NEVER) {
        return MP_FOREVER;
    }
    int64_t left = deadline - mp_plat_now();
    return left > 0 ? (left + NS_PER_MS - 1) / NS_PER_MS : 0;
}

// In any order: the deadline is that of all.
static void join_until(const mp_process_t *keeper, bool daemon,
                       int64_t deadline)
{
    mp_process_t *process = NULL;
    int r = 0;

    while (r != MP_ETIMEDOUT && (process = pick(keeper, daemon)) != NULL) {
        r = mp_process_join(process, time_left(deadline));
        if (r < 0 && r != MP_ETIMEDOUT) {
            mp_plat_lock(MP_PLAT_LOCK_STATE);
            process->abandoned = true;
            mp_plat_unlock(MP_PLAT_LOCK_STATE);
        }
        mp__process_release(process);
    }
}

static void end_daemons(const mp_process_t *keeper, int64_t deadline)
{
    if (signal_daemons(keeper, MP_PLAT_TERMINATE) == 0) {
        return;
    }
    int64_t now = mp_plat_now();
    int64_t patience = deadline > now ? deadline - now : 0;
    if (patience > DAEMON_MS * NS_PER_MS) {
        patience = DAEMON_MS * NS_PER_MS;
    }
    join_until(keeper, true, now + patience / 2);
    if (signal_daemons(keeper, MP_PLAT_KILL) > 0) {
        join_until(keeper, true, now + patience);
    }
}

void mp__children_exit(const mp_process_t *keeper, int64_t timeout_ms)
{
    mp_process_t *any = pick(keeper, false);
    if (any == NULL) {
        any = pick(keeper, true);
    }
    if (any == NULL) {
        return;
    }
    mp__process_release(any);
    abandon(keeper, false);
    end_daemons(keeper, MP_PLAT_NEVER);
    join_until(keeper, false, mp__deadline(timeout_ms));
    abandon(keeper, true);
}

void mp__children_shut_down(const mp_process_t *keeper, int64_t deadline)
{
    end_daemons(keeper, deadline);
    join_until(keeper, false, deadline);
}

// Joining stops at the first that runs too long: others may have ended, too.
size_t mp__children_left(const mp_process_t *keeper, char *names, size_t size)
{
    size_t count = 0;
    size_t used = 0;

    names[0] = '\0';
    mp__children_collect(SIZE_MAX);
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    collect_all_locked();
    for (const mp_process_t *p = children; p != NULL; p = p->next) {
        if (is_waited_for(p, keeper)) {
            int more = snprintf(names + used, size - used, "%s%s",
                                count++ == 0 ? "" : ", ", p->name);
            used += more > 0 && (size_t) more < size - used ? (size_t) more : 0;
        }
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    mp__log_ended();
    return count;
}
