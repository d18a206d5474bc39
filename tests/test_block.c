// SPDX-License-Identifier: Apache-2.0
// The start block: what is written is read again, and no other bytes do harm.
// This test looks into core: the bytes of a block are not to be had otherwise.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "core/arguments.h"
#include "core/block.h"
#include "core/block_format.h"
#include "core/bytes.h"
#include "platform/platform.h"
#include <multiprocessing.h>

static unsigned char *write_sample(size_t *size)
{
    mp_any_t *value = NULL;
    assert_int_equal(mp_any_list(&value, MP_ARGS(1, "two")), 0);
    const mp_arg_t items[] = {
        {MP_ARG_INT, 8, {.integer = INT64_MIN}},
        {MP_ARG_BOOL, 8, {.integer = 1}},
        {MP_ARG_FLOAT, 8, {.number = -2.5}},
        {MP_ARG_TEXT, 4, {.data = "text"}},
        {MP_ARG_BYTES, 3, {.data = "\0\1\2"}},
        {MP_ARG_NONE, 8, {.integer = 0}},
        {MP_ARG_ANY, 0, {.data = value}},
    };
    const mp_args_t args = {7, items};
    static const unsigned char build_id[MP_PLAT_BUILD_SIZE] = {1, 0, 2};
    const mp__block_t block = {.target = "work",
                               .module = "",
                               .name = "Process-1",
                               .identity = "1",
                               .parent_name = "MainProcess",
                               .method = "spawn",
                               .daemon = true,
                               .depth = 3,
                               .build_id = build_id,
                               .authkey = "0123456789",
                               .authkey_size = 10,
                               .log_level = 25,
                               .log_to_stderr = true,
                               .args = &args,
                               .handle_count = 2};
    unsigned char *bytes = NULL;

    assert_int_equal(mp__block_write(&block, &bytes, size), 0);
    mp_any_destroy(value);
    mp__block_set_handles(bytes + *size, (const intptr_t[]){7, 0x7ffffff0}, 2);
    return bytes;
}

// Reads a whole block as a child does. The body is in memory of its own size,
// so that a sanitizer sees a step beyond its end.
static int read_whole(const unsigned char *bytes, size_t size,
                      mp__block_t *block, unsigned char **body)
{
    size_t body_size = 0;

    *body = NULL;
    memset(block, 0, sizeof(*block));
    if (size < MP__BLOCK_HEADER_SIZE) {
        return MP_EEOF;
    }
    int r = mp__block_size(bytes, &body_size);
    if (r < 0) {
        return r;
    }
    if (body_size > size - MP__BLOCK_HEADER_SIZE) {
        return MP_EEOF;
    }
    *body = malloc(body_size + 1);
    assert_non_null(*body);
    memcpy(*body, bytes + MP__BLOCK_HEADER_SIZE, body_size);
    return mp__block_read(*body, body_size, block);
}

static void release(mp__block_t *block, unsigned char *body)
{
    mp_free((void *) (uintptr_t) block->args);
    free(body);
}

// The last argument is a value, and bytes until it is read.
static void expect_the_value(const mp_args_t *args)
{
    const char *text = NULL;

    if (args == NULL) {
        fail();
        return;
    }
    mp_arg_t last = args->items[6];

    assert_int_equal(mp_args_type(args, 6), MP_ARG_ANY);
    assert_int_equal(mp__args_load_value(&last), 0);
    mp_any_t *value = (mp_any_t *) (uintptr_t) last.value.data;
    assert_int_equal(mp_any_size(value), 2);
    assert_int_equal(mp_any_get_text(mp_any_item(value, 1), &text, NULL), 0);
    assert_string_equal(text, "two");
    mp_any_destroy(value);
}

