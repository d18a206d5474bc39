// SPDX-License-Identifier: Apache-2.0
// Every allocation of the library fails once: the call says so, nothing is
// left behind, and the next try works.
#include "tests/failing.h"
#include "tests/handles.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/auth.h"
#include "core/object.h"

static int return_five(const mp_args_t *args)
{
    return strcmp(mp_args_text(args, 1), "text") == 0 ? 5 : 6;
}
MP_TARGET(return_five)

// One life of a process while allocation number `nth` fails. Returns whether
// there were that many.
static bool live_once(mp_target_fn target, const mp_args_t *args, long nth,
                      intptr_t given)
{
    mp_process_options_t options = test_options();
    mp_process_t *process = NULL;

    if (given >= 0) {
        options.handles = &given;
        options.handle_count = 1;
    }
    failing = nth;
    int r = mp_process_create(&process, target, args, &options);
    if (r == 0) {
        r = mp_process_start(process);
    }
    bool reached = failing == 0;
    failing = 0;
    assert_true(r == 0 || r == MP_ENOMEM);
    if (r < 0) {
        assert_true(reached);
        assert_int_equal(mp_last_error()->code, MP_ENOMEM);
    } else {
        // A forked child counts on: it may fail on its own, and says so.
        test_join(process);
        int exitcode = mp_process_exitcode(process);
        assert_true(exitcode == 5 || (!reached && exitcode == 1));
    }
    mp_process_destroy(process);
    return reached;
}

static void each_allocation_may_fail(void)
{
    long nth = 1;

    while (live_once(return_five, MP_ARGS(1, "text"), nth, -1)) {
        nth++;
    }
    assert_true(nth > 5); // the functions of failing.c are in their place
    assert_int_equal(test_call(return_five, MP_ARGS(1, "text")), 5);
}

static int find_itself(const mp_args_t *args)
{
    const mp_any_t *value = mp_args_any(args, 0);
    mp_lock_t *lock = NULL;

    return mp_any_item(value, 0) == value &&
                   mp_any_get_lock(mp_any_item(value, 1), &lock) == 0 &&
                   mp_any_size(mp_any_item(value, 2)) == 3
               ? 5
               : 6;
}
MP_TARGET(find_itself)

// Whoever else has held the lock has let go of it.
static void expect_last_hold(mp_lock_t *lock)
{
    mp__reference_t reference = mp__object_reference((mp__object_t *) lock);
    mp__object_t *object = NULL;

    mp_lock_destroy(lock);
    assert_int_equal(mp__object_open(&reference, MP__TYPE_LOCK, &object),
                     MP_ENOENT);
}

static void each_allocation_for_values_may_fail(void)
{
    mp_any_t *value = NULL;
    mp_any_t *dict = NULL;
    mp_lock_t *lock = NULL;
    long nth = 1;

    assert_int_equal(mp_lock_create(&lock), 0);
    assert_int_equal(mp_any_dict(&dict, MP_ARGS("a", 1000, "b", 0.5, "c", "d")),
                     0);
    assert_int_equal(mp_any_list(&value, MP_NO_ARGS), 0);
    assert_int_equal(mp_any_extend(value, MP_ARGS(value, lock, dict)), 0);
    while (live_once(find_itself, MP_ARGS(value, value), nth, -1)) {
        nth++;
    }
    assert_true(nth > 20);
    mp_any_destroy(dict);
    mp_any_destroy(value);
    expect_last_hold(lock);
}

static void each_allocation_for_handles_may_fail(void)
{
    intptr_t reading;
    intptr_t writing;
    long nth = 1;

    test_make_pipe(&reading, &writing);
    while (live_once(return_five, MP_ARGS(1, "text"), nth, writing)) {
        nth++;
    }
    test_close_handle(reading);
    test_close_handle(writing);
}

// Looking for the tree of a child allocates; without memory nobody is
// signalled.
static void tree_can_be_ended_without_memory_or_not_at_all(void)
{
    test_gate_t gate;
    int r = MP_ENOMEM;

    test_gate_create(&gate);
    mp_process_t *process =
        test_start(test_wait_at_gate, MP_ARGS(gate.name, 4));
    test_gate_await(&gate, 1);
    for (long nth = 1; r == MP_ENOMEM; nth++) {
        failing = nth;
        r = mp_process_kill_tree(process);
        bool reached = failing == 0;
        failing = 0;
        assert_true(r == 0 || (r == MP_ENOMEM && reached));
        assert_int_equal(mp_process_is_alive(process) == 1 || r == 0, 1);
    }
    assert_int_equal(test_finish(process), -9);
    test_gate_destroy(&gate);
}

