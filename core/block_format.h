// SPDX-License-Identifier: Apache-2.0
// The format of the start block, for its writer and its reader.
#ifndef MP_CORE_BLOCK_FORMAT_H
#define MP_CORE_BLOCK_FORMAT_H

#include <stdint.h>

// Header: magic (64 bits), format (32), version of the library (32), size of
// the rest (64). Then fields: tag (32), size (64), bytes. Texts carry their
// NUL. An argument's bytes are its type (32) and its value; a dynamic value is
// pickled.
#define MP__BLOCK_MAGIC UINT64_C(0x3152415453504d43)
#define MP__BLOCK_FORMAT 3
#define MP__BLOCK_FIELD_SIZE 12
#define MP__BLOCK_MOST (UINT64_C(1) << 30)

enum mp__block_tag {
    MP__TAG_TARGET = 1,
    MP__TAG_MODULE,
    MP__TAG_NAME,
    MP__TAG_IDENTITY,
    MP__TAG_PARENT_NAME,
    MP__TAG_METHOD,
    MP__TAG_TEXTS_END, // the tags above are texts
    MP__TAG_DAEMON,
    MP__TAG_DETACHED,
    MP__TAG_DEPTH,
    MP__TAG_AUTHKEY,
    MP__TAG_ARGUMENT,
    MP__TAG_LOG_LEVEL,
    MP__TAG_LOG_TO_STDERR,
    MP__TAG_EXIT_TIMEOUT,
    MP__TAG_INTERRUPTS, // of the enum mp_choice, plus one
    MP__TAG_BUILD_ID,   // of the program, if the child is to run the same
    MP__TAG_SESSION,
    MP__TAG_FAMILY, // 64 bits
    MP__TAG_MEMORY, // 64 bits
    MP__TAG_HANDLES // 64 bits each; the last field, if there are any
};

#endif
