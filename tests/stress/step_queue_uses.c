// SPDX-License-Identifier: Apache-2.0
// Queues, killed at every step of what is not putting or getting bytes, and in
// queues with options.
#include "tests/stress/step_queue.h"

#include <string.h>

#include "core/pages.h"
#include "core/queue.h"
#include "platform/platform.h"

#define PLACES 5
#define FEW_MS 5

static const char *const wrong_message = "what was put does not come";

static void make_part_memory(void)
{
    mp_queue_message_t message;

    if (mp_queue_reserve(step_queue, &message, STEP_LONG) == 0) {
        mp_queue_cancel(step_queue, &message);
    }
}

// ---- making and destroying ----

static void make_two_places(void)
{
    step_queue_make(2, NULL);
}

static void make_and_destroy(void)
{
    make_two_places();
    step_queue_destroy();
}

static void make_unbounded_and_destroy(void)
{
    step_queue_make(0, NULL);
    step_queue_destroy();
}

static void put_lock(void)
{
    mp_lock_t *lock = NULL;
    mp_any_t *value = NULL;

    if (mp_lock_create(&lock) == 0 && mp_any_shared(&value, lock) == 0) {
        (void) mp_queue_put(step_queue, value, STEP_LIMIT_MS);
    }
    mp_any_destroy(value);
    mp_lock_destroy(lock);
}

static void make_with_messages(void)
{
    step_queue_make(PLACES, NULL);
    step_queue_put_row(0, 2, STEP_SHORT);
    step_queue_put_row(2, 2, STEP_LONG);
    put_lock();
}

static void make_with_rings(void)
{
    step_queue_make(0, NULL);
    step_queue_put_row(0, 1, STEP_LONG);
    step_queue_put_row(0, 2 * STEP_RING, STEP_SHORT);
    put_lock();
}

// ---- shutting down ----

static void make_to_shut(void)
{
    step_queue_make(PLACES, NULL);
    step_queue_put_row(0, 2, STEP_LONG);
}

static void shut(void)
{
    (void) mp_queue_shutdown(step_queue, false);
}

static void shut_at_once(void)
{
    (void) mp_queue_shutdown(step_queue, true);
}

// All that is there comes, then nothing, or that nothing will.
static const char *check_drained(bool shut_down, int expected)
{
    for (int i = 0; i < expected; i++) {
        if (step_queue_get(STEP_LIMIT_MS) != i) {
            return wrong_message;
        }
    }
    int r = step_queue_get(shut_down ? STEP_LIMIT_MS : 0);
    return r == (shut_down ? MP_ESHUTDOWN : MP_EEMPTY)
               ? NULL
               : "the end of the queue is not told";
}

static const char *check_shut(void)
{
    int r = step_queue_put(2, STEP_SHORT, STEP_LIMIT_MS);

    if (r != 0 && r != MP_ESHUTDOWN) {
        return "who puts is not told whether he may";
    }
    return check_drained(r == MP_ESHUTDOWN, r == 0 ? 3 : 2);
}

// Who died may have begun to drop what is there.
static const char *check_shut_at_once(void)
{
    int r = step_queue_put(2, STEP_SHORT, STEP_LIMIT_MS);

    if (r == 0) {
        return check_drained(false, 3);
    }
    if (r != MP_ESHUTDOWN || step_queue_get(STEP_LIMIT_MS) != MP_ESHUTDOWN) {
        return "who puts or gets is not told";
    }
    return mp_queue_qsize(step_queue) == 0 ? NULL : "something is left";
}

static int get_until_shut(void)
{
    int number = 0;

    atomic_store(&step_page->ready, 1);
    while (number >= 0) {
        number = step_queue_get(MP_FOREVER);
    }
    return number == MP_ESHUTDOWN ? 0 : 1;
}

static const char *check_shut_for_waiter(void)
{
    return mp_queue_shutdown(step_queue, false) == 0 ? NULL
                                                     : "it cannot be shut down";
}

// ---- without others ----

static void make_ending(void)
{
    mp_queue_options_t options = {.end_with_others = true};

    step_queue_make(PLACES, &options);
    step_queue_expect(0, 0, 1);
}

static const char *check_ended(void)
{
    int r = step_queue_get(MP_FOREVER);

    if (r == 0) {
        r = step_queue_get(MP_FOREVER);
    }
    return r == MP_EEOF ? NULL : "who is alone is not told";
}

// ---- shared objects in messages ----

static void make_with_lock_put(void)
{
    step_queue_make(PLACES, NULL);
    put_lock();
}

static void make_empty(void)
{
    step_queue_make(PLACES, NULL);
}