static void children_can_be_listed_without_memory(void)
{
    mp_process_t **children = NULL;
    size_t count = 0;
    test_gate_t gate;

    test_gate_create(&gate);
    mp_process_t *process =
        test_start(test_wait_at_gate, MP_ARGS(gate.name, 4));
    test_gate_await(&gate, 1); // it allocates nothing any more
    failing = 1;
    assert_int_equal(mp_active_children(&children, &count), MP_ENOMEM);
    assert_null(children);
    assert_int_equal(count, 0);
    assert_int_equal(mp_active_children(&children, &count), 0);
    assert_int_equal(count, 1);
    mp_active_children_free(children, count);
    test_gate_release(&gate, 1);
    assert_int_equal(test_finish(process), 4);
    test_gate_destroy(&gate);
}

// All of it comes from the memory of the family.
static void shared_objects_need_no_memory_of_the_process(void)
{
    void *block = NULL;

    assert_int_equal(mp_shared_alloc(&block, 10), 0);
    assert_int_equal(mp_shared_free(block), 0);
    failing = 1;
    assert_int_equal(mp_shared_alloc(&block, 100000), 0);
    assert_int_equal(mp_shared_free(block), 0);
#ifndef MP_NO_SHAREDCTYPES
    mp_value_t *value = NULL;
    mp_array_t *array = NULL;
    assert_int_equal(mp_value_create(&value, 'i', MP_INT(1), NULL), 0);
    assert_int_equal(mp_array_create(&array, 'i', 10000, NULL, NULL), 0);
    mp_value_destroy(value);
    mp_array_destroy(array);
#endif
    assert_int_equal(failing, 1); // nothing has asked for any
    failing = 0;
}

// Makes and opens a list in shared memory while allocation number `nth` fails.
static bool share_once(long nth)
{
    char name[30];
    mp_shareable_list_t *list = NULL;
    mp_shareable_list_t *again = NULL;

    (void) snprintf(name, sizeof(name), "mp-%lld", (long long) test_own_pid());
    failing = nth;
    int r = mp_shareable_list_create(&list, name, MP_ARGS(1, "text"), NULL);
    if (r == 0) {
        r = mp_shareable_list_open(&again, name, NULL);
    }
    bool reached = failing == 0;
    failing = 0;
    assert_true(r == (reached ? MP_ENOMEM : 0));
    assert_true(list != NULL || again == NULL);
    mp_shareable_list_destroy(again);
    if (list != NULL) {
        assert_int_equal(
            mp_shared_memory_unlink(mp_shareable_list_memory(list)), 0);
    }
    mp_shareable_list_destroy(list);
    assert_int_equal(mp_shareable_list_open(&again, name, NULL), MP_ENOENT);
    return reached;
}

static void sharing_without_memory_leaves_no_name(void)
{
    long nth = 1;

    while (share_once(nth)) {
        nth++;
    }
    assert_true(nth > 7);
}

// The key is copied, and nothing else takes memory of the library's.
static void handshakes_without_memory_do_not_begin(void)
{
    mp__auth_t auth;
    const void *message = NULL;
    size_t size = 0;

    failing = 1;
    assert_int_equal(mp__auth_begin(&auth, MP__AUTH_LISTENER, "key", 3, NULL),
                     MP_ENOMEM);
    assert_null(auth.key);
    assert_int_equal(mp__auth_begin(&auth, MP__AUTH_LISTENER, "key", 3, NULL),
                     0);
    failing = 1;
    assert_int_equal(mp__auth_next(&auth, NULL, 0, &message, &size),
                     MP__AUTH_MORE);
    assert_int_equal(mp__auth_next(&auth, "x", 1, &message, &size), MP_EAUTH);
    assert_int_equal(failing, 1); // nothing has asked for any
    failing = 0;
}

// One life of a named semaphore while allocation number `nth` fails.
static bool live_by_name_once(const char *name, long nth)
{
    mp_named_semaphore_t *semaphore = NULL;
    mp_named_semaphore_t *other = NULL;

    failing = nth;
    int r = mp_named_semaphore_create(&semaphore, name, 1, NULL);
    bool made = r == 0;
    if (made) {
        r = mp_named_semaphore_open(&other, name);
    }
    bool reached = failing == 0;
    failing = 0;
    assert_true(r == 0 || (r == MP_ENOMEM && reached));
    assert_int_equal(mp_named_semaphore_unlink(name), made ? 0 : MP_ENOENT);
    mp_named_semaphore_destroy(other);
    mp_named_semaphore_destroy(semaphore);
    return reached;
}

