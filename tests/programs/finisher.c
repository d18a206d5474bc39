// SPDX-License-Identifier: Apache-2.0
// finisher METHOD HOW: a first process with finalizers and a child, which it
// leaves as HOW says. What ran appends a letter to MP_TEST_FILE: the finalizers
// a, b, c, the child n, the finalizers - and z below 0; and the atexit handler
// that runs last adds a dot if no finalizer is taken any more.
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add_letter(char letter)
{
    const char *path = getenv("MP_TEST_FILE");
    FILE *file = path != NULL ? fopen(path, "ab") : NULL;

    if (file == NULL) {
        _Exit(9);
    }
    (void) fputc(letter, file);
    (void) fclose(file);
}

static void note(void *letter)
{
    add_letter(*(const char *) letter);
}

// In the process where it was registered, which children copy.
static int64_t registered_in;

static void run_last(void)
{
    if (registered_in == test_own_pid()) {
        add_letter(mp_at_exit(note, NULL) == MP_ESTATE ? '.' : '?');
    }
}

static void call_mp_exit(void *unused)
{
    (void) unused;
    mp_exit(7);
}

static void call_exit(void *unused)
{
    (void) unused;
    exit(7);
}

static void add(void (*run)(void *), char letter, int priority)
{
    static char letters[20];
    static size_t used;
    const mp_finalize_options_t options = {.priority = priority};

    letters[used] = letter;
    if (mp_finalize(NULL, run, &letters[used++], &options) < 0) {
        exit(3);
    }
}

static int child(const mp_args_t *args)
{
    const char *how = mp_args_text(args, 0);

    if (strcmp(how, "timeout") == 0) {
        return test_gate_pass(mp_args_text(args, 1));
    }
    if (strcmp(how, "thread exit") == 0) {
        add(note, 't', 0);
        exit(6);
    }
    add_letter('n');
    return 0;
}
MP_TARGET(child)

static mp_process_t *start(const char *method, const char *how)
{
    mp_process_options_t options = {.context = mp_get_context(method)};
    const char *gate = getenv("MP_TEST_GATE");
    mp_process_t *process = NULL;

    if (mp_process_create(&process, child,
                          MP_ARGS(how, gate != NULL ? gate : ""),
                          &options) < 0 ||
        mp_process_start(process) < 0) {
        (void) fprintf(stderr, "finisher: %s\n", mp_last_error()->message);
        exit(3);
    }
    return process;
}

static const char *child_method;
static const char *child_how;

static void start_child(void *letter)
{
    note(letter);
    mp_process_destroy(start(child_method, child_how));
}

int main(int argc, char **argv)
{
    // Ahead of the library's own handler, so it runs last; on Windows not if
    // exit() is called within exit().
    if (argc == 3 && strcmp(argv[2], "finalizer exit") != 0) {
        registered_in = test_own_pid();
        (void) atexit(run_last);
    }
    mp_freeze_support(argc, argv);
    if (argc != 3) {
        return 2;
    }
    const char *how = argv[2];
    child_method = argv[1];
    child_how = how;
    add(note, 'z', -9);
    add(note, '-', -1);
    if (strcmp(how, "finalizer mp_exit") == 0) {
        add(call_mp_exit, ' ', -5);
        add(call_mp_exit, ' ', 5);
    } else if (strcmp(how, "finalizer exit") == 0) {
        add(call_exit, ' ', -5);
        add(call_exit, ' ', 5);
    } else if (strcmp(how, "timeout") == 0 && mp_set_exit_timeout(20) < 0) {
        return 2;
    }
    add(note, 'b', 1);
    add(note, 'a', 9);
    if (strcmp(how, "thread exit") == 0) {
        add(note, 'c', 0);
        (void) mp_process_join(start(child_method, how), MP_FOREVER);
        return 2;
    }
    add(start_child, 'c', 0);
    if (strcmp(how, "shutdown") == 0 && mp_shutdown(TEST_GUARD_MS) != 0) {
        return 2;
    }
    if (strcmp(how, "mp_exit") == 0) {
        mp_exit(5);
    }
    if (strcmp(how, "exit") == 0) {
        exit(5);
    }
    return 5;
}
