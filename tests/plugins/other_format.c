// SPDX-License-Identifier: Apache-2.0
// What the entry of a plug-in of another version does: it declines.
#include <multiprocessing/errors.h>
#include <multiprocessing/plugin.h>

MP_EXPORT int mp_plugin_entry(const mp_plugin_call_t *call);

int mp_plugin_entry(const mp_plugin_call_t *call)
{
    return call->format == 99 ? 0 : MP_EVERSION;
}
