// SPDX-License-Identifier: Apache-2.0
#include "core/self.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "core/children.h"
#include "core/end.h"
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
                              .identity = nothing,
                              .exitcode = MP_EXITCODE_NONE,
                              .child = {0, MP_PLAT_NONE, MP_PLAT_NONE}};
static bool has_parent;
static atomic_bool ready;
static atomic_uint generation;
static bool guard_is_open;
static _Thread_local mp_process_t *current;

// In every forked child, the library's or the user's. What was the parent's is
// forgotten, not returned: its handles are closed already.
static void forked(void)
{
    atomic_fetch_add(&generation, 1);
    self.child.pid = mp_plat_pid();
    self.generation = atomic_load(&generation);
    has_parent = false;
    mp__children_forget();
    current = NULL;
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
    int r = mp_plat_init(forked);
    if (r < 0) {
        return r;
    }
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    if (!atomic_load_explicit(&ready, memory_order_relaxed)) {
        self.child =
            (mp_plat_child_t){mp_plat_pid(), MP_PLAT_NONE, MP_PLAT_NONE};
        self.depth = read_depth();
        r = atexit(mp__at_exit) == 0 ? 0 : mp__fail(MP_ENOMEM, 0, "atexit");
        atomic_store_explicit(&ready, r == 0, memory_order_release);
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return r;
}

// A forked child has its parent's copy of a text, or the static one.
static void replace(char **place, char *text)
{
    if (*place != nothing) {
        free(*place);
    }
    *place = text;
}

static int copy_origin(const mp__origin_t *origin, void **authkey)
{
    char *name = mp__copy_text(origin->name);
    char *identity = mp__copy_text(origin->identity);
    char *parent_name = mp__copy_text(origin->parent_name);

    *authkey = mp__copy_bytes(origin->authkey, origin->authkey_size);
    if (name == NULL || identity == NULL || parent_name == NULL ||
        *authkey == NULL) {
        free(name);
        free(identity);
        free(parent_name);
        free(*authkey);
        return MP_ENOMEM;
    }
    if (!self.name_is_static) {
        free(self.name);
    }
    replace(&self.identity, identity);
    replace(&parent.name, parent_name);
    self.name = name;
    self.name_is_static = false;
    return 0;
}

int mp__become_child(const mp__origin_t *origin)
{
    void *authkey = NULL;

    int r = copy_origin(origin, &authkey);
    if (r < 0) {
        return r;
    }
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    free(self.authkey);
    self.authkey = authkey;
    self.authkey_size = origin->authkey_size;
    self.daemon = origin->daemon;
    self.children_made = 0;
    free(self.failure);
    self.failure = NULL;
    parent.child = *origin->parent;
    parent.generation = atomic_load(&generation);
    has_parent = true;
    self.depth = origin->depth;
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return 0;
}

void mp__set_current(mp_process_t *process)
{
    current = process;
}

mp_process_t *mp_current_process(void)
{
    (void) mp__ready(); // without it the answer is the same, but for the pid
    return current != NULL ? current : &self;
}

mp_process_t *mp_parent_process(void)
{
    if (current != NULL) {
        return current->creator;
    }
    return has_parent ? &parent : NULL;
}

bool mp__in_child(void)
{
    return current != NULL || has_parent;
}

unsigned mp__generation(void)
{
    return atomic_load_explicit(&generation, memory_order_relaxed);
}

intptr_t mp__parent_channel(void)
{
    return has_parent ? parent.child.channel : MP_PLAT_NONE;
}

void mp__guard_open(void)
{
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    guard_is_open = true;
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
}

// A child that was started as one, but has not called mp_freeze_support().
static bool is_unfinished_child(void)
{
    int argc = 0;
    char **argv = NULL;

    if (mp_plat_command_line(&argc, &argv) < 0) {
        return false;
    }
    bool marked = argc > 1 &&
                  strncmp(argv[1], MP_PLAT_MARKER, strlen(MP_PLAT_MARKER)) == 0;
    free((void *) argv);
    return marked;
}

int mp__guard_check(bool running_program)
{
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    bool open = guard_is_open;
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    if (open || (!running_program && !is_unfinished_child())) {
        return 0;
    }
    return mp__fail(MP_EGUARD, 0,
                    "this program cannot be its own child yet: call "
                    "mp_freeze_support(argc, argv) first in main()");
}
