// SPDX-License-Identifier: Apache-2.0
#include "core/self.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/children.h"
#include "core/end.h"
#include "core/failure.h"
#include "core/member.h"
#include "core/port.h"
#include "platform/fail.h"

static char main_name[] = "MainProcess";
static char nothing[] = "";

// Static, so that there is always a current process.
static mp_process_t self = {.kind = MP__KIND_SELF,
                            .references = 1,
                            .phase = MP__PHASE_RUNNING,
                            .name = main_name,
                            .name_is_static = true,
                            .identity = nothing,
                            .exitcode = MP_EXITCODE_NONE};
static mp_process_t parent = {.kind = MP__KIND_PARENT,
                              .references = 1,
                              .phase = MP__PHASE_RUNNING,
                              .name = nothing,
                              .name_is_static = true,
                              .identity = nothing,
                              .exitcode = MP_EXITCODE_NONE,
                              .child = MP_PLAT_NO_CHILD};
static bool has_parent;
static atomic_bool ready;
static atomic_uint generation;
static bool guard_is_open;

static mp_process_t *current(void)
{
    return mp_plat_local()->process;
}

// Written only if it has to be: a forked child would copy its page.
void mp__set_current(mp_process_t *process)
{
    mp_plat_local_t *local = mp_plat_local();
    if (local->process != process) {
        local->process = process;
    }
}

// In every forked child, the library's or the user's. What was the parent's is
// forgotten, not returned: its handles are closed already.
static void forked(void)
{
    atomic_fetch_add(&generation, 1);
    self.child.pid = mp_plat_pid();
    self.generation = atomic_load(&generation);
    mp__arena_forked();
    mp__ports_forked();
    has_parent = false;
    parent.next = mp__children_forget();
    if (self.inherited != NULL) {
        parent.inherited = self.inherited;
        self.inherited = NULL;
    }
    mp__set_current(NULL);
}

static int read_depth(void)
{
    const char *text = getenv(MP__DEPTH_VARIABLE);
    long value = text == NULL ? 0 : strtol(text, NULL, 10);
    return value < 0 || value > MP__DEPTH_MOST ? MP__DEPTH_MOST : (int) value;
}

int mp__ready(void)
{
    if (atomic_load_explicit(&ready, memory_order_acquire)) {
        return 0;
    }
    static const mp_plat_hooks_t hooks = {mp__member_forking, forked,
                                          mp__member_not_forked,
                                          mp__member_was_forked};

    int r = mp_plat_init(&hooks);
    if (r < 0) {
        return r;
    }
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    if (!atomic_load_explicit(&ready, memory_order_relaxed)) {
        self.child = (mp_plat_child_t) MP_PLAT_NO_CHILD;
        self.child.pid = mp_plat_pid();
        self.depth = read_depth();
        r = mp_plat_at_exit(mp__at_exit);
        atomic_store_explicit(&ready, r == 0, memory_order_release);
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return r;
}

// ---- becoming a child ----

int mp__origin_make(mp__origin_t *origin, const char *name,
                    const char *identity, const char *parent_name,
                    const void *authkey, size_t authkey_size)
{
    origin->name = mp__copy_text(name);
    origin->identity = mp__copy_text(identity);
    origin->parent_name = mp__copy_text(parent_name);
    origin->authkey = mp__copy_bytes(authkey, authkey_size);
    origin->authkey_size = authkey_size;
    if (origin->name != NULL && origin->identity != NULL &&
        origin->parent_name != NULL && origin->authkey != NULL) {
        return 0;
    }
    mp__origin_free(origin);
    return MP_ENOMEM;
}

int mp__origin_of(mp__origin_t *origin, const mp_process_t *process)
{
    const mp_process_t *creator = mp_current_process();

    mp_plat_lock(MP_PLAT_LOCK_STATE);
    origin->daemon = process->daemon;
    origin->depth = process->depth;
    int r =
        mp__origin_make(origin, process->name, process->identity, creator->name,
                        process->authkey, process->authkey_size);
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return r;
}

void mp__origin_free(mp__origin_t *origin)
{
    free(origin->name);
    free(origin->identity);
    free(origin->parent_name);
    free(origin->authkey);
}

void mp__become_child(const mp__origin_t *origin, const mp_plat_child_t *link,
                      mp__inherited_t *inherited)
{
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    parent.identity = self.identity; // what a forked child finds here
    parent.authkey = self.authkey;   // is its parent's
    self.name = origin->name;
    self.name_is_static = false;
    self.identity = origin->identity;
    self.authkey = origin->authkey;
    self.authkey_size = origin->authkey_size;
    self.daemon = origin->daemon;
    self.depth = origin->depth;
    self.children_made = 0;
    self.failure = NULL;
    self.inherited = inherited;
    mp__failure_forget();
    parent.name = origin->parent_name;
    parent.child = *link;
    parent.generation = atomic_load(&generation);
    has_parent = true;
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
}

// ---- who this is ----

mp_process_t *mp_current_process(void)
{
    (void) mp__ready(); // without it the answer is the same, but for the pid
    mp_process_t *process = current();
    return process != NULL ? process : &self;
}

mp_process_t *mp_parent_process(void)
{
    const mp_process_t *process = current();
    if (process != NULL) {
        return process->creator;
    }
    return has_parent ? &parent : NULL;
}

mp_process_t *mp__self(void)
{
    return &self;
}

bool mp__in_child(void)
{
    return current() != NULL || has_parent;
}

unsigned mp__generation(void)
{
    return atomic_load_explicit(&generation, memory_order_relaxed);
}

int mp__parent_tie(bool detached, bool session)
{
    if (detached || session) {
        mp_plat_lead_session();
    }
    return detached ? 0 : mp_plat_parent_tie(&parent.child);
}

const mp_plat_child_t *mp__parent_link(void)
{
    return has_parent ? &parent.child : NULL;
}

void mp__guard_open(void)
{
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    guard_is_open = true;
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
}

bool mp__guard_is_open(void)
{
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    bool open = guard_is_open;
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return open;
}

static const char *behind_marker(const char *argument)
{
    size_t length = strlen(MP_PLAT_MARKER);

    return argument != NULL && strncmp(argument, MP_PLAT_MARKER, length) == 0
               ? argument + length
               : NULL;
}

const char *mp__marker_of(int argc, char *const *argv)
{
    if (argc < 2) {
        return NULL;
    }
    const char *marker = behind_marker(argv[1]);
    return marker != NULL ? marker : behind_marker(argv[argc - 1]);
}

// A child that was started as one, but has not called mp_freeze_support().
static bool is_unfinished_child(void)
{
    int argc = 0;
    char **argv = NULL;

    if (mp_plat_command_line(&argc, &argv) < 0) {
        return false;
    }
    bool marked = mp__marker_of(argc, argv) != NULL;
    free((void *) argv);
    return marked;
}

int mp__guard_check(bool running_program)
{
    if (mp__guard_is_open() || (!running_program && !is_unfinished_child())) {
        return 0;
    }
    return mp__fail(MP_EGUARD, 0,
                    "this program cannot be its own child yet: call "
                    "mp_freeze_support(argc, argv) first in main()");
}
