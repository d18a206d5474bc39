// SPDX-License-Identifier: Apache-2.0
#include "core/inherited.h"

#include <stdlib.h>

#include "core/arguments.h"
#include "core/bytes.h"
#include "core/port.h"
#include "core/self.h"
#include "core/settings.h"
#include "platform/fail.h"

static mp__inherited_t *make(size_t count, size_t offered)
{
    mp__inherited_t *inherited = calloc(1, sizeof(*inherited));

    if (inherited == NULL) {
        (void) mp__fail(MP_ENOMEM, 0, "the handles of a process");
        return NULL;
    }
    inherited->count = count;
    inherited->offered = offered;
    for (size_t i = 0; i < count; i++) {
        inherited->handles[i] = MP_PLAT_NONE;
    }
    return inherited;
}

void mp__inherited_drop(mp__inherited_t *inherited)
{
    if (inherited == NULL) {
        return;
    }
    for (size_t i = 0; i < inherited->count; i++) {
        if (!inherited->taken[i]) {
            mp_plat_close_handle(inherited->handles[i]);
        }
    }
    free(inherited);
}

// A number that a copy was given was free before.
static int copy_one(mp__inherited_t *inherited, size_t index, intptr_t handle)
{
    for (size_t i = 0; i < index; i++) {
        if (inherited->handles[i] == handle) {
            return mp__fail(MP_EINVAL, 0,
                            "handle %zu, which a child is to have, is not open",
                            index);
        }
    }
    return mp_plat_copy_handle(handle, &inherited->handles[index]);
}

static int copy_offered(mp__inherited_t *inherited,
                        const mp__settings_t *settings)
{
    int r = 0;

    if (settings == NULL) {
        return 0;
    }
    for (size_t i = 0; r == 0 && i < inherited->offered; i++) {
        r = copy_one(inherited, i, settings->handles[i]);
    }
    return r;
}

static int copy_port(mp__port_t *port, intptr_t *copy)
{
    int r = mp__port_use(port, "an argument");
    if (r == 0) {
        r = mp_plat_copy_handle(mp__port_handle(port), copy);
        mp__port_leave(port);
    }
    return r;
}

static int copy_ports(mp__inherited_t *inherited, const mp_args_t *args)
{
    size_t next = inherited->offered;
    int r = 0;

    for (size_t i = 0; r == 0 && next < inherited->count; i++) {
        if (args->items[i].type == MP_ARG_PORT) {
            r = copy_port((mp__port_t *) (uintptr_t) args->items[i].value.data,
                          &inherited->handles[next++]);
        }
    }
    return r;
}

int mp__inherited_copy(mp__inherited_t **out, const mp__settings_t *settings,
                       const mp_args_t *args, mp_plat_setup_t *setup)
{
    size_t offered = settings == NULL ? 0 : settings->handle_count;
    size_t ports = mp__args_ports(args);

    *out = NULL;
    if (offered + ports == 0) {
        return 0;
    }
    if (offered + ports > MP_HANDLES_MOST) {
        return mp__fail(MP_EINVAL, 0,
                        "%zu handles and connections for a child, not up to %d",
                        offered + ports, MP_HANDLES_MOST);
    }
    mp__inherited_t *inherited = make(offered + ports, offered);
    if (inherited == NULL) {
        return MP_ENOMEM;
    }
    int r = settings == NULL ? 0 : copy_offered(inherited, settings);
    if (r == 0) {
        r = copy_ports(inherited, args);
    }
    if (r < 0) {
        mp__inherited_drop(inherited);
        return r;
    }
    setup->handles = inherited->handles;
    setup->handle_count = inherited->count;
    *out = inherited;
    return 0;
}

int mp__inherited_adopt(mp__inherited_t **out, const mp__block_t *block)
{
    int r = 0;

    size_t ports = mp__args_ports(block->args);

    if (block->handle_count < ports) {
        return mp__fail(MP_EPROTO, 0, "an argument without its handle");
    }
    if (block->handle_count == 0) {
        return 0;
    }
    mp__inherited_t *inherited =
        make(block->handle_count, block->handle_count - ports);
    if (inherited == NULL) {
        return MP_ENOMEM;
    }
    for (size_t i = 0; r == 0 && i < block->handle_count; i++) {
        inherited->handles[i] = (intptr_t) mp__get64(block->handles + i * 8);
        r = mp_plat_adopt_handle(inherited->handles[i]);
    }
    if (r < 0) {
        free(inherited); // this child ends, and with it what it has
        return r;
    }
    *out = inherited;
    return 0;
}

intptr_t mp__inherited_for_port(mp__inherited_t *inherited, size_t index)
{
    if (inherited == NULL || index >= inherited->count - inherited->offered) {
        return MP_PLAT_NONE;
    }
    inherited->taken[inherited->offered + index] = true;
    return inherited->handles[inherited->offered + index];
}

static int take_locked(mp_process_t *process, size_t index, intptr_t *handle)
{
    mp__inherited_t *inherited = process->inherited;

    if (inherited == NULL || index >= inherited->offered) {
        return MP_ENOENT;
    }
    if (!inherited->taken[index]) {
        mp_plat_release_handle(inherited->handles[index]);
        inherited->taken[index] = true;
    }
    *handle = inherited->handles[index];
    return 0;
}

int mp_inherited_handle(size_t index, intptr_t *handle)
{
    mp_process_t *process = mp_current_process();

    if (handle == NULL) {
        return mp__fail(MP_EINVAL, 0, "no place for the handle");
    }
    if (!mp__in_child()) {
        return mp__fail(MP_ESTATE, 0,
                        "this process was not started by the library");
    }
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    int r = take_locked(process, index, handle);
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return r == 0
               ? 0
               : mp__fail(r, 0, "no handle %zu was given to this child", index);
}
