// SPDX-License-Identifier: Apache-2.0
// Queues, killed at every step of doing tasks, and where messages come again.
#include "tests/stress/step_queue.h"

#include "core/pages.h"
#include "core/queue.h"
#include "platform/platform.h"

#define PLACES 5

static const char *const wrong_message = "what was put does not come";

static void get_one(void)
{
    (void) step_queue_get(STEP_LIMIT_MS);
}

// ---- tasks ----

static void make_joinable(uint32_t before)
{
    mp_queue_options_t options = {.joinable = true};

    step_queue_make(PLACES, &options);
    step_queue_expect(before, 1, 1);
    step_queue_put_row(0, before, STEP_SHORT);
}

static void make_joinable_empty(void)
{
    make_joinable(0);
}

static void make_joinable_with_one(void)
{
    make_joinable(1);
}

static void finish_task(void)
{
    (void) mp_queue_task_done(step_queue);
}

static void get_and_finish(void)
{
    get_one();
    finish_task();
}

static bool may_be_joined(int r)
{
    return r == 0 || r == MP_OWNERDIED;
}

// Nobody gets: whether there is a task must be known all the same.
static const char *check_joined(void)
{
    if (mp__queue_is_ready(step_queue)) {
        if (mp_queue_join(step_queue, 0) != MP_ETIMEDOUT) {
            return "a task is there, and it is joined";
        }
        if (step_queue_get(0) != 0 || mp_queue_task_done(step_queue) < 0) {
            return wrong_message;
        }
    }
    if (!may_be_joined(mp_queue_join(step_queue, STEP_LIMIT_MS))) {
        return "what nobody will do is waited for";
    }
    return mp_queue_unfinished(step_queue) == 0 ? NULL : "a task is left";
}

// Where who died had got it, it is told, once.
static const char *check_owner_died(void)
{
    bool there = mp__queue_is_ready(step_queue);
    bool done = atomic_load(&step_page->got) != 0;

    if (there || done) {
        return check_joined();
    }
    int r = mp_queue_join(step_queue, STEP_LIMIT_MS);
    if (!may_be_joined(r)) {
        return "what nobody will do is waited for";
    }
    return r == mp_queue_join(step_queue, 0) && r != 0 ? "a death is told twice"
                                                       : check_joined();
}

static void get_finish_and_say(void)
{
    get_and_finish();
    atomic_store(&step_page->got, 1);
}

static int join_forever(void)
{
    atomic_store(&step_page->ready, 1);
    return may_be_joined(mp_queue_join(step_queue, MP_FOREVER)) ? 0 : 1;
}

// ---- messages that come again ----

static void make_again(uint32_t before, size_t size)
{
    mp_queue_options_t options = {.at_least_once = true};

    step_queue_make(PLACES, &options);
    step_queue_expect(before, 1, 0);
    step_queue_put_row(0, before, size);
}

static void make_again_short(void)
{
    make_again(3, STEP_SHORT);
}

static void make_again_long(void)
{
    make_again(3, STEP_LONG);
}

static void make_again_one(void)
{
    make_again(1, STEP_SHORT);
}

static void peek_one(void)
{
    mp_queue_message_t message;

    (void) mp_queue_peek(step_queue, &message, STEP_LIMIT_MS);
}

// Whether the message is let go of, which is its last word.
static bool is_let_go(void)
{
    const mp__ring_t *ring = mp__ring_of(mp__queue_first(step_queue));
    uint64_t got = atomic_load(&mp__ring_gets(step_queue, ring)[0]);
    mp__place_t *place = mp__ring_place(step_queue, ring, 0);
    uint64_t there = atomic_load(&place->there);

    if ((there & MP__LONG) != 0 && mp__claim_token(got) != 0) {
        mp__heap_lock();
        bool gone = !mp__part_is_there_locked(place);
        mp__heap_unlock();
        return gone;
    }
    return mp__claim_token(got) == 0 &&
           mp__laps_ahead(got, (uint32_t) there) >= 0;
}

// In whatever order, all come once, and the first one as it was let go of.
static const char *check_again(void)
{
    uint32_t expected = (1U << step_queue_plan.before) - 1;
    uint32_t seen = 0;

    expected &= is_let_go() ? ~1U : ~0U;
    while (seen != expected) {
        int number = step_queue_get(STEP_LIMIT_MS);
        if (number < 0) {
            return "a message does not come again";
        }
        if ((seen & 1U << number) != 0) {
            return "a message comes twice";
        }
        seen |= 1U << number;
    }
    return step_queue_is_sound();
}

static mp_queue_message_t peeked;

static void peek_first(void)
{
    (void) mp_queue_peek(step_queue, &peeked, STEP_LIMIT_MS);
}

static void let_go(void)
{
    (void) mp_queue_release(step_queue, &peeked);
}

static int get_again(void)
{
    int number = 0;

    atomic_store(&step_page->ready, 1);
    while (number != STEP_NEXT) {
        number = step_queue_get(MP_FOREVER);
        if (number == 0) {
            (void) atomic_fetch_add(&step_page->got, 1);
        }
        if (number < 0) {
            return 1;
        }
    }
    return 0;
}

// It comes to who waits while nobody puts anything.
static const char *check_waiter_has_it(void)
{
    int64_t from = mp_plat_now();
    bool gone = is_let_go();

    while (!gone && atomic_load(&step_page->got) == 0 && !step_is_late(from)) {
        mp_plat_yield();
    }
    if (!gone && atomic_load(&step_page->got) != 1) {
        return "who waits does not get what comes again";
    }
    return step_queue_put(STEP_NEXT, STEP_SHORT, STEP_LIMIT_MS) == 0
               ? NULL
               : "the next message cannot be put";
}

const step_op_t step_queue_task_ops[] = {
    {.name = "puts a task into a queue",
     .setup = make_joinable_empty,
     .run = step_queue_put_one,
     .check = check_joined,
     .clear = step_queue_destroy},
    {.name = "gets a task from a queue",
     .setup = make_joinable_with_one,
     .run = get_one,
     .check = check_owner_died,
     .clear = step_queue_destroy},
    {.name = "gets a task from a queue and does it",
     .setup = make_joinable_with_one,
     .run = get_finish_and_say,
     .check = check_owner_died,
     .clear = step_queue_destroy},
    {.name = "does a task of a queue",
     .setup = make_joinable_with_one,
     .prepare = get_one,
     .run = finish_task,
     .check = check_joined,
     .clear = step_queue_destroy},
    {.name = "does a task of a queue where another one joins",
     .setup = make_joinable_with_one,
     .prepare = get_one,
     .run = finish_task,
     .help = join_forever,
     .ready = step_queue_helper_waits,
     .clear = step_queue_destroy,
     .slow = true},
    {.name = "gets from a queue whose messages come again",
     .setup = make_again_short,
     .run = get_one,
     .check = check_again,
     .clear = step_queue_destroy},
    {.name = "gets a long message from a queue whose messages come again",
     .setup = make_again_long,
     .run = get_one,
     .check = check_again,
     .clear = step_queue_destroy},
    {.name = "peeks into a queue whose messages come again",
     .setup = make_again_long,
     .run = peek_one,
     .check = check_again,
     .clear = step_queue_destroy},
    {.name = "lets go of a message of a queue that another one waits for",
     .setup = make_again_one,
     .prepare = peek_first,
     .run = let_go,
     .help = get_again,
     .ready = step_queue_helper_waits,
     .check = check_waiter_has_it,
     .clear = step_queue_destroy,
     .slow = true},
};
const size_t step_queue_task_count = STEP_COUNT(step_queue_task_ops);
