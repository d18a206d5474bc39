// SPDX-License-Identifier: Apache-2.0
// A child and all that it started. Each process is stopped before its children
// are looked for, so that it can neither start another nor leave one behind,
// and nobody is signalled before a look finds nobody new.
#include "posix/posix.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "platform/fail.h"

#define STOP_MOST_NS 100000000 // one that sleeps in the kernel stops later
#define LOOKS_MOST 200         // at one that may not be stopped, and forks on
#define FIRST_ROOM 16

typedef struct member {
    mp_posix_kin_t kin;
    int pin;
    bool refused; // it is another user's
} member_t;

// The child is the first member; who was found later is further down.
typedef struct tree {
    const mp_plat_child_t *child;
    member_t *members;
    size_t count;
    size_t room;
    bool refused; // one of them at least
} tree_t;

static bool is_same(const mp_posix_kin_t *kin)
{
    mp_posix_kin_t now;

    return mp_posix_kin_look(kin->pid, &now) && now.birth == kin->birth;
}

static void send_to(tree_t *tree, size_t index, int number)
{
    member_t *member = &tree->members[index];
    int os_code = index == 0
                      ? mp_posix_watch_signal(tree->child, number)
                      : mp_posix_kin_signal(&member->kin, member->pin, number);

    if (os_code == EPERM) {
        member->refused = true;
        tree->refused = true;
    }
}

// ---- finding them ----

static int make_room(tree_t *tree)
{
    if (tree->count < tree->room) {
        return 0;
    }
    size_t room = tree->room == 0 ? FIRST_ROOM : tree->room * 2;
    member_t *bigger = realloc(tree->members, room * sizeof(*bigger));
    if (bigger == NULL) {
        return mp__fail(MP_ENOMEM, 0, "a tree of processes");
    }
    tree->members = bigger;
    tree->room = room;
    return 0;
}

// Takes in a process that was seen as one of them, and stops it.
static int add(tree_t *tree, const mp_posix_kin_t *kin)
{
    int pin = -1;

    int r = make_room(tree);
    if (r == 0 && tree->count > 0) {
        r = mp_posix_kin_pin(kin->pid, &pin);
    }
    if (r < 0) {
        return r;
    }
    if (!is_same(kin)) { // it has ended, and its number may be another's
        mp_posix_own_close(pin);
        return 0;
    }
    tree->members[tree->count] = (member_t){*kin, pin, false};
    tree->count++;
    send_to(tree, tree->count - 1, SIGSTOP);
    return 0;
}

static bool is_in(const tree_t *tree, pid_t pid)
{
    for (size_t i = 0; i < tree->count; i++) {
        if (tree->members[i].kin.pid == pid) {
            return true;
        }
    }
    return false;
}

// A parent, or the first of a session: nobody gets into one but by being
// started in it. What the list says holds if the member had its number still
// when the list was made.
static bool descends(const tree_t *tree, const mp_posix_kin_t *kin)
{
    for (size_t i = 0; i < tree->count; i++) {
        const mp_posix_kin_t *member = &tree->members[i].kin;
        bool leads =
            member->session == member->pid && kin->session == member->session;
        if ((kin->parent == member->pid || leads) && is_same(member)) {
            return true;
        }
    }
    return false;
}

static int look_around(tree_t *tree, bool *found)
{
    mp_posix_kin_t *list = NULL;
    size_t count = 0;
    bool more = true;
    size_t before = tree->count;

    int r = mp_posix_kin_list(&list, &count);
    while (r == 0 && more) {
        more = false;
        for (size_t i = 0; r == 0 && i < count; i++) {
            if (list[i].pid != 0 && !is_in(tree, list[i].pid) &&
                descends(tree, &list[i])) {
                r = add(tree, &list[i]);
                list[i].pid = 0; // seen
                more = true;
            }
        }
    }
    free(list);
    *found = tree->count > before;
    return r;
}

static bool runs(const member_t *member)
{
    mp_posix_kin_t now;

    return !member->refused && mp_posix_kin_look(member->kin.pid, &now) &&
           now.birth == member->kin.birth && now.runs;
}

static void await_stop(const tree_t *tree)
{
    int64_t deadline = mp_plat_now() + STOP_MOST_NS;

    for (size_t i = 0; i < tree->count; i++) {
        while (runs(&tree->members[i]) && mp_plat_now() < deadline) {
            (void) poll(NULL, 0, 1);
        }
    }
}

static int find_all(tree_t *tree, const mp_posix_kin_t *root)
{
    bool found = true;

    int r = add(tree, root);
    for (int i = 0; r == 0 && found && i < LOOKS_MOST; i++) {
        await_stop(tree);
        r = look_around(tree, &found);
    }
    return r;
}

// ---- signalling them ----

// The last ones first: the end of the child ends children of the library's.
static void signal_all(tree_t *tree, int number)
{
    for (size_t i = tree->count; i > 0; i--) {
        send_to(tree, i - 1, number);
    }
    for (size_t i = tree->count; number != SIGKILL && i > 0; i--) {
        send_to(tree, i - 1, SIGCONT);
    }
}

// As it was before.
static void let_go_on(tree_t *tree)
{
    for (size_t i = tree->count; i > 0; i--) {
        if (tree->members[i - 1].kin.runs) {
            send_to(tree, i - 1, SIGCONT);
        }
    }
}

static int signal_from(const mp_plat_child_t *child, const mp_posix_kin_t *root,
                       int number)
{
    tree_t tree = {.child = child};

    int r = find_all(&tree, root);
    if (r == 0) {
        signal_all(&tree, number);
    } else {
        let_go_on(&tree);
    }
    for (size_t i = 0; i < tree.count; i++) {
        mp_posix_own_close(tree.members[i].pin);
    }
    free(tree.members);
    if (r == 0 && tree.refused) {
        r = mp__fail(MP_EACCES, EPERM,
                     "a process below child %lld is another user's",
                     (long long) child->pid);
    }
    return r;
}

// A thread that is cancelled in between would leave them stopped.
int mp_plat_tree_signal(const mp_plat_child_t *child,
                        enum mp_plat_signal signal, bool collected)
{
    mp_posix_kin_t root;
    int state = 0;

    if (collected) {
        return 0; // nobody tells what it left behind
    }
    (void) pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    int r = 0;
    if (signal == MP_PLAT_INTERRUPT ||
        !mp_posix_kin_look((pid_t) child->pid, &root) ||
        root.parent != getpid()) {
        r = mp_plat_child_signal(child, signal);
    } else {
        r = signal_from(child, &root,
                        signal == MP_PLAT_KILL ? SIGKILL : SIGTERM);
    }
    (void) pthread_setcancelstate(state, NULL);
    return r;
}
