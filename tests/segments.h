// SPDX-License-Identifier: Apache-2.0
// What the tests of named memory share.
#ifndef MP_TESTS_SEGMENTS_H
#define MP_TESTS_SEGMENTS_H

#include "tests/support.h"

#ifdef _WIN32
#define SEGMENT_PREFIX "wnsm_"
#define NAMES_END_BY_THEMSELVES true
#else
#define SEGMENT_PREFIX "psm_"
#define NAMES_END_BY_THEMSELVES false
#endif

// A name of this process's and no other's: static, the same until the next
// call.
const char *segment_name(void);
mp_shared_memory_t *segment_create(const char *name, size_t size);
mp_shared_memory_t *segment_open(const char *name);
// Removes the name and closes; then there is no such name.
void segment_end(mp_shared_memory_t *memory);
bool segment_exists(const char *name);

#endif
