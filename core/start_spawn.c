// SPDX-License-Identifier: Apache-2.0
#include "core/start.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <multiprocessing/finalize.h>

#include "core/arguments.h"
#include "core/block.h"
#include "core/context.h"
#include "core/inherited.h"
#include "core/launch.h"
#include "core/log.h"
#include "core/member.h"
#include "core/message.h"
#include "core/self.h"
#include "core/settings.h"
#include "core/target.h"
#include "core/worker.h"
#include "platform/fail.h"

#define LAST_MOMENT_MS 1000  // for a child whose channel is closed to end
#define KILL_MOMENT_MS 10000 // for a killed child to be gone

// The name by which the child looks for its target. One that is known by name
// only may be known only to the program that is to be run.
static int describe_target(const mp_process_t *process, bool running_program,
                           mp__block_t *block, char module[MP__MODULE_SIZE])
{
    const mp_target_t *target = NULL;

    int r = process->function != NULL
                ? mp__target_of(process->function, &target)
                : mp__target_find(process->target_name, NULL, &target);
    if (r < 0 && (running_program || process->target_name == NULL)) {
        return r;
    }
    module[0] = '\0';
    if (r == 0 && running_program && !mp__is_worker(NULL)) {
        mp__target_module(target, module);
    } else if (r == 0) {
        mp__target_file(target, module);
    }
    block->target = r == 0 ? target->name : process->target_name;
    block->module = module;
    return 0;
}

static int write_block(const mp_process_t *process, bool running_program,
                       unsigned char **bytes, size_t *size)
{
    char module[MP__MODULE_SIZE];
    unsigned char build_id[MP_PLAT_BUILD_SIZE];
    const char *method = mp_get_start_method(true);
    const mp__log_settings_t log = mp__log_settings();
    mp__origin_t origin;

    int r = mp__origin_of(&origin, process);
    if (r < 0) {
        return r;
    }
    mp__block_t block = {.name = origin.name,
                         .identity = origin.identity,
                         .parent_name = origin.parent_name,
                         .method = method == NULL ? "" : method,
                         .daemon = origin.daemon,
                         .detached = process->detached,
                         .session = process->session,
                         .interrupts = process->interrupts,
                         .depth = (uint32_t) origin.depth,
                         .authkey = origin.authkey,
                         .authkey_size = origin.authkey_size,
                         .log_level = (uint32_t) log.level,
                         .log_to_stderr = log.to_stderr,
                         .exit_timeout_ms = mp_get_exit_timeout(),
                         .family = mp__arena()->family,
                         .memory_size = mp__memory.size,
                         .args = process->args};
    if (running_program) {
        mp_plat_build_id(build_id);
        block.build_id = build_id;
    }
    if (process->settings != NULL) {
        block.handle_count = process->settings->handle_count;
    }
    block.handle_count += mp__args_ports(process->args);
    block.handle_count++; // the memory
    r = describe_target(process, running_program, &block, module);
    if (r == 0) {
        r = mp__block_write(&block, bytes, size);
    }
    mp__origin_free(&origin);
    return r;
}

// A child may answer with what a start can return, and with nothing else: some
// codes mean that the conversation itself went wrong.
static int refused_with(const mp__message_t *message)
{
    bool known = message->kind == MP__MESSAGE_REFUSED &&
                 message->code != MP_EEOF && message->code != MP_ETIMEDOUT &&
                 message->code < 0 && mp_errname(message->code) != NULL;

    return mp__fail(known ? message->code : MP_EPROTO, 0, "%s",
                    known ? message->text
                          : "the child answered something else than it should");
}

// Sends the block and hears what the child says to it: 0, what the child
// refused with, or what went wrong between us.
static int converse(mp_process_t *process, const mp_plat_child_t *child,
                    const unsigned char *bytes, size_t size)
{
    mp__message_t message;
    int64_t deadline = mp__deadline(process->start_timeout_ms);

    int r = mp_plat_channel_send(child, bytes, size, deadline);
    if (r == 0 || r == MP_EEOF) { // a child that refuses may have said why
        int heard = mp__message_receive(child, &message, deadline);
        r = heard < 0 ? heard : r;
        if (heard == 0 && message.kind != MP__MESSAGE_STARTED) {
            return refused_with(&message);
        }
    }
    return r;
}

