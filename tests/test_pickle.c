// SPDX-License-Identifier: Apache-2.0
// Pickles: what Pythons have written, what is refused, every limit, and the
// family's shared objects.
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/connection.h"
#include "core/pickle.h"

static const struct recorded {
    const char *name;
    const char *repr;
    size_t size;
    unsigned char bytes[300];
} recorded[] = {
#include "tests/wire/pickles.h"
};

static void expect_repr(const mp_any_t *value, const char *wanted)
{
    char *text = NULL;

    assert_int_equal(mp_any_repr(value, &text), 0);
    assert_string_equal(text, wanted);
    mp_free(text);
}

static mp_any_t *copy_of(const mp_any_t *value)
{
    mp_any_t *copy = NULL;
    void *bytes = NULL;
    size_t size = 0;

    assert_int_equal(mp_dumps(&bytes, &size, value, NULL), 0);
    assert_int_equal(mp_loads(&copy, bytes, size, NULL), 0);
    mp_free(bytes);
    return copy;
}

// ---- what Python has written ----

static void pickles_of_python_are_read(void)
{
    for (size_t i = 0; i < sizeof(recorded) / sizeof(recorded[0]); i++) {
        mp_any_t *value = NULL;
        assert_int_equal(
            mp_loads(&value, recorded[i].bytes, recorded[i].size, NULL), 0);
        expect_repr(value, recorded[i].repr);
        mp_any_t *copy = copy_of(value);
        expect_repr(copy, recorded[i].repr);
        mp_any_destroy(copy);
        mp_any_destroy(value);
    }
}

// Nothing behind a pickle that was cut is read: each piece lies at the end of
// memory of its own.
static void no_part_of_a_pickle_is_one(void)
{
    for (size_t i = 0; i < sizeof(recorded) / sizeof(recorded[0]); i++) {
        for (size_t size = 0; size < recorded[i].size; size++) {
            mp_any_t *value = NULL;
            unsigned char *part = malloc(size + 1);
            assert_non_null(part);
            memcpy(part + 1, recorded[i].bytes, size);
            assert_int_equal(mp_loads(&value, part + 1, size, NULL), MP_EPROTO);
            assert_null(value);
            free(part);
        }
    }
}

static void sharing_is_kept(void)
{
    mp_any_t *inner = NULL;
    mp_any_t *outer = NULL;

    assert_int_equal(mp_any_list(&inner, MP_ARGS(1)), 0);
    assert_int_equal(mp_any_list(&outer, MP_NO_ARGS), 0);
    assert_int_equal(mp_any_append(outer, inner), 0);
    assert_int_equal(mp_any_append(outer, inner), 0);
    assert_int_equal(mp_any_append(outer, outer), 0);
    mp_any_t *copy = copy_of(outer);
    assert_ptr_equal(mp_any_item(copy, 0), mp_any_item(copy, 1));
    assert_ptr_equal(mp_any_item(copy, 2), copy);
    mp_any_destroy(copy);
    mp_any_destroy(outer);
    mp_any_destroy(inner);
}

// The sanitizer sees what is not freed.
static void what_is_thrown_away_in_a_circle_is_freed(void)
{
    static const struct {
        const char *bytes;
        size_t size;
    } rows[] = {
#define ROW(text) {"\x80\x04" text, sizeof(text) + 1}
        ROW("]q\0h\0a0Nq\0."), // its number goes to another value
        ROW("]2a0N."),
        ROW("](2e0N."),
        ROW("N]2a0(]2a1."),
        ROW("}(K\1]2aK\1Nu."), // another value gets its key
        ROW("N]2aK\1."),
        ROW("}]2a]2a."),
        ROW("cbuiltins\nset\n]2a\x85R."),
#undef ROW
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        mp_any_t *value = NULL;
        (void) mp_loads(&value, rows[i].bytes, rows[i].size, NULL);
        mp_any_destroy(value);
    }
}