static int get_lock(int64_t timeout_ms)
{
    mp_any_t *value = NULL;
    mp_lock_t *lock = NULL;

    int r = mp_queue_get(step_queue, &value, timeout_ms);
    if (r == 0) {
        r = mp_any_get_lock(value, &lock);
    }
    if (r == 0) {
        r = mp_lock_acquire(lock, 0);
        (void) mp_lock_release(lock);
    }
    mp_any_destroy(value);
    return r;
}

static void take_lock(void)
{
    (void) get_lock(STEP_LIMIT_MS);
}

static const char *check_lock(void)
{
    int r = get_lock(FEW_MS);

    if (r != 0 && r != MP_EEMPTY) {
        return "what the message says is not there";
    }
    put_lock();
    return get_lock(STEP_LIMIT_MS) == 0 ? step_queue_is_sound()
                                        : "the next lock does not come";
}

// ---- stopped, and not dead ----

static void expect(bool good)
{
    if (!good) {
        atomic_store(&step_page->wrong, 1);
    }
}

static void put_two(void)
{
    expect(step_queue_put(0, STEP_SHORT, MP_FOREVER) == 0);
    expect(step_queue_put(1, STEP_LONG, MP_FOREVER) == 0);
}

// Who gets meanwhile waits and looks at who is stopped.
static int get_two(void)
{
    int first = step_queue_get(MP_FOREVER);
    int second = step_queue_get(MP_FOREVER);

    atomic_store(&step_page->got, 1);
    return first == 0 && second == 1 ? 0 : 1;
}

static void get_rising(void)
{
    int first = step_queue_get(MP_FOREVER);
    int second = step_queue_get(MP_FOREVER);

    expect(first >= 0 && second > first);
}

static int put_four(void)
{
    int r = 0;

    for (uint32_t i = 0; r == 0 && i < 4; i++) {
        r = step_queue_put(i, STEP_LONG, MP_FOREVER);
    }
    return r == 0 ? 0 : 1;
}

// The victim got two and the other one needs the places of these.
static const char *check_two_left(void)
{
    int first = step_queue_get(STEP_LIMIT_MS);
    int second = step_queue_get(STEP_LIMIT_MS);

    return first >= 0 && second > first ? step_queue_is_sound()
                                        : "what was not got is not there";
}

static const char *check_nothing_left(void)
{
    int64_t from = mp_plat_now();

    while (atomic_load(&step_page->got) == 0 && !step_is_late(from)) {
        mp_plat_yield();
    }
    return step_queue_is_sound();
}

const step_op_t step_queue_use_ops[] = {
    {.name = "makes a queue and destroys it", .run = make_and_destroy},
    {.name = "makes a queue without a maxsize and destroys it",
     .run = make_unbounded_and_destroy},
    {.name = "destroys a queue with messages",
     .prepare = make_with_messages,
     .run = step_queue_destroy},
    {.name = "destroys a queue with rings",
     .prepare = make_with_rings,
     .run = step_queue_destroy},
    {.name = "shuts a queue down",
     .setup = make_to_shut,
     .run = shut,
     .check = check_shut,
     .clear = step_queue_destroy},
    {.name = "shuts a queue down at once",
     .setup = make_to_shut,
     .run = shut_at_once,
     .check = check_shut_at_once,
     .clear = step_queue_destroy},
    {.name = "shuts a queue down where another one waits",
     .setup = make_to_shut,
     .run = shut,
     .help = get_until_shut,
     .ready = step_queue_helper_waits,
     .check = check_shut_for_waiter,
     .clear = step_queue_destroy,
     .slow = true},
    {.name = "puts into a queue that ends with others",
     .setup = make_ending,
     .run = step_queue_put_one,
     .check = check_ended,
     .clear = step_queue_destroy,
     .slow = true},
    {.name = "puts a lock into a queue",
     .setup = make_empty,
     .run = put_lock,
     .check = check_lock,
     .clear = step_queue_destroy},
    {.name = "gets a lock from a queue",
     .setup = make_with_lock_put,
     .run = take_lock,
     .check = check_lock,
     .clear = step_queue_destroy},
    {.name = "is stopped where it puts into a queue and goes on",
     .setup = make_empty,
     .prepare = make_part_memory,
     .run = put_two,
     .help = get_two,
     .check = check_nothing_left,
     .clear = step_queue_destroy,
     .lives = true},
    {.name = "is stopped where it gets from a queue and goes on",
     .setup = make_two_places,
     .run = get_rising,
     .help = put_four,
     .check = check_two_left,
     .clear = step_queue_destroy,
     .lives = true},
};
const size_t step_queue_use_count = STEP_COUNT(step_queue_use_ops);
