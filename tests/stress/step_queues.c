// SPDX-License-Identifier: Apache-2.0
// Queues, killed at every step of putting and getting. Whoever dies costs no
// more than what he was putting or getting; messages stay whole and in their
// order, and no place is lost.
#include "tests/stress/step_queue.h"

#include <string.h>

#include "core/queue.h"
#include "platform/platform.h"

#define PLACES 5

static unsigned char given[STEP_LONG]; // what the victim puts
static unsigned char room[STEP_LONG];

static void set_given(uint32_t number, size_t size)
{
    memcpy(given, step_queue_bytes(number, size), size);
}

// ---- putting ----

static void make_to_put(size_t maxsize, uint32_t before, size_t size)
{
    step_queue_make(maxsize, NULL);
    step_queue_expect(before, 0, 1);
    step_queue_put_row(0, before, STEP_SHORT);
    set_given(before, size);
}

static void make_to_put_short(void)
{
    make_to_put(PLACES, 1, STEP_SHORT);
}

static void put_short(void)
{
    (void) mp_queue_put_bytes(step_queue, given, STEP_SHORT, STEP_LIMIT_MS);
}

static void make_to_put_long(void)
{
    make_to_put(PLACES, 1, STEP_LONG);
}

static void put_long(void)
{
    (void) mp_queue_put_bytes(step_queue, given, STEP_LONG, STEP_LIMIT_MS);
}

// Its bytes are not looked at: they would be most of the steps.
static void put_in_place(void)
{
    mp_queue_message_t message;

    if (mp_queue_reserve(step_queue, &message, STEP_HUGE) == 0) {
        memcpy(message.bytes, given, sizeof(uint32_t));
        (void) mp_queue_commit(step_queue, &message, STEP_LIMIT_MS);
    }
}

static void reserve_and_cancel(void)
{
    mp_queue_message_t message;

    if (mp_queue_reserve(step_queue, &message, STEP_LONG) == 0) {
        mp_queue_cancel(step_queue, &message);
    }
}

static void make_to_cancel(void)
{
    make_to_put_long();
    step_queue_expect(1, 0, 0);
}

// Making the memory for long messages would be most of the steps.
static void warm_up(void)
{
    reserve_and_cancel();
}

// The ring is full, so that the next message makes another one.
static void make_to_grow(void)
{
    make_to_put(0, STEP_RING, STEP_SHORT);
}

static void make_to_grow_long(void)
{
    make_to_put(0, STEP_RING, STEP_LONG);
}

static void make_to_go_around(void)
{
    make_to_put(0, 0, STEP_SHORT);
}

// The ring is closed at the place of who died.
static const char *check_around(void)
{
    int first = -1;

    for (uint32_t i = 1; i < STEP_RING + 10; i++) {
        if (step_queue_put(i, STEP_SHORT, STEP_LIMIT_MS) < 0) {
            return "the next message cannot be put";
        }
    }
    for (int i = 1; i < STEP_RING + 10; i++) {
        int number = step_queue_get(STEP_LIMIT_MS);
        if (first < 0 && number == 0) {
            number = step_queue_get(STEP_LIMIT_MS);
        }
        first = number;
        if (number != i) {
            return "a message does not come";
        }
    }
    return step_queue_is_sound();
}

// ---- a queue of one place ----

static void make_one_place(void)
{
    make_to_put(1, 0, STEP_SHORT);
}

static void make_one_place_long(void)
{
    make_to_put(1, 0, STEP_LONG);
}

// Whether a message is there is asked of what does not repair.
static const char *check_full_by_looking(void)
{
    if (mp__queue_is_ready(step_queue)) {
        return mp_queue_full(step_queue) ? NULL : "the full queue is not full";
    }
    return step_queue_stays_full()
               ? "the queue stays full after the death of its producer"
               : NULL;
}