static void reply_has_the_bytes_that_python_expects(void)
{
    static const unsigned char wanted[] = "\x80\x04\x8c\x07#RETURNN\x86.";
    mp_any_t *tuple = NULL;
    void *bytes = NULL;
    size_t size = 0;

    assert_int_equal(mp_any_tuple(&tuple, MP_ARGS("#RETURN", MP_NONE)), 0);
    assert_int_equal(mp_dumps(&bytes, &size, tuple, NULL), 0);
    assert_int_equal(size, sizeof(wanted) - 1);
    assert_memory_equal(bytes, wanted, size);
    mp_free(bytes);
    mp_any_destroy(tuple);
}

// ---- what is refused ----

static int load(const char *bytes, size_t size,
                const mp_pickle_options_t *options)
{
    mp_any_t *value = NULL;

    int r = mp_loads(&value, bytes, size, options);
    assert_true((r == 0) == (value != NULL));
    mp_any_destroy(value);
    return r;
}

#define LOAD(text, options) load("\x80\x04" text, sizeof(text) + 1, options)

static void what_lies_outside_is_refused(void)
{
    static const char codes[] = "PQioFILSTUVgpdl\x82\x83\x84\x97\x98";

    for (const char *code = codes; *code != '\0'; code++) {
        const char bytes[] = {'\x80', 4, 'N', *code, '.', '\n'};
        assert_int_equal(load(bytes, sizeof(bytes), NULL), MP_ENOTSUP);
    }
    assert_int_equal(load("\x80\x02N.", 4, NULL), MP_ENOTSUP);
    assert_int_equal(load("\x80\x06N.", 4, NULL), MP_ENOTSUP);
    assert_int_equal(load("N.", 2, NULL), MP_ENOTSUP);
    assert_int_equal(load("", 0, NULL), MP_EPROTO);
}

static void damage_is_an_error(void)
{
    assert_int_equal(LOAD("N.", NULL), 0);
    assert_int_equal(LOAD(".", NULL), MP_EPROTO);
    assert_int_equal(LOAD("NN.", NULL), MP_EPROTO);
    assert_int_equal(LOAD("(N.", NULL), MP_EPROTO);
    assert_int_equal(LOAD("\xff.", NULL), MP_EPROTO);
    assert_int_equal(LOAD("0.", NULL), MP_EPROTO);
    assert_int_equal(LOAD("h\0.", NULL), MP_EPROTO);
    assert_int_equal(LOAD("N(0.", NULL), 0);
    assert_int_equal(LOAD("NNa.", NULL), MP_EPROTO);
    assert_int_equal(LOAD("](0Ne.", NULL), MP_EPROTO);
    assert_int_equal(LOAD("}]Ns.", NULL), MP_EPROTO);   // a list as a key
    assert_int_equal(LOAD("}(Nu.", NULL), MP_EPROTO);   // no value
    assert_int_equal(LOAD("N)R.", NULL), MP_EPROTO);    // None is called
    assert_int_equal(LOAD("]Nb.", NULL), MP_EPROTO);    // a list is built
    assert_int_equal(LOAD("NN\x93.", NULL), MP_EPROTO); // no names
    assert_int_equal(LOAD("c\n\n.", NULL), MP_EPROTO);
    assert_int_equal(LOAD("X\1\0\0\0\xff.", NULL), MP_EPROTO);
    assert_int_equal(LOAD("\x8b\xff\xff\xff\xff.", NULL), MP_EPROTO);
    assert_int_equal(LOAD("\x8e\xff\xff\xff\xff\xff\xff\xff\xff.", NULL),
                     MP_EPROTO);
    assert_int_equal(LOAD("Nr\xff\xff\xff\xff.", NULL), MP_EPROTO);
    assert_int_equal(LOAD("\x95\xff\0\0\0\0\0\0\0N.", NULL), MP_EPROTO);
}

