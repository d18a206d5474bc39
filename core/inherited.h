// SPDX-License-Identifier: Apache-2.0
// The handles that a child was given beside its standard streams.
#ifndef MP_CORE_INHERITED_H
#define MP_CORE_INHERITED_H

#include "core/block.h"
#include "core/process.h"

// Until the child asks for one it is the library's.
struct mp__inherited {
    size_t count;
    size_t offered; // the first of them; the others are those of arguments
    bool taken[MP_HANDLES_MOST];
    intptr_t handles[MP_HANDLES_MOST]; // MP_PLAT_NONE: not there yet
};

// For a start: copies of what the options name, and of those of arguments, of
// which the setup is told. *out is NULL if there are none. Made before all that
// a start opens: a handle that is not open would seem to be, if its number were
// given again. `args` NULL: without those. MP_EINVAL; MP_ESTATE one of the
// arguments is closed.
int mp__inherited_copy(mp__inherited_t **out, const mp__settings_t *settings,
                       const mp_args_t *args, mp_plat_setup_t *setup);
// In a spawned child: takes over what the block names. MP_EPROTO.
int mp__inherited_adopt(mp__inherited_t **out, const mp__block_t *block);
// The handle of the argument that is the port `index` among them; MP_PLAT_NONE
// if there is none. It is the caller's.
intptr_t mp__inherited_for_port(mp__inherited_t *inherited, size_t index);
// Closes those that nobody asked for, and frees. NULL is fine.
void mp__inherited_drop(mp__inherited_t *inherited);

#endif
