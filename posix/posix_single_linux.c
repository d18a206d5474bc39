// SPDX-License-Identifier: Apache-2.0
// The C library notes the first pthread_create() before there is a thread.
#include "platform/shared.h"

#include <sys/single_threaded.h>

const char *mp_plat_single_threaded = &__libc_single_threaded;
