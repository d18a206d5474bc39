// SPDX-License-Identifier: Apache-2.0
#include <multiprocessing/target.h>

#include <stdlib.h>
#include <string.h>

#include <multiprocessing/finalize.h>
#include <multiprocessing/process.h>

#include "core/arena.h"
#include "core/arguments.h"
#include "core/block.h"
#include "core/bytes.h"
#include "core/inherited.h"
#include "core/log.h"
#include "core/message.h"
#include "core/self.h"
#include "core/start.h"
#include "core/target.h"
#include "platform/fail.h"
#include "platform/platform.h"

#define BLOCK_TIMEOUT_MS 60000
#define REFUSED_EXITCODE 125 // nobody is told more: the other side is not ours

// The start block without its header, freed with free().
static int receive_block(const mp_plat_child_t *parent, unsigned char **bytes,
                         size_t *size)
{
    unsigned char header[MP__BLOCK_HEADER_SIZE];
    int64_t deadline = mp__deadline(BLOCK_TIMEOUT_MS);

    int r = mp_plat_channel_receive(parent, header, sizeof(header), deadline);
    if (r == 0) {
        r = mp__block_size(header, size);
    }
    if (r < 0) {
        return r;
    }
    *bytes = malloc(*size + 1);
    if (*bytes == NULL) {
        return mp__fail(MP_ENOMEM, 0, "start block of %zu bytes", *size);
    }
    return mp_plat_channel_receive(parent, *bytes, *size, deadline);
}

// The parent wanted its own program again: in another build, what it asks for
// may mean something else.
static int check_build(const mp__block_t *block)
{
    unsigned char own[MP_PLAT_BUILD_SIZE];

    mp_plat_build_id(own);
    return block->build_id == NULL ||
                   memcmp(block->build_id, own, sizeof(own)) == 0
               ? 0
               : mp__fail(MP_EVERSION, 0,
                          "the program's file was replaced by another build "
                          "since the parent started; restart the parent");
}

// The target of this name, best in the module that the parent knows it in. A
// program that was set as the executable may have it in another.
static int find_target(const mp__block_t *block, const mp_target_t **target)
{
    int r = mp__target_find(block->target, block->module, target);
    return r == 0 ? 0 : mp__target_find(block->target, NULL, target);
}

static int become(const mp__block_t *block, const mp_plat_child_t *parent,
                  mp__inherited_t *inherited)
{
    mp__origin_t origin = {.daemon = block->daemon,
                           .depth = (int) block->depth};

    if (block->depth > MP__DEPTH_MOST) {
        return mp__fail(MP_EDEPTH, 0, "this process is %u generations down",
                        (unsigned) block->depth);
    }
    int r = mp__origin_make(&origin, block->name, block->identity,
                            block->parent_name, block->authkey,
                            block->authkey_size);
    if (r < 0) {
        return r;
    }
    mp__become_child(&origin, parent, inherited);
    mp__log_inherit(
        &(mp__log_settings_t){(int) block->log_level, block->log_to_stderr});
    (void) mp_set_exit_timeout(block->exit_timeout_ms);
    r = mp__parent_tie(block->detached, block->session);
    if (r == 0 && block->interrupts != MP_DEFAULT) {
        r = mp_plat_interrupts(block->interrupts == MP_YES);
    }
    if (r < 0) {
        return r;
    }
    return block->method[0] == '\0' ? 0
                                    : mp_set_start_method(block->method, true);
}

// The last handle is that of the memory that the family shares.
static int share_memory(mp__block_t *block)
{
    if (block->memory_size == 0) {
        return 0;
    }
    size_t last = --block->handle_count;
    return mp__arena_open((intptr_t) mp__get64(block->handles + last * 8),
                          block->memory_size, block->family);
}

static int prepare(const mp_plat_child_t *parent, mp__block_t *block,
                   const mp_target_t **target)
{
    mp__inherited_t *inherited = NULL;
    unsigned char *bytes = NULL;
    size_t size = 0;

    int r = receive_block(parent, &bytes, &size);
    if (r == 0) {
        r = mp__block_read(bytes, size, block);
    }
    if (r == 0) {
        r = check_build(block);
    }
    if (r == 0) {
        r = find_target(block, target);
    }
    if (r == 0) {
        r = share_memory(block);
    }
    if (r == 0) {
        r = mp__inherited_adopt(&inherited, block);
    }
    if (r == 0) {
        r = mp__args_resolve((mp_args_t *) (uintptr_t) block->args, inherited);
    }
    if (r == 0) {
        r = become(block, parent, inherited);
    }
    free(bytes);
    return r;
}

// A spawned child, from its first moment to its last.
void mp__child_run(const char *marker)
{
    mp_plat_child_t parent = MP_PLAT_NO_CHILD;
    const mp_target_t *target = NULL;
    mp__block_t block;

    if (mp_plat_privileged() || mp__ready() < 0 ||
        mp_plat_parent_open(&parent, marker) < 0 ||
        mp_plat_parent_stop(&parent, marker) < 0) {
        exit(REFUSED_EXITCODE);
    }
    int64_t deadline = mp__deadline(BLOCK_TIMEOUT_MS);
    int r = prepare(&parent, &block, &target);
    if (r < 0 || target == NULL) {
        (void) mp__message_send(&parent, MP__MESSAGE_REFUSED, r,
                                mp__fail_last()->message, deadline);
        exit(REFUSED_EXITCODE);
    }
    r = mp__message_send(&parent, MP__MESSAGE_STARTED, 0, "", deadline);
    if (r < 0) {
        exit(REFUSED_EXITCODE); // the parent is gone
    }
    mp__guard_open();
    mp_log(MP_LOG_INFO, MP__LOG_CALLING);
    mp_exit(target->function(block.args));
}

void mp_freeze_support(int argc, char **argv)
{
    char **own = NULL;

    if (mp__guard_is_open()) {
        return; // called before: the marker of a child is not for this call
    }
    if (argv == NULL && mp_plat_command_line(&argc, &own) < 0) {
        return; // it may be a child: the guard stays closed
    }
    const char *marker = mp__marker_of(argc, argv == NULL ? own : argv);
    if (marker != NULL) {
        mp__child_run(marker);
    }
    free((void *) own);
    if (mp__ready() == 0) {
        mp__guard_open();
    }
}
