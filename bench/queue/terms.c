// SPDX-License-Identifier: Apache-2.0
#include "bench/queue/terms.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/queue/pin.h"

#define KIND_BITS 10 // of a setting's number; the size is above them
#define SIZE_MIN 8U  // a message has room for the word that ends a row of them
#define SIZE_MAX_HERE (1U << 21)
#define SMALL_MAX 1024U
#define KIB 1024U
#define MIB (1024U * 1024U)

struct word {
    const char *text;
    const char *name;
    unsigned kind;
};

static const struct word words[] = {
    {"two", "two processors", UNDER_TWO},
    {"unpinned", "unpinned", UNDER_UNPINNED},
    {"one", "one processor", UNDER_ONE},
    {"asleep", "asleep", UNDER_ASLEEP},
    {"idle", "idle", UNDER_IDLE},
};

static void name_size(struct setting *setting, unsigned size, bool one)
{
    snprintf(setting->name, sizeof(setting->name), "%u %s%s",
             size % MIB == 0   ? size / MIB
             : size % KIB == 0 ? size / KIB
                               : size,
             size % MIB == 0   ? "MiB"
             : size % KIB == 0 ? "KiB"
                               : "bytes",
             one ? ", one processor" : "");
}

static int read_size(struct setting *setting, const char *word)
{
    char *end = NULL;
    unsigned long size = strtoul(word, &end, 10);
    bool one = strcmp(end, "/one") == 0;

    if (end == word || size < SIZE_MIN || size > SIZE_MAX_HERE ||
        (*end != '\0' && !one) || (one && !pin_works)) {
        return -1;
    }
    unsigned kind = size <= SMALL_MAX ? one ? UNDER_ONE_SMALL : UNDER_SMALL
                    : one             ? UNDER_ONE_LARGE
                                      : UNDER_LARGE;
    setting->number = (unsigned) size << KIND_BITS | kind;
    name_size(setting, (unsigned) size, one);
    return 0;
}

int terms_read(struct setting *setting, const char *word)
{
    *setting = (struct setting){.number = 0};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(words[i].text, word) != 0) {
            continue;
        }
        if (words[i].kind == UNDER_ONE && !pin_works) {
            return -1;
        }
        setting->number = words[i].kind;
        snprintf(setting->name, sizeof(setting->name), "%s", words[i].name);
        return 0;
    }
    return read_size(setting, word);
}

struct terms terms_of(const struct setting *setting)
{
    return (struct terms){.kind = setting->number & ((1U << KIND_BITS) - 1),
                          .size = setting->number >> KIND_BITS};
}

bool terms_want(const struct setting *setting, const struct row *row)
{
    return (terms_of(setting).kind & row->number) != 0;
}

bool terms_are_one(const struct terms *terms)
{
    return (terms->kind & (UNDER_ONE | UNDER_ONE_SMALL | UNDER_ONE_LARGE)) != 0;
}

bool terms_are_two(const struct terms *terms)
{
    return !terms_are_one(terms) && terms->kind != UNDER_UNPINNED;
}
