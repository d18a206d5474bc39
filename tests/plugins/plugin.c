// SPDX-License-Identifier: Apache-2.0
// A plug-in for hosts that know nothing of the library: tests/plugins/host.py
// and tests/programs/foreign_host.c. PLUGIN_NUMBER tells the copies apart.
#include <multiprocessing.h>

#include <stdio.h>
#include <string.h>

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

static int run(mp_target_fn target, const mp_args_t *args)
{
    mp_process_t *process = NULL;
    const mp_process_options_t options = {.context = mp_get_context("spawn")};

    int r = mp_process_create(&process, target, args, &options);
    if (r == 0) {
        r = mp_process_start(process);
    }
    r = r == 0 ? finish(process) : keep_text(r);
    mp_process_destroy(process);
    return r;
}

// ---- what the host calls ----

MP_EXPORT int plugin_use_worker(void);
MP_EXPORT int plugin_call(int code);
MP_EXPORT int plugin_call_nested(int code);
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
