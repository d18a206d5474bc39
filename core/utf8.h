// SPDX-License-Identifier: Apache-2.0
#ifndef MP_CORE_UTF8_H
#define MP_CORE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

// Whether these bytes are UTF-8 as Python decodes it: the shortest form of each
// character, and no halves of UTF-16 pairs.
bool mp__utf8_is_valid(const void *bytes, size_t size);

// The same with such halves, each in three bytes, as a str of Python's may have
// them.
bool mp__utf8_is_text(const void *bytes, size_t size);

#endif