static void block_is_read_as_it_was_written(void **state)
{
    mp__block_t block;
    unsigned char *body = NULL;
    size_t size = 0;
    const void *data = NULL;
    unsigned char *bytes = write_sample(&size);

    (void) state;
    assert_int_equal(read_whole(bytes, size, &block, &body), 0);
    assert_string_equal(block.target, "work");
    assert_string_equal(block.identity, "1");
    assert_string_equal(block.parent_name, "MainProcess");
    assert_string_equal(block.method, "spawn");
    assert_true(block.daemon);
    assert_int_equal(block.depth, 3);
    assert_non_null(block.build_id);
    assert_memory_equal(block.build_id, "\1\0\2", 4);
    assert_int_equal(block.authkey_size, 10);
    assert_memory_equal(block.authkey, "0123456789", 10);
    assert_int_equal(block.log_level, 25);
    assert_true(block.log_to_stderr);
    assert_int_equal(mp_args_count(block.args), 7);
    assert_true(mp_args_int(block.args, 0) == INT64_MIN);
    assert_true(mp_args_bool(block.args, 1));
    assert_true(mp_args_float(block.args, 2) == -2.5);
    assert_string_equal(mp_args_text(block.args, 3), "text");
    assert_int_equal(mp_args_type(block.args, 5), MP_ARG_NONE);
    data = mp_args_bytes(block.args, 4, &size);
    assert_int_equal(size, 3);
    assert_memory_equal(data, "\0\1\2", 3);
    expect_the_value(block.args);
    assert_int_equal(block.handle_count, 2);
    if (block.handles == NULL) {
        fail();
        return;
    }
    assert_int_equal(mp__get64(block.handles), 7);
    assert_int_equal(mp__get64(block.handles + 8), 0x7ffffff0);
    release(&block, body);
    free(bytes);
}

static void block_cut_short_is_refused(void **state)
{
    mp__block_t block;
    unsigned char *body = NULL;
    size_t size = 0;
    unsigned char *bytes = write_sample(&size);

    (void) state;
    for (size_t cut = MP__BLOCK_HEADER_SIZE; cut < size; cut++) {
        mp__put64(bytes + 16, cut - MP__BLOCK_HEADER_SIZE);
        int r = read_whole(bytes, cut, &block, &body);
        // Arguments and handles come last: a cut between two of these fields
        // leaves a block.
        assert_true(r == MP_EPROTO || (r == 0 && block.handle_count == 0));
        release(&block, body);
    }
    free(bytes);
}

static void other_formats_and_sizes_are_refused(void **state)
{
    mp__block_t block;
    unsigned char *body = NULL;
    size_t size = 0;
    unsigned char *bytes = write_sample(&size);

    (void) state;
    mp__put64(bytes + 16, UINT64_MAX);
    assert_int_equal(read_whole(bytes, size, &block, &body), MP_EMSGSIZE);
    mp__put32(bytes + 8, MP__BLOCK_FORMAT + 1);
    assert_int_equal(read_whole(bytes, size, &block, &body), MP_EVERSION);
    bytes[0] ^= 1;
    assert_int_equal(read_whole(bytes, size, &block, &body), MP_EPROTO);
    free(bytes);
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

// Bytes changed at random, always the same: a small stand-in for the fuzzer,
// in every run of the tests.
static void changed_blocks_do_no_harm(void **state)
{
    mp__block_t block;
    unsigned char *body = NULL;
    uint32_t seed = 1;
    size_t size = 0;
    unsigned char *bytes = write_sample(&size);
    unsigned char *changed = malloc(size);

    (void) state;
    assert_non_null(changed);
    for (int round = 0; round < 20000; round++) {
        memcpy(changed, bytes, size);
        for (uint32_t i = next_random(&seed) % 4 + 1; i > 0; i--) {
            size_t at = MP__BLOCK_HEADER_SIZE +
                        next_random(&seed) % (size - MP__BLOCK_HEADER_SIZE);
            changed[at] = (unsigned char) next_random(&seed);
        }
        int r = read_whole(changed, size, &block, &body);
        assert_true(r == 0 || r == MP_EPROTO || r == MP_ENOMEM);
        release(&block, body);
    }
    free(changed);
    free(bytes);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(block_is_read_as_it_was_written),
        cmocka_unit_test(block_cut_short_is_refused),
        cmocka_unit_test(other_formats_and_sizes_are_refused),
        cmocka_unit_test(changed_blocks_do_no_harm),
    };

    mp_freeze_support(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
