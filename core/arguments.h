// SPDX-License-Identifier: Apache-2.0
// Copies of arguments: one block holds the row, its items and what they point
// to. The copy holds the shared objects among them, and values of its own.
#ifndef MP_CORE_ARGUMENTS_H
#define MP_CORE_ARGUMENTS_H

#include <multiprocessing/arguments.h>

#include "core/inherited.h"
#include "core/port.h"

// MP_EINVAL a NULL where a text or bytes should be, or an unknown type;
// MP_ERANGE an integer that is too large; MP_ENOMEM.
// An object that is none is MP_EINVAL, too; and what a value cannot be pickled
// for: MP_EACCES, MP_EDEPTH, MP_EINVAL, MP_EMSGSIZE, MP_ENOSPC.
int mp__args_copy(mp_args_t **out, const mp_args_t *args);

// The same for texts that say their length in `size` and have no NUL, and
// objects, ports and values that are descriptions: these are held only by the
// next call, until which the bytes of values stay where they are.
int mp__args_copy_sized(mp_args_t **out, const mp_args_t *args);
// Opens what was described; ports with the handles that came for them.
// MP_EINVAL, MP_ENOENT, MP_EPROTO, MP_ENOMEM.
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

// A copy in the place of the value that a user gave; and the value in the place
// of its bytes.
int mp__args_copy_value(mp_arg_t *arg);
int mp__args_load_value(mp_arg_t *arg);
// The row with the bytes of its values in their place, for a start block.
// MP_EMSGSIZE, MP_ENOMEM: there is nothing to free.
int mp__args_dump(mp_args_t *out, const mp_args_t *args);
void mp__args_dump_free(mp_args_t *dumped);

// Lets go of the objects, and frees it. `holds` false: they are not held, and
// the values, which may hold some, are left alone.
void mp__args_free(mp_args_t *args, bool holds);

#endif