static void named_semaphores_can_be_made_without_memory_or_not_at_all(void)
{
    char name[32];
    long nth = 1;

    (void) snprintf(name, sizeof(name), "memory-%lld",
                    (long long) test_own_pid());
    while (live_by_name_once(name, nth)) {
        nth++;
    }
    assert_true(nth > 2);
}

// ---- values ----

// All that a value goes through while allocation number `nth` fails.
static int use_value(const void *pickle, size_t size)
{
    mp_any_t *value = NULL;
    mp_any_t *dict = NULL;
    mp_any_t *object = NULL;
    void *bytes = NULL;
    char *text = NULL;

    int r = mp_loads(&value, pickle, size, NULL);
    if (r == 0) {
        r = mp_dumps(&bytes, &size, value, NULL);
    }
    if (r == 0) {
        r = mp_any_repr(value, &text);
    }
    if (r == 0) {
        r = mp_any_dict(&dict, MP_ARGS("a", 1000, "b", 0.5, "c", "d"));
    }
    for (int i = 0; r == 0 && i < 20; i++) {
        r = mp_any_set_item(dict, mp_any_item(mp_any_item(value, 0), 20 + i),
                            value);
    }
    if (r == 0) {
        r = mp_any_append(value, dict);
    }
    if (r == 0) {
        r = mp_any_object(&object, "builtins", "KeyError", MP_ARGS("k", 1.5));
    }
    if (r == 0) {
        r = mp_any_object_add(object, MP_ANY_BUILD, dict);
    }
    mp_any_destroy(object);
    mp_any_destroy(dict);
    mp_any_destroy(value);
    mp_free(bytes);
    mp_free(text);
    return r;
}

static mp_any_t *make_value(void)
{
    mp_any_t *value = NULL;
    mp_any_t *numbers = NULL;
    mp_any_t *set = NULL;
    mp_any_t *big = NULL;

    assert_int_equal(mp_any_list(&value, MP_NO_ARGS), 0);
    assert_int_equal(mp_any_list(&numbers, MP_NO_ARGS), 0);
    assert_int_equal(mp_any_set(&set, MP_NO_ARGS), 0);
    for (int i = 0; i < 60; i++) {
        assert_int_equal(mp_any_extend(numbers, MP_ARGS(1000 + i)), 0);
        assert_int_equal(mp_any_add(set, mp_any_item(numbers, (size_t) i)), 0);
    }
    assert_int_equal(mp_any_int_text(&big, "123456789012345678901"), 0);
    assert_int_equal(mp_any_append(value, numbers), 0);
    assert_int_equal(mp_any_append(value, set), 0);
    assert_int_equal(mp_any_append(value, big), 0);
    assert_int_equal(mp_any_append(value, value), 0);
    mp_any_destroy(numbers);
    mp_any_destroy(set);
    mp_any_destroy(big);
    return value;
}

static void values_can_be_used_without_memory_or_not_at_all(void)
{
    mp_any_t *value = make_value();
    void *pickle = NULL;
    size_t size = 0;
    long nth = 0;
    long refused = 0;
    bool reached = true;

    assert_int_equal(mp_dumps(&pickle, &size, value, NULL), 0);
    while (reached) {
        failing = ++nth;
        int r = use_value(pickle, size);
        reached = failing == 0;
        failing = 0;
        // A slab is done without, and what goes there is by itself.
        assert_true(r == 0 || (r == MP_ENOMEM && reached));
        refused += r == MP_ENOMEM;
    }
    assert_true(refused > 20);
    mp_free(pickle);
    mp_any_destroy(value);
}

static const struct test tests[] = {
    {"each allocation may fail", each_allocation_may_fail, TEST_ALL},
    {"each allocation for values may fail", each_allocation_for_values_may_fail,
     TEST_ALL},
    {"each allocation for handles may fail",
     each_allocation_for_handles_may_fail, TEST_ALL},
    {"a tree is ended whole, or not for want of memory",
     tree_can_be_ended_without_memory_or_not_at_all, TEST_PROCESSES},
    {"children can be listed without memory",
     children_can_be_listed_without_memory, TEST_ALL},
    {"shared objects need no memory of the process",
     shared_objects_need_no_memory_of_the_process, TEST_ONCE},
    {"sharing without memory leaves no name",
     sharing_without_memory_leaves_no_name, TEST_ONCE},
    {"handshakes without memory do not begin",
     handshakes_without_memory_do_not_begin, TEST_ONCE},
    {"named semaphores can be made without memory, or not at all",
     named_semaphores_can_be_made_without_memory_or_not_at_all, TEST_ONCE},
    {"values can be used without memory, or not at all",
     values_can_be_used_without_memory_or_not_at_all, TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("memory", tests, sizeof(tests) / sizeof(tests[0]));
}