static const char *check_one_place_shut(void)
{
    int number = 0;

    if (mp_queue_shutdown(step_queue, false) < 0) {
        return "it cannot be shut down";
    }
    number = step_queue_get(STEP_LIMIT_MS);
    if (number == 0) {
        number = step_queue_get(STEP_LIMIT_MS);
    }
    return number == MP_ESHUTDOWN ? NULL : "its end is not told";
}

static const char *check_one_place(void)
{
    const char *wrong = check_full_by_looking();
    int number = wrong != NULL ? 0 : step_queue_get(0);

    if (wrong == NULL && number != 0 && number != MP_EEMPTY) {
        wrong = "what was put does not come";
    }
    return wrong != NULL ? wrong : step_queue_is_sound();
}

// Each place was come to twice, so that what is free is looked for once more.
static void make_two_places(void)
{
    make_to_put(2, 0, STEP_SHORT);
    for (int i = 0; i < 2; i++) {
        step_queue_put_row(0, 2, STEP_SHORT);
        (void) step_queue_get(0);
        (void) step_queue_get(0);
    }
}

// What the dead one claimed is passed over before anybody puts.
static const char *check_two_places(void)
{
    int number = step_queue_get(STEP_LIMIT_MS / 10);

    return number == 0 || number == MP_EEMPTY
               ? step_queue_is_sound()
               : "something else comes than what was put";
}

// Who only tries must succeed in the end.
static const char *check_one_place_by_trying(void)
{
    bool there = mp__queue_is_ready(step_queue);
    int64_t from = mp_plat_now();

    while (!there && step_queue_put(STEP_NEXT, STEP_SHORT, 0) < 0) {
        if (step_is_late(from)) {
            return "who tries to put finds the queue full for ever";
        }
        mp_plat_yield();
    }
    if (step_queue_get(0) != (there ? 0 : STEP_NEXT)) {
        return "what was put does not come";
    }
    return step_queue_is_sound();
}

// ---- getting ----

static void make_to_get(size_t size)
{
    step_queue_make(PLACES, NULL);
    step_queue_expect(PLACES - 1, 1, 0);
    step_queue_put_row(0, PLACES - 1, size);
}

static void make_to_get_short(void)
{
    make_to_get(STEP_SHORT);
}

static void make_to_get_long(void)
{
    make_to_get(STEP_LONG);
}

static void get_one(void)
{
    size_t size = 0;

    (void) mp_queue_get_bytes(step_queue, room, sizeof(room), &size,
                              STEP_LIMIT_MS);
}

static void get_in_place(void)
{
    mp_queue_message_t message;

    if (mp_queue_peek(step_queue, &message, STEP_LIMIT_MS) == 0) {
        (void) mp_queue_release(step_queue, &message);
    }
}

// The last message of a ring that is closed, which goes then.
static void make_to_trim(size_t size)
{
    step_queue_make(0, NULL);
    step_queue_put_row(0, STEP_RING - 1, STEP_SHORT);
    step_queue_put_row(0, 1, size);
    step_queue_put_row(1, 2, STEP_SHORT);
    for (int i = 0; i < STEP_RING - 1; i++) {
        (void) step_queue_get(0);
    }
    step_queue_expect(3, 1, 0);
}

static void make_to_trim_short(void)
{
    make_to_trim(STEP_SHORT);
}

static void make_to_trim_long(void)
{
    make_to_trim(STEP_LONG);
}

// ---- others who wait ----

static int get_until_next(void)
{
    int number = 0;

    atomic_store(&step_page->ready, 1);
    do {
        number = step_queue_get(MP_FOREVER);
    } while (number == 0);
    return number == STEP_NEXT ? 0 : 1;
}

static const char *put_next(void)
{
    return step_queue_put(STEP_NEXT, STEP_SHORT, STEP_LIMIT_MS) == 0
               ? NULL
               : "the next message cannot be put";
}

static void make_full(void)
{
    step_queue_make(1, NULL);
    step_queue_put_row(0, 1, STEP_LONG);
}

static int put_when_free(void)
{
    atomic_store(&step_page->ready, 1);
    return step_queue_put(STEP_NEXT, STEP_SHORT, MP_FOREVER) == 0 ? 0 : 1;
}