static void only_named_globals_pass(void)
{
    static const char *const none[] = {NULL};
    static const char *const some[] = {"os:path.join", "datetime:*", NULL};
    const mp_pickle_options_t nothing = {.only_globals = none};
    const mp_pickle_options_t few = {.only_globals = some};

    assert_int_equal(LOAD("cos\nsystem\n.", NULL), 0);
    assert_int_equal(LOAD("cos\nsystem\n.", &nothing), MP_EACCES);
    assert_int_equal(LOAD("cos\nsystem\n.", &few), MP_EACCES);
    assert_int_equal(LOAD("cos\npath.join\n.", &few), 0);
    assert_int_equal(LOAD("cos.path\njoin\n.", &few), MP_EACCES);
    assert_int_equal(LOAD("cdatetime\ndate\n.", &few), 0);
    assert_int_equal(LOAD("cdatetime\nsys.exit\n.", &few), MP_EACCES);
    assert_int_equal(LOAD("\x8c\2os\x8c\6system\x93.", &few), MP_EACCES);
    assert_int_equal(LOAD("cbuiltins\nset\n]\x85R.", &nothing), 0);

    mp_any_t *global = NULL;
    void *bytes = NULL;
    size_t size = 0;
    assert_int_equal(mp_any_global(&global, "os", "system"), 0);
    assert_int_equal(mp_dumps(&bytes, &size, global, &few), MP_EACCES);
    assert_null(bytes);
    mp_any_destroy(global);
}

// ---- limits ----

static void every_limit_holds(void)
{
    const mp_pickle_options_t bytes = {.max_bytes = 5};
    const mp_pickle_options_t items = {.max_items = 3};
    const mp_pickle_options_t memo = {.max_memo = 2};
    const mp_pickle_options_t depth = {.max_depth = 3};
    const mp_pickle_options_t integer = {.max_int_bytes = 2};

    assert_int_equal(LOAD("]].", &bytes), MP_EPROTO);
    assert_int_equal(LOAD("]]]].", &bytes), MP_EMSGSIZE);
    assert_int_equal(LOAD("]N0N0.", &items), 0);
    assert_int_equal(LOAD("]N0N0N0.", &items), MP_EMSGSIZE);
    assert_int_equal(LOAD("](0(0(0.", &items), MP_EMSGSIZE);
    assert_int_equal(LOAD("]\x94]\x94"
                          "0.",
                          &memo),
                     0);
    assert_int_equal(LOAD("]\x94]\x94]\x94.", &memo), MP_EMSGSIZE);
    assert_int_equal(LOAD("]]]aa.", &depth), 0);
    assert_int_equal(LOAD("]]]]aaa.", &depth), MP_EDEPTH);
    assert_int_equal(LOAD("N\x85\x85\x85\x85.", &depth), MP_EDEPTH);
    assert_int_equal(LOAD("\x8a\2\1\1.", &integer), 0);
    assert_int_equal(LOAD("\x8a\3\1\1\1.", &integer), MP_EMSGSIZE);
}

// Each list gets the next one when it lies in the last one already.
static void depth_cannot_be_hidden(void)
{
    const mp_pickle_options_t depth = {.max_depth = 4};

    assert_int_equal(LOAD("]\x94]\x94"
                          "ah\1]\x94"
                          "a0h\2Na0.",
                          &depth),
                     0);
    assert_int_equal(LOAD("]\x94]\x94"
                          "ah\1]\x94"
                          "a0h\2]\x94"
                          "a0h\3]\x94"
                          "a0h\4Na0.",
                          &depth),
                     MP_EDEPTH);
}

static void writing_has_limits_too(void)
{
    const mp_pickle_options_t options[] = {{.max_bytes = 10},
                                           {.max_items = 3},
                                           {.max_depth = 1},
                                           {.max_int_bytes = 3}};
    static const int wanted[] = {MP_EMSGSIZE, MP_EMSGSIZE, MP_EDEPTH,
                                 MP_EMSGSIZE};
    mp_any_t *list = NULL;
    mp_any_t *inner = NULL;
    void *bytes = NULL;
    size_t size = 0;

    assert_int_equal(mp_any_list(&list, MP_ARGS(INT64_MAX, "longer text")), 0);
    assert_int_equal(mp_any_list(&inner, MP_ARGS(1)), 0);
    assert_int_equal(mp_any_append(list, inner), 0);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(mp_dumps(&bytes, &size, list, &options[i]), wanted[i]);
        assert_null(bytes);
    }
    mp_any_destroy(inner);
    mp_any_destroy(list);
}

