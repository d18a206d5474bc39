// SPDX-License-Identifier: Apache-2.0
// Shared memory whose users are killed at random moments.
#include "tests/stress/stress.h"

#include <string.h>

#include "core/pages.h"

#define KEPT 12
#define UNITS_MOST 6

// ---- allocation ----

static mp__object_t *kept[KEPT];

// Small and large, a few at a time, never much.
static size_t some_size(uint64_t *random)
{
    size_t least = sizeof(mp__object_t) + 8;

    return stress_random(random, 3) == 0
               ? (1 + stress_random(random, UNITS_MOST)) * MP__UNIT
               : least + stress_random(random, 2000);
}

// Its last word tells whose it is: nobody else may have it at the same time.
static int allocate(stress_page_t *page, uint64_t *random)
{
    mp__object_t **place = &kept[stress_random(random, KEPT)];

    (void) page;
    if (*place != NULL) {
        uint64_t *mark = (uint64_t *) (void *) (*place + 1);
        bool mine =
            *mark == ((uint64_t) mp__process_token() << 32 | mp__link(*place));
        mp__object_drop(*place);
        *place = NULL;
        return mine ? 0 : 1;
    }
    if (mp__object_new(place, some_size(random)) < 0) {
        return 2;
    }
    uint64_t *mark = (uint64_t *) (void *) (*place + 1);
    *mark = (uint64_t) mp__process_token() << 32 | mp__link(*place);
    mp__object_made(*place, MP__TYPE_BLOCK);
    return 0;
}

static const char *others_allocate(stress_page_t *page)
{
    mp__object_t *object = NULL;

    (void) page;
    if (mp__object_new(&object, UNITS_MOST * MP__UNIT) < 0) {
        return "no memory";
    }
    mp__object_drop(object);
    return NULL;
}

// ---- holding ----

// References are read while another writes them: then they are to nothing.
static int publish(stress_page_t *page, uint64_t *random)
{
    mp__object_t **place = &kept[stress_random(random, KEPT)];

    mp__object_drop(*place == NULL ? &page->head : *place);
    if (*place == NULL) { // the page is still held by the test
        mp__reference_t own = mp__object_reference(&page->head);
        mp__object_t *again = NULL;
        if (mp__object_open(&own, MP__TYPE_BLOCK, &again) < 0) {
            return 1;
        }
    }
    *place = NULL;
    if (mp__object_new(place, some_size(random)) < 0) {
        return 2;
    }
    mp__object_made(*place, MP__TYPE_BLOCK);
    page->references[stress_random(random, STRESS_REFERENCES)] =
        mp__object_reference(*place);
    return 0;
}

static int hold(stress_page_t *page, uint64_t *random)
{
    mp__object_t *object = NULL;
    mp__reference_t reference =
        page->references[stress_random(random, STRESS_REFERENCES)];

    if (mp__object_open(&reference, MP__TYPE_BLOCK, &object) < 0) {
        return 0;
    }
    if (!mp__object_is(object, MP__TYPE_BLOCK) ||
        atomic_load(&object->generation) != reference.generation) {
        return 3;
    }
    if (mp__object_hold(object) < 0) {
        return 4;
    }
    mp__object_drop(object);
    mp__object_drop(object);
    return 0;
}

static int publish_or_hold(stress_page_t *page, uint64_t *random)
{
    return stress_random(random, 3) == 0 ? publish(page, random)
                                         : hold(page, random);
}

const stress_row_t stress_memory_rows[] = {
    {"allocate and free", NULL, NULL, allocate, others_allocate, NULL, NULL,
     NULL},
    {"hold what others free", NULL, NULL, publish_or_hold, others_allocate,
     NULL, NULL, NULL},
};
const size_t stress_memory_count = STRESS_COUNT(stress_memory_rows);
