// SPDX-License-Identifier: Apache-2.0
#include "core/settings.h"

#include <stdlib.h>

#include "core/context.h"
#include "core/start.h"
#include "core/texts.h"
#include "platform/fail.h"

// What a thread has from its process.
static bool names_surroundings(const mp_process_options_t *options)
{
    return options->executable != NULL || options->directory != NULL ||
           options->environment != NULL ||
           options->standard_input.kind != MP_STDIO_INHERIT ||
           options->standard_output.kind != MP_STDIO_INHERIT ||
           options->standard_error.kind != MP_STDIO_INHERIT;
}

static bool says_something(const mp_process_options_t *options)
{
    return names_surroundings(options) || options->handle_count > 0;
}

static int check_method(const mp_process_options_t *options,
                        const mp_process_t *process)
{
    if (process->context->start == mp__start_thread &&
        names_surroundings(options)) {
        return mp__fail(MP_ENOTSUP, 0,
                        "a thread has the directory, the environment and the "
                        "streams of its process");
    }
    if (options->executable != NULL &&
        process->context->start != mp__start_spawn) {
        return mp__fail(MP_ENOTSUP, 0, "only a spawned process runs a program");
    }
    return 0;
}

static int copy_optional(char **copy, const char *text, const char *what)
{
    if (text == NULL) {
        return 0;
    }
    if (text[0] == '\0') {
        return mp__fail(MP_EINVAL, 0, "%s is empty", what);
    }
    *copy = mp__copy_text(text);
    return *copy == NULL ? MP_ENOMEM : 0;
}

static int copy_environment(mp__settings_t *settings,
                            const char *const *entries)
{
    int r = 0;

    for (size_t i = 0; r == 0 && entries != NULL && entries[i] != NULL; i++) {
        r = mp__environment_check(entries[i]);
        if (r == 0) {
            r = mp__texts_add(&settings->environment, entries[i]);
        }
    }
    return r;
}

static int copy_stream(mp__settings_t *settings, int which, mp_stdio_t given)
{
    bool is_file = given.kind == MP_STDIO_FILE || given.kind == MP_STDIO_APPEND;
    char *path = NULL;

    if ((unsigned) given.kind > MP_STDIO_HANDLE ||
        (is_file && given.path == NULL) ||
        (given.kind == MP_STDIO_HANDLE && given.handle == MP_PLAT_NONE) ||
        (given.kind == MP_STDIO_APPEND && which == MP_STDIN)) {
        return mp__fail(MP_EINVAL, 0, "standard stream %d cannot be that",
                        which);
    }
    int r =
        is_file ? copy_optional(&path, given.path, "the path of a stream") : 0;
    if (r == 0) {
        settings->streams[which] = given;
        settings->streams[which].path = path;
    }
    return r;
}

static int copy_handles(mp__settings_t *settings, const intptr_t *handles,
                        size_t count)
{
    if (count == 0) {
        return 0;
    }
    if (handles == NULL || count > MP_HANDLES_MOST) {
        return mp__fail(MP_EINVAL, 0,
                        "%zu handles for a child: there is no list of them, or "
                        "more than %d",
                        count, MP_HANDLES_MOST);
    }
    for (size_t i = 0; i < count; i++) {
        if (handles[i] == MP_PLAT_NONE) {
            return mp__fail(MP_EINVAL, 0, "handle %zu for a child is none", i);
        }
    }
    settings->handles = mp__copy_bytes(handles, count * sizeof(*handles));
    settings->handle_count = count;
    return settings->handles == NULL ? MP_ENOMEM : 0;
}

static int fill(mp__settings_t *settings, const mp_process_options_t *options)
{
    int r = copy_optional(&settings->executable, options->executable,
                          "the path of the executable");
    if (r == 0) {
        r = copy_optional(&settings->directory, options->directory,
                          "the directory");
    }
    if (r == 0) {
        r = copy_environment(settings, options->environment);
    }
    if (r == 0) {
        r = copy_stream(settings, MP_STDIN, options->standard_input);
    }
    if (r == 0) {
        r = copy_stream(settings, MP_STDOUT, options->standard_output);
    }
    if (r == 0) {
        r = copy_stream(settings, MP_STDERR, options->standard_error);
    }
    if (r == 0) {
        r = copy_handles(settings, options->handles, options->handle_count);
    }
    return r;
}

int mp__settings_copy(mp__settings_t **out, const mp_process_options_t *options,
                      const mp_process_t *process)
{
    if (!says_something(options)) {
        return 0;
    }
    int r = check_method(options, process);
    if (r < 0) {
        return r;
    }
    mp__settings_t *settings = calloc(1, sizeof(*settings));
    if (settings == NULL) {
        return mp__fail(MP_ENOMEM, 0, "settings of a process");
    }
    r = fill(settings, options);
    if (r < 0) {
        mp__settings_free(settings);
        return r;
    }
    *out = settings;
    return 0;
}

void mp__settings_free(mp__settings_t *settings)
{
    if (settings == NULL) {
        return;
    }
    for (int i = 0; i < MP__STREAMS; i++) {
        free((void *) (intptr_t) settings->streams[i].path);
    }
    mp__texts_free(settings->environment);
    free(settings->handles);
    free(settings->directory);
    free(settings->executable);
    free(settings);
}

// ---- the handles of a start ----

static int open_stream(const mp_stdio_t *stream, int which, intptr_t *child,
                       intptr_t *pipe)
{
    bool input = which == MP_STDIN;

    switch (stream->kind) {
    case MP_STDIO_INHERIT:
        return 0;
    case MP_STDIO_PIPE:
        return mp_plat_open_pipe(input, child, pipe);
    case MP_STDIO_HANDLE:
        return mp_plat_copy_handle(stream->handle, child);
    case MP_STDIO_APPEND:
        return mp_plat_open_file(stream->path, MP_PLAT_APPEND, child);
    default: // no path is nothing
        return mp_plat_open_file(stream->path,
                                 input ? MP_PLAT_READ : MP_PLAT_WRITE, child);
    }
}

int mp__settings_open(const mp__settings_t *settings, mp_plat_setup_t *setup,
                      intptr_t pipes[MP__STREAMS])
{
    int r = 0;

    for (int i = 0; i < MP__STREAMS; i++) {
        setup->streams[i] = MP_PLAT_NONE;
        pipes[i] = MP_PLAT_NONE;
    }
    for (int i = 0; r == 0 && settings != NULL && i < MP__STREAMS; i++) {
        r = open_stream(&settings->streams[i], i, &setup->streams[i],
                        &pipes[i]);
    }
    if (r < 0) {
        mp__handles_close(setup->streams);
        mp__handles_close(pipes);
    }
    return r;
}

void mp__handles_close(intptr_t handles[MP__STREAMS])
{
    for (int i = 0; i < MP__STREAMS; i++) {
        mp_plat_close_handle(handles[i]);
        handles[i] = MP_PLAT_NONE;
    }
}
