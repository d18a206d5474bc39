// SPDX-License-Identifier: Apache-2.0
// Segments that a program made with APR's own calls.
#include "tests/segments.h"

#include <stdio.h>
#include <string.h>

#include <apr_general.h>
#include <apr_shm.h>

#define SIZE 10000

static const mp_shared_memory_options_t by_apr = {.apr = true};
static apr_pool_t *pool;
static char file[300];

static apr_shm_t *create(void)
{
    apr_shm_t *shm = NULL;

    // On Windows the segment is this file; elsewhere only its name is used.
    test_make_file(file, sizeof(file));
    test_remove_file(file);
    assert_int_equal(apr_shm_create(&shm, SIZE, file, pool), APR_SUCCESS);
    return shm;
}

static void end(apr_shm_t *shm)
{
    (void) apr_shm_destroy(shm); // what was removed cannot be removed again
    (void) apr_shm_remove(file, pool);
}

static void segment_of_apr_is_opened_by_its_file_name(void)
{
    apr_shm_t *shm = create();
    mp_shared_memory_t *memory = NULL;
    char *theirs = apr_shm_baseaddr_get(shm);

    memset(theirs, 3, SIZE);
    assert_int_equal(mp_shared_memory_open(&memory, file, &by_apr), 0);
    char *ours = mp_shared_memory_address(memory);
    assert_int_equal(mp_shared_memory_size(memory), SIZE);
    assert_string_equal(mp_shared_memory_name(memory), file);
    assert_int_equal(ours[0], 3);
    assert_int_equal(ours[SIZE - 1], 3);
    ours[0] = 4;
    ours[SIZE - 1] = 5;
    assert_int_equal(theirs[0], 4);
    assert_int_equal(theirs[SIZE - 1], 5);
    mp_shared_memory_destroy(memory);
    assert_int_equal(theirs[0], 4);
    end(shm);
}

static int add_one(const mp_args_t *args)
{
    mp_shared_memory_t *memory = NULL;

    int r = mp_shared_memory_open(&memory, mp_args_text(args, 0), &by_apr);
    if (r < 0) {
        return mp_failure(1, "%s", mp_last_error()->message);
    }
    char *bytes = mp_shared_memory_address(memory);
    bytes[7]++;
    mp_shared_memory_destroy(memory);
    return 5;
}
MP_TARGET(add_one)

static void another_process_opens_it_and_leaves_it(void)
{
    apr_shm_t *shm = create();
    char *theirs = apr_shm_baseaddr_get(shm);

    theirs[7] = 0;
    assert_int_equal(test_call(add_one, MP_ARGS(file)), 5);
    assert_int_equal(test_call(add_one, MP_ARGS(file)), 5);
    assert_int_equal(theirs[7], 2);
    end(shm);
}

// The size that APR believes stands right in front of the user's bytes.
static void size_that_is_not_true_is_refused(void)
{
    static const apr_size_t lies[] = {(apr_size_t) -1, (apr_size_t) 1 << 40,
                                      SIZE + (1 << 20), 0};
    apr_shm_t *shm = create();
    char *header = (char *) apr_shm_baseaddr_get(shm) - sizeof(apr_size_t);
    mp_shared_memory_t *memory = NULL;

    for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        memcpy(header, &lies[i], sizeof(lies[i]));
        assert_int_equal(mp_shared_memory_open(&memory, file, &by_apr),
                         MP_EPROTO);
        assert_null(memory);
    }
    end(shm);
}

static void what_apr_did_not_make_is_not_opened(void)
{
    mp_shared_memory_t *memory = NULL;

    assert_int_equal(mp_shared_memory_open(&memory, "/no/such/file", &by_apr),
                     MP_ENOENT);
    assert_int_equal(mp_shared_memory_open(&memory, "", &by_apr), MP_EINVAL);
    assert_int_equal(mp_shared_memory_open(&memory, NULL, &by_apr), MP_EINVAL);
    assert_null(memory);
}

static void its_name_can_be_removed(void)
{
    apr_shm_t *shm = create();
    apr_shm_t *again = NULL;
    mp_shared_memory_t *memory = NULL;

    assert_int_equal(mp_shared_memory_open(&memory, file, &by_apr), 0);
    if (NAMES_END_BY_THEMSELVES) {
        // A file that is mapped cannot be removed there, and APR removes it
        // when its creator lets go of it.
        mp_shared_memory_close(memory);
        end(shm);
    } else {
        assert_int_equal(mp_shared_memory_unlink(memory), 0);
    }
    assert_int_not_equal(apr_shm_attach(&again, file, pool), APR_SUCCESS);
    assert_int_equal(mp_shared_memory_unlink(memory), MP_ENOENT);
    mp_shared_memory_destroy(memory);
    if (!NAMES_END_BY_THEMSELVES) {
        end(shm);
    }
}

static const struct test tests[] = {
    {"a segment of APR is opened by its file name",
     segment_of_apr_is_opened_by_its_file_name, TEST_ONCE},
    {"another process opens it and leaves it",
     another_process_opens_it_and_leaves_it, TEST_ALL},
    {"a size that is not true is refused", size_that_is_not_true_is_refused,
     TEST_ONCE},
    {"what APR did not make is not opened", what_apr_did_not_make_is_not_opened,
     TEST_ONCE},
    {"its name can be removed", its_name_can_be_removed, TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    if (apr_initialize() != APR_SUCCESS ||
        apr_pool_create(&pool, NULL) != APR_SUCCESS) {
        return 1;
    }
    return test_run("shared memory of APR", tests,
                    sizeof(tests) / sizeof(tests[0]));
}
