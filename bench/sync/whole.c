// SPDX-License-Identifier: Apache-2.0
// bench-sync-whole: the loops of bench-sync's own rows in a program that is
// optimised as a whole together with the library. bench-sync gives the orders:
// see bench/common/helper.h.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <multiprocessing.h>

#include "bench/sync/kind.h"

static const struct kind *find_kind(const char *name)
{
    static const struct kind *const kinds[] = {
        &kind_lock,  &kind_rlock,     &kind_semaphore, &kind_cas_store,
#ifndef MP_NO_SHAREDCTYPES
        &kind_value, &kind_value_add,
#endif
    };

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i]->name, name) == 0) {
            return kinds[i];
        }
    }
    return NULL;
}

static void answer(const char *name, unsigned count, void *room)
{
    const struct kind *kind = find_kind(name);
    struct place place = {.room = room};
    int64_t elapsed = 0;

    if (kind == NULL || kind->make(&place) != 0) {
        printf("error %s cannot be made\n", name);
        return;
    }
    if (kind->alone(place.at, count, &elapsed) == 0) {
        printf("%" PRId64 "\n", elapsed);
    } else {
        printf("error %s failed\n", name);
    }
    kind->unmake(&place);
}

int main(int argc, char **argv)
{
    char line[128];
    void *room = NULL;

    mp_freeze_support(argc, argv);
    if (mp_shared_alloc(&room, PLACE_ROOM) < 0) {
        return EXIT_FAILURE;
    }
    printf("ready\n");
    (void) fflush(stdout);
    while (fgets(line, sizeof(line), stdin) != NULL) {
        size_t length = strcspn(line, " ");
        unsigned long count = strtoul(line + length, NULL, 10);
        line[length] = '\0';
        answer(line, (unsigned) count, room);
        (void) fflush(stdout);
    }
    return EXIT_SUCCESS;
}
