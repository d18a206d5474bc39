// SPDX-License-Identifier: Apache-2.0
#include "core/plugin.h"

#include <stdatomic.h>

#include "core/prologue.h"
#include "core/start.h"
#include "platform/fail.h"
#include "platform/platform.h"

// As the list of targets: pushed to by constructors, without a lock.
static _Atomic(mp_plugin_t *) plugins;
static atomic_bool is_run;

// A host may load it by a relative path and then go to another folder, so the
// path is made absolute now. One that is not known is asked for again later.
void mp__plugin_link(mp_plugin_t *plugin)
{
    mp_plat_pin(plugin);
    if (mp_plat_module_path(plugin, &plugin->path_) < 0) {
        plugin->path_ = NULL;
    }
    mp_plugin_t *first = atomic_load_explicit(&plugins, memory_order_relaxed);
    do {
        plugin->next_ = first;
    } while (!atomic_compare_exchange_weak_explicit(
        &plugins, &first, plugin, memory_order_release, memory_order_relaxed));
}

const mp_plugin_t *mp__plugin_first(void)
{
    return atomic_load_explicit(&plugins, memory_order_acquire);
}

bool mp__plugin_is_run(void)
{
    return atomic_load(&is_run);
}

// The worker has checked the channel before it loaded this; this copy of the
// library checks it again, as it knows nothing of the worker.
int mp__plugin_run(const mp_plugin_call_t *call)
{
    if (call->format != MP__PROLOGUE_FORMAT) {
        return mp__fail(
            MP_EVERSION, 0, "mp-worker speaks format %u, the plug-in format %u",
            (unsigned) call->format, (unsigned) MP__PROLOGUE_FORMAT);
    }
    atomic_store(&is_run, true);
    mp__child_run(call->marker);
}
