// SPDX-License-Identifier: Apache-2.0
// What is done with bytes that nobody else may learn.
#ifndef MP_CORE_SECRET_H
#define MP_CORE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

// Overwrites them, also where a compiler sees that nobody reads them again.
void mp__wipe(void *bytes, size_t size);

// Whether they are equal, in a time that does not depend on where they differ.
bool mp__same_secret(const void *one, const void *other, size_t size);

#endif