// The victim may have died before it took what is there.
static const char *get_next(void)
{
    int number = step_queue_get(STEP_LIMIT_MS);

    if (number == 0) {
        number = step_queue_get(STEP_LIMIT_MS);
    }
    return number == STEP_NEXT ? NULL : "who waited to put did not";
}

const step_op_t step_queue_ops[] = {
    {.name = "puts into a queue",
     .setup = make_to_put_short,
     .run = put_short,
     .check = step_queue_check,
     .clear = step_queue_destroy},
    {.name = "puts a long message into a queue",
     .setup = make_to_put_long,
     .prepare = warm_up,
     .run = put_long,
     .check = step_queue_check,
     .clear = step_queue_destroy},
    {.name = "puts into a queue in place",
     .setup = make_to_put_short,
     .run = put_in_place,
     .check = step_queue_check,
     .clear = step_queue_destroy},
    {.name = "reserves of a queue and cancels",
     .setup = make_to_cancel,
     .run = reserve_and_cancel,
     .check = step_queue_check,
     .clear = step_queue_destroy},
    {.name = "makes a queue grow",
     .setup = make_to_grow,
     .run = put_short,
     .check = step_queue_check,
     .clear = step_queue_destroy},
    {.name = "makes a queue grow by a long message",
     .setup = make_to_grow_long,
     .prepare = warm_up,
     .run = put_long,
     .check = step_queue_check,
     .clear = step_queue_destroy},
    {.name = "puts into a queue whose ring is then closed there",
     .setup = make_to_go_around,
     .run = put_short,
     .check = check_around,
     .clear = step_queue_destroy},
    {.name = "puts into a queue that is then shut down",
     .setup = make_one_place,
     .run = put_short,
     .check = check_one_place_shut,
     .clear = step_queue_destroy},
    {.name = "puts into a queue of one place, which is asked if it is full",
     .setup = make_one_place,
     .run = put_short,
     .check = check_one_place,
     .clear = step_queue_destroy},
    {.name = "puts into a queue of few places, where others get first",
     .setup = make_two_places,
     .run = put_short,
     .check = check_two_places,
     .clear = step_queue_destroy,
     .slow = true},
    {.name = "puts into a queue of one place, where others try",
     .setup = make_one_place_long,
     .prepare = warm_up,
     .run = put_long,
     .check = check_one_place_by_trying,
     .clear = step_queue_destroy},
    {.name = "gets from a queue",
     .setup = make_to_get_short,
     .run = get_one,
     .check = step_queue_check,
     .clear = step_queue_destroy},
    {.name = "gets a long message from a queue",
     .setup = make_to_get_long,
     .run = get_one,
     .check = step_queue_check,
     .clear = step_queue_destroy},
    {.name = "gets from a queue in place",
     .setup = make_to_get_long,
     .run = get_in_place,
     .check = step_queue_check,
     .clear = step_queue_destroy},
    {.name = "gets the last message of a ring of a queue",
     .setup = make_to_trim_short,
     .run = get_one,
     .check = step_queue_check,
     .clear = step_queue_destroy},
    {.name = "gets a long last message of a ring of a queue",
     .setup = make_to_trim_long,
     .run = get_one,
     .check = step_queue_check,
     .clear = step_queue_destroy},
    {.name = "puts into a queue where another one waits to get",
     .setup = make_one_place_long,
     .prepare = warm_up,
     .run = put_long,
     .help = get_until_next,
     .ready = step_queue_helper_waits,
     .check = put_next,
     .clear = step_queue_destroy,
     .slow = true},
    {.name = "gets from a queue where another one waits to put",
     .setup = make_full,
     .run = get_one,
     .help = put_when_free,
     .ready = step_queue_helper_waits,
     .check = get_next,
     .clear = step_queue_destroy,
     .slow = true},
};
const size_t step_queue_count = STEP_COUNT(step_queue_ops);
