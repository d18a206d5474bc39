// SPDX-License-Identifier: Apache-2.0
// What the files of named pages tell each other.
#ifndef MP_POSIX_NAMED_H
#define MP_POSIX_NAMED_H

#include <stddef.h>

#include "platform/named.h"

#define MP_POSIX_NAMED_PLACE 1024

// ---- where they are (posix_named_place_*.c, which name the kind, too) ----

// The folder of this user's pages, which need not exist. MP_ENOTSUP.
int mp_posix_named_place(char place[MP_POSIX_NAMED_PLACE]);

// ---- sleeping (posix_named_sleep_*.c) ----

// What a page needs before anybody sleeps there; `fresh`: nobody has it yet.
void mp_posix_named_prepare(void *page, bool fresh);

#endif