// ---- the family's shared objects ----

// For a message that then never goes.
static int write_for_family(void **bytes, size_t *size, const mp_any_t *value)
{
    mp_connection_t *ends[2];

    assert_int_equal(mp_pipe(&ends[0], &ends[1], true), 0);
    mp__transits_t transits = {.route = ends[0]->route};
    int r = mp__pickle_write(bytes, size, value, NULL, &transits);
    mp__transits_finish(&transits, false);
    mp_connection_destroy(ends[0]);
    mp_connection_destroy(ends[1]);
    return r;
}

static void shared_object_stays_in_the_family(void)
{
    static const mp_pickle_options_t defaults;
    mp_lock_t *lock = NULL;
    mp_lock_t *found = NULL;
    mp_any_t *value = NULL;
    mp_any_t *copy = NULL;
    mp_any_t *foreign = NULL;
    void *bytes = NULL;
    size_t size = 0;

    assert_int_equal(mp_lock_create(&lock), 0);
    assert_int_equal(mp_any_list(&value, MP_ARGS(lock, lock)), 0);
    assert_int_equal(mp_dumps(&bytes, &size, value, NULL), MP_ESTATE);
    assert_non_null(strstr(mp_last_error()->message, "outside this family"));
    assert_int_equal(write_for_family(&bytes, &size, value), 0);
    assert_int_equal(mp__pickle_read(&copy, bytes, size, &defaults, true), 0);
    assert_int_equal(mp_any_get_lock(mp_any_item(copy, 0), &found), 0);
    assert_ptr_equal(found, lock);
    // From elsewhere it is an object like any other, and cannot become more.
    assert_int_equal(mp_loads(&foreign, bytes, size, NULL), 0);
    assert_int_equal(mp_any_type(mp_any_item(foreign, 0)), MP_ANY_OBJECT);
    mp_free(bytes);
    bytes = NULL;
    assert_int_equal(write_for_family(&bytes, &size, foreign), MP_EACCES);
    mp_any_destroy(foreign);
    mp_any_destroy(copy);
    mp_any_destroy(value);
    mp_lock_destroy(lock);
}

static void reference_to_what_is_gone_is_an_error(void)
{
    static const mp_pickle_options_t defaults;
    mp_lock_t *lock = NULL;
    mp_any_t *value = NULL;
    void *bytes = NULL;
    size_t size = 0;

    assert_int_equal(mp_lock_create(&lock), 0);
    assert_int_equal(mp_any_shared(&value, lock), 0);
    assert_int_equal(write_for_family(&bytes, &size, value), 0);
    mp_any_destroy(value);
    mp_lock_destroy(lock);
    assert_int_equal(mp__pickle_read(&value, bytes, size, &defaults, true),
                     MP_ENOENT);
    assert_null(value);
    mp_free(bytes);
}

static const struct test tests[] = {
    {"pickles of Python are read", pickles_of_python_are_read, TEST_ONCE},
    {"no part of a pickle is one", no_part_of_a_pickle_is_one, TEST_ONCE},
    {"sharing is kept", sharing_is_kept, TEST_ONCE},
    {"what is thrown away in a circle is freed",
     what_is_thrown_away_in_a_circle_is_freed, TEST_ONCE},
    {"a reply has the bytes that Python expects",
     reply_has_the_bytes_that_python_expects, TEST_ONCE},
    {"what lies outside is refused", what_lies_outside_is_refused, TEST_ONCE},
    {"damage is an error", damage_is_an_error, TEST_ONCE},
    {"only named globals pass", only_named_globals_pass, TEST_ONCE},
    {"every limit holds", every_limit_holds, TEST_ONCE},
    {"depth cannot be hidden", depth_cannot_be_hidden, TEST_ONCE},
    {"writing has limits, too", writing_has_limits_too, TEST_ONCE},
    {"a shared object stays in the family", shared_object_stays_in_the_family,
     TEST_ONCE},
    {"a reference to what is gone is an error",
     reference_to_what_is_gone_is_an_error, TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("pickles", tests, sizeof(tests) / sizeof(tests[0]));
}
