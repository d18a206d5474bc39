// SPDX-License-Identifier: Apache-2.0
// What goes before the start block when the executable is mp-worker: the
// modules that it loads. This file is shared by the library and the worker.
#ifndef MP_CORE_PROLOGUE_H
#define MP_CORE_PROLOGUE_H

#include <stddef.h>
#include <stdint.h>

// Header: magic (64 bits), format (32), version of the library (32), number of
// modules (32), which of them made the block (32), size of the rest (64). Then
// the path of each module with its NUL.
#define MP__PROLOGUE_MAGIC UINT64_C(0x31524b5750504d43)
#define MP__PROLOGUE_FORMAT 1 // and that of mp_plugin_call_t
#define MP__PROLOGUE_HEADER_SIZE 32
#define MP__PROLOGUE_MOST (1u << 20)

#define MP__PLUGIN_ENTRY "mp_plugin_entry"

typedef struct mp__prologue {
    uint32_t count; // at least one
    uint32_t maker;
    size_t size; // of the paths, all of them, with their NULs
} mp__prologue_t;

// The header. `prologue` is what it describes.
void mp__prologue_write(const mp__prologue_t *prologue,
                        unsigned char header[MP__PROLOGUE_HEADER_SIZE]);
// MP_EPROTO it is none, MP_EVERSION of another version.
int mp__prologue_read(const unsigned char header[MP__PROLOGUE_HEADER_SIZE],
                      mp__prologue_t *prologue);
// Whether the paths are as the header says. MP_EPROTO.
int mp__prologue_check(const mp__prologue_t *prologue, const char *paths);

#endif
