// SPDX-License-Identifier: Apache-2.0
// Copies of arguments: one block holds the row, its items and what they point
// to. The copy holds the shared objects among them.
#ifndef MP_CORE_ARGUMENTS_H
#define MP_CORE_ARGUMENTS_H

#include <multiprocessing/arguments.h>

#include "core/inherited.h"
#include "core/port.h"

// MP_EINVAL a NULL where a text or bytes should be, or an unknown type;
// MP_ERANGE an integer that is too large; MP_ENOMEM.
// An object that is none is MP_EINVAL, too.
int mp__args_copy(mp_args_t **out, const mp_args_t *args);

// The same for texts that say their length in `size` and have no NUL, and
// objects and ports that are descriptions: these are held only by the next
// call.
int mp__args_copy_sized(mp_args_t **out, const mp_args_t *args);
// Opens what was described; ports with the handles that came for them.
// MP_EINVAL, MP_ENOENT, MP_EPROTO.
int mp__args_resolve(mp_args_t *args, mp__inherited_t *inherited);

// How many of them have handles of the system.
size_t mp__args_ports(const mp_args_t *args);
// MP_ESTATE: one of them is closed.
int mp__args_check_ports(const mp_args_t *args);
// For a thread, which has ends of its own as a child has: copies in the place
// of those of its process, which are then to be put back or let go of.
int mp__args_copy_ports(mp_args_t *args, mp__port_t ***originals);
void mp__args_restore_ports(mp_args_t *args, mp__port_t **originals);
void mp__args_drop_originals(const mp_args_t *args, mp__port_t **originals);
// And when it has ended.
void mp__args_close_ports(const mp_args_t *args);

// Lets go of the objects, and frees it. `holds` false: they are not held.
void mp__args_free(mp_args_t *args, bool holds);

#endif
