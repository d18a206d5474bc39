// SPDX-License-Identifier: Apache-2.0
// The start block: what a spawned child is told. Versioned, and the same bytes
// wherever it lies. The child does not trust a byte of it.
#ifndef MP_CORE_BLOCK_H
#define MP_CORE_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <multiprocessing/arguments.h>

#define MP__BLOCK_HEADER_SIZE 24

typedef struct mp__block {
    const char *target; // its name
    const char *module; // the module it is registered in; "" the program
    const char *name;   // of the process
    const char *identity;
    const char *parent_name;
    const char *method; // the start method in force; "" if none is
    bool daemon;
    bool detached;
    bool session;
    int interrupts; // an mp_choice_t
    uint32_t depth;
    const unsigned char *build_id; // MP_PLAT_BUILD_SIZE bytes, or NULL
    const void *authkey;
    size_t authkey_size;
    uint32_t log_level;
    bool log_to_stderr;
    int64_t exit_timeout_ms; // MP_FOREVER where nothing is said of it
    const mp_args_t *args;
    uint64_t family;              // whose memory the child shares
    uint64_t memory_size;         // of the reservation; 0: there is none
    size_t handle_count;          // the last is that memory's, if there is any
    const unsigned char *handles; // 64 bits each; written later, see below
} mp__block_t;

// The block with its header, freed with free(). MP_EMSGSIZE above 1 GiB;
// MP_ENOMEM.
int mp__block_write(const mp__block_t *block, unsigned char **bytes,
                    size_t *size);

// What the child knows its handles by is told only by its start. Writes that
// into a block that ends at `end`.
void mp__block_set_handles(unsigned char *end, const intptr_t *handles,
                           size_t count);

// The number of bytes behind a header. MP_EPROTO it is none, MP_EVERSION of
// another version, MP_EMSGSIZE.
int mp__block_size(const unsigned char header[MP__BLOCK_HEADER_SIZE],
                   size_t *size);

// Reads those bytes. Texts, key and handles point into them, and so do values
// until mp__args_resolve(); block->args is new and freed with free().
// MP_EPROTO, MP_ENOMEM.
int mp__block_read(const unsigned char *bytes, size_t size, mp__block_t *block);

#endif
