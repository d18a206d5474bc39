// SPDX-License-Identifier: Apache-2.0
// What a child says of its failure, on its way to the parent.
#ifndef MP_CORE_FAILURE_H
#define MP_CORE_FAILURE_H

#include "core/process.h"

// Tells the parent what mp_failure() was given last, if it was not told yet.
// `at_the_end`: for the last time.
void mp__failure_tell(mp_process_t *self, bool at_the_end);

#endif
