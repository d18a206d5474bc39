// SPDX-License-Identifier: Apache-2.0
// A plug-in for hosts that know nothing of the library: tests/plugins/host.py
// and tests/programs/foreign_host.c. PLUGIN_NUMBER tells the copies apart.
#include <multiprocessing.h>

#include <stdio.h>
#include <string.h>

#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#else
#include <unistd.h>
#endif

#define WAIT_MS 30000

static char last_text[1200];

static int run(mp_target_fn target, const mp_args_t *args);

// Both plug-ins have a target of this name.
static int work(const mp_args_t *args)
{
    int code = (int) mp_args_int(args, 0);
    return code >= 50 ? mp_failure(code, "plug-in %d: %d", PLUGIN_NUMBER, code)
                      : PLUGIN_NUMBER * 100 + code;
}
MP_TARGET(work)

// A child that starts a child, without a word about the worker.
static int nest(const mp_args_t *args)
{
    return run(work, args);
}
MP_TARGET(nest)

// Writes a letter into the handle that it was given.
static int write_letter(const mp_args_t *args)
{
    intptr_t handle = -1;
    char letter = (char) mp_args_int(args, 0);

    if (mp_inherited_handle(0, &handle) < 0) {
        return 1;
    }
#ifdef _WIN32
    DWORD written = 0;
    return WriteFile((HANDLE) handle, &letter, 1, &written, NULL) ? 0 : 2;
#else
    return write((int) handle, &letter, 1) == 1 ? 0 : 2;
#endif
}
MP_TARGET(write_letter)

static int make_pipe(intptr_t ends[2])
{
#ifdef _WIN32
    HANDLE handles[2];
    BOOL made = CreatePipe(&handles[0], &handles[1], NULL, 0);
    ends[0] = (intptr_t) handles[0];
    ends[1] = (intptr_t) handles[1];
    return made ? 0 : -1;
#else
    int numbers[2];
    int r = pipe(numbers);
    ends[0] = numbers[0];
    ends[1] = numbers[1];
    return r;
#endif
}

// What is read there, or -1; it closes both.
static int read_letter(const intptr_t ends[2])
{
    char letter = 0;

#ifdef _WIN32
    DWORD got = 0;
    (void) CloseHandle((HANDLE) ends[1]);
    BOOL done = ReadFile((HANDLE) ends[0], &letter, 1, &got, NULL);
    (void) CloseHandle((HANDLE) ends[0]);
    return done && got == 1 ? letter : -1;
#else
    (void) close((int) ends[1]);
    ssize_t got = read((int) ends[0], &letter, 1);
    (void) close((int) ends[0]);
    return got == 1 ? letter : -1;
#endif
}

static int keep_text(int r)
{
    (void) snprintf(last_text, sizeof(last_text), "%s",
                    mp_last_error()->message);
    return r;
}

static int finish(mp_process_t *process)
{
    int r = mp_process_join(process, WAIT_MS);
    if (r < 0) {
        return keep_text(r);
    }
    const char *failure = mp_process_failure(process);
    (void) snprintf(last_text, sizeof(last_text), "%s",
                    failure == NULL ? "" : failure);
    return mp_process_exitcode(process);
}

static int run_with(mp_target_fn target, const mp_args_t *args,
                    const intptr_t *handles, size_t count)
{
    mp_process_t *process = NULL;
    const mp_process_options_t options = {.context = mp_get_context("spawn"),
                                          .handles = handles,
                                          .handle_count = count};

    int r = mp_process_create(&process, target, args, &options);
    if (r == 0) {
        r = mp_process_start(process);
    }
    r = r == 0 ? finish(process) : keep_text(r);
    mp_process_destroy(process);
    return r;
}

static int run(mp_target_fn target, const mp_args_t *args)
{
    return run_with(target, args, NULL, 0);
}

// ---- what the host calls ----

MP_EXPORT int plugin_use_worker(void);
MP_EXPORT int plugin_call(int code);
MP_EXPORT int plugin_call_nested(int code);
MP_EXPORT int plugin_letter(int letter);
MP_EXPORT int plugin_children(void);
MP_EXPORT const char *plugin_text(void);

int plugin_use_worker(void)
{
    return keep_text(mp_set_executable_to_worker());
}

int plugin_call(int code)
{
    return run(work, MP_ARGS(code));
}

int plugin_call_nested(int code)
{
    return run(nest, MP_ARGS(code));
}

// A letter that a child writes into what it was given, or an error.
int plugin_letter(int letter)
{
    intptr_t ends[2];

    if (make_pipe(ends) != 0) {
        return -1;
    }
    int r = run_with(write_letter, MP_ARGS(letter), &ends[1], 1);
    int got = read_letter(ends);
    return r != 0 ? r : got;
}

int plugin_children(void)
{
    mp_process_t **children = NULL;
    size_t count = 0;

    int r = mp_active_children(&children, &count);
    mp_active_children_free(children, count);
    return r < 0 ? r : (int) count;
}

const char *plugin_text(void)
{
    return last_text;
}

MP_PLUGIN
