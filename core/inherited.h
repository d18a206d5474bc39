// SPDX-License-Identifier: Apache-2.0
// The handles that a child was given beside its standard streams.
#ifndef MP_CORE_INHERITED_H
#define MP_CORE_INHERITED_H

#include "core/block.h"
#include "core/process.h"

// Until the child asks for one it is the library's.
struct mp__inherited {
    size_t count;
    bool taken[MP_HANDLES_MOST];
    intptr_t handles[MP_HANDLES_MOST]; // MP_PLAT_NONE: not there yet
};

// For a start: copies of what the options name, of which the setup is told.
// *out is NULL if they name none. Made before all that a start opens: a handle
// that is not open would seem to be, if its number were given again. MP_EINVAL.
int mp__inherited_copy(mp__inherited_t **out, const mp__settings_t *settings,
                       mp_plat_setup_t *setup);
// In a spawned child: takes over what the block names. MP_EPROTO.
int mp__inherited_adopt(mp__inherited_t **out, const mp__block_t *block);
// Closes those that nobody asked for, and frees. NULL is fine.
void mp__inherited_drop(mp__inherited_t *inherited);

#endif