// Ends and collects a child that did not start. Its exit code.
static int end_child(mp_plat_child_t *child, bool kill_at_once)
{
    mp_plat_end_t end = {.exitcode = MP_EXITCODE_NONE};

    if (kill_at_once ||
        mp_plat_child_wait(child, mp__deadline(LAST_MOMENT_MS)) < 0) {
        (void) mp_plat_child_signal(child, MP_PLAT_KILL);
    }
    int64_t deadline = mp__deadline(KILL_MOMENT_MS);
    while (mp_plat_child_wait(child, deadline) == 0 &&
           mp_plat_child_collect(child, &end) == 0) {
    }
    mp_plat_child_close(child);
    return end.exitcode;
}

// Says what became of a child that did not start, and leaves nothing of it.
static int explain(const mp_process_t *process, mp_plat_child_t *child, int r)
{
    int64_t pid = child->pid;

    if (r == MP_EEOF) {
        int exitcode = end_child(child, false);
        return mp__fail(MP_ESTART, 0,
                        "child %lld ended with exit code %d before its target "
                        "ran; does its program call mp_freeze_support() first "
                        "in main()?",
                        (long long) pid, exitcode);
    }
    if (r == MP_ETIMEDOUT) {
        (void) end_child(child, true);
        return mp__fail(MP_ETIMEDOUT, 0,
                        "child %lld did not report within %lld ms and was "
                        "killed; does its program call mp_freeze_support() "
                        "first in main()?",
                        (long long) pid, (long long) process->start_timeout_ms);
    }
    char text[MP__MESSAGE_TEXT_MOST]; // ending the child may fail, too
    (void) snprintf(text, sizeof(text), "%s", mp__fail_last()->message);
    (void) end_child(child, true);
    return mp__fail(r, 0, "%s", text);
}

static int spawn(const mp_process_t *process, const mp_launch_t *launch,
                 mp_plat_child_t *child, intptr_t pipes[MP__STREAMS],
                 unsigned char *block_end)
{
    intptr_t given[MP_HANDLES_MOST + 1];
    mp_plat_setup_t setup = {.directory = launch->directory,
                             .environment = launch->environment,
                             .memory = mp__memory.handle,
                             .given = given};
    mp__inherited_t *inherited = NULL;
    int r = mp__inherited_copy(&inherited, process->settings, process->args,
                               &setup);
    if (r == 0) {
        r = mp__settings_open(process->settings, &setup, pipes);
    }
    if (r < 0) {
        mp__inherited_drop(inherited);
        return r;
    }
    r = mp_plat_spawn(child, &(mp_plat_spawn_t){.program = launch->path,
                                                .arguments = launch->arguments,
                                                .setup = &setup,
                                                .detached = process->detached});
    mp__handles_close(setup.streams);
    mp__inherited_drop(inherited);
    if (r < 0) {
        mp__handles_close(pipes);
        return r;
    }
    mp__block_set_handles(block_end, given, setup.handle_count + 1);
    return 0;
}

static int start_program(mp_process_t *process, const mp_launch_t *launch,
                         unsigned char *bytes, size_t size)
{
    mp_plat_child_t child = MP_PLAT_NO_CHILD;
    intptr_t pipes[MP__STREAMS];

    int r = spawn(process, launch, &child, pipes, bytes + size);
    if (r < 0) {
        return r;
    }
    r = converse(process, &child, bytes, size);
    if (r < 0) {
        mp__handles_close(pipes);
        return explain(process, &child, r);
    }
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    process->child = child;
    memcpy(process->pipes, pipes, sizeof(pipes));
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return 0;
}

int mp__start_spawn(mp_process_t *process)
{
    mp_launch_t launch = {NULL, NULL, NULL, NULL};
    unsigned char *bytes = NULL;
    size_t size = 0;

    int r = mp__launch_prepare(process, &launch);
    if (r == 0) {
        r = mp__guard_check(launch.path == NULL);
    }
    if (r == 0) {
        r = mp__arena_ready();
    }
    if (r == 0) {
        r = write_block(process, launch.path == NULL, &bytes, &size);
    }
    if (r == 0 && mp__is_worker(launch.path)) {
        r = mp__worker_prologue(&bytes, &size);
    }
    if (r == 0) {
        r = start_program(process, &launch, bytes, size);
    }
    free(bytes);
    mp__launch_free(&launch);
    return r;
}
