// SPDX-License-Identifier: Apache-2.0
#include "tests/notes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Thread_local char test_notes[TEST_NOTES_SIZE];

void test_keep_notes(const mp_args_t *args)
{
    (void) snprintf(test_notes, sizeof(test_notes), "%s",
                    mp_args_text(args, 0));
}

void test_note(void *letter)
{
    FILE *file = fopen(test_notes, "ab");

    if (file == NULL) {
        abort();
    }
    (void) fputc(*(const char *) letter, file);
    (void) fclose(file);
}

void *test_letter(char which)
{
    static char letters[] = "abcdefghijklmnopqrstuvwxyz";

    return &letters[which - 'a'];
}

int test_add_run(void (*run)(void *), void *argument, int priority)
{
    const mp_finalize_options_t options = {.priority = priority};

    return mp_finalize(NULL, run, argument, &options);
}

int test_add(char which, int priority)
{
    return test_add_run(test_note, test_letter(which), priority);
}

void test_expect_notes(const char *expected)
{
    char text[100];
    FILE *file = fopen(test_notes, "rb");

    assert_non_null(file);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    (void) fclose(file);
    assert_string_equal(text, expected);
}

void test_expect_end(mp_target_fn target, const char *how, int code,
                     const char *expected)
{
    test_make_file(test_notes, sizeof(test_notes));
    assert_int_equal(test_call(target, MP_ARGS(test_notes, how, test_method())),
                     code);
    test_expect_notes(expected);
    test_remove_file(test_notes);
}

int test_leave(const mp_args_t *args, int code)
{
    const char *how = mp_args_text(args, 1);

    if (strcmp(how, "mp_exit") == 0) {
        mp_exit(code);
    }
    if (strcmp(how, "exit") == 0) {
        exit(code);
    }
    return code;
}
