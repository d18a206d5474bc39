// SPDX-License-Identifier: Apache-2.0
// The page of a named semaphore, and the names by which pages are found.
#ifndef MP_CORE_NAMED_PAGE_H
#define MP_CORE_NAMED_PAGE_H

#include <multiprocessing/named_semaphore.h>

#include <stdalign.h>

#include "platform/named.h"

#define MP__NAME_ROOM 31 // the longest name, and its end

// Programs of other releases read it, too: a change of it is a new version.
#define MP__PAGE_VERSION 1
typedef struct mp__page {
    unsigned char magic[8];
    uint32_t version;
    uint32_t kind; // mp_plat_named_kind
    uint32_t maximum;
    uint32_t persistent; // 0 or 1
    mp_word_t removed;   // the name is taken away, though it may be there still
    char name[MP__NAME_ROOM + 1];
    alignas(64) mp_word_t word; // units, and whether somebody sleeps
} mp__page_t;

// MP_EINVAL: it is none.
int mp__name_check(const char *name);
// These take a name that was checked. Makes a page, or finds it.
int mp__page_make(mp_plat_named_t *out, const char *name, uint32_t value,
                  const mp_named_semaphore_options_t *options);
int mp__page_find(mp_plat_named_t *out, const char *name);

#endif
