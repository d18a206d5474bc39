// SPDX-License-Identifier: Apache-2.0
// Texts and bytes in quotes, as Python writes them.
#ifndef MP_CORE_REPR_TEXT_H
#define MP_CORE_REPR_TEXT_H

#include <stdbool.h>

#include "core/text_writer.h"

// Of a text only what Python's Unicode calls unassigned is left as it is,
// because that changes from version to version.
int mp__repr_text(mp__writer_t *out, const char *text, size_t size);
// In an `array` Python escapes the apostrophe also between quotation marks.
int mp__repr_bytes(mp__writer_t *out, const void *bytes, size_t size,
                   bool array);
// Without quotes.
int mp__repr_plain(mp__writer_t *out, const char *text, size_t size);

#endif
