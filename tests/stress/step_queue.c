// SPDX-License-Identifier: Apache-2.0
#include "tests/stress/step_queue.h"

#include <string.h>

#include "platform/platform.h"
#include "platform/shared.h"

mp_queue_t *step_queue;
step_queue_plan_t step_queue_plan;

void step_queue_make(size_t maxsize, const mp_queue_options_t *options)
{
    mp_queue_options_t given = {0};

    if (options != NULL) {
        given = *options;
    }
    given.message_size = STEP_SHORT;
    if (mp_queue_create(&step_queue, maxsize, &given) < 0) {
        step_queue = NULL;
    }
    step_queue_plan = (step_queue_plan_t){0, 0, 0};
}

void step_queue_destroy(void)
{
    mp_queue_destroy(step_queue);
    step_queue = NULL;
}

void step_queue_expect(uint32_t before, uint32_t got, uint32_t put)
{
    step_queue_plan = (step_queue_plan_t){before, got, put};
}

bool step_queue_helper_waits(void)
{
    return atomic_load(&step_page->ready) != 0;
}

// ---- messages ----

static void fill(unsigned char *bytes, uint32_t number, size_t size)
{
    memset(bytes, (int) (number * 7 + size) & 0xff, size);
    memcpy(bytes, &number, sizeof(number));
}

const void *step_queue_bytes(uint32_t number, size_t size)
{
    static unsigned char bytes[STEP_LONG];

    fill(bytes, number, size);
    return bytes;
}

int step_queue_put(uint32_t number, size_t size, int64_t timeout_ms)
{
    return mp_queue_put_bytes(step_queue, step_queue_bytes(number, size), size,
                              timeout_ms);
}

void step_queue_put_row(uint32_t from, uint32_t count, size_t size)
{
    for (uint32_t i = 0; i < count; i++) {
        (void) step_queue_put(from + i, size, 0);
    }
}

void step_queue_put_one(void)
{
    (void) step_queue_put(step_queue_plan.before, STEP_SHORT, STEP_LIMIT_MS);
}

static int number_of(const void *bytes, size_t size)
{
    uint32_t number = 0;

    if (size == STEP_HUGE) {
        memcpy(&number, bytes, sizeof(number));
        return (int) number;
    }
    if (size != STEP_SHORT && size != STEP_LONG) {
        return MP_EPROTO;
    }
    memcpy(&number, bytes, sizeof(number));
    return memcmp(bytes, step_queue_bytes(number, size), size) == 0
               ? (int) number
               : MP_EPROTO;
}

int step_queue_get(int64_t timeout_ms)
{
    void *bytes = NULL;
    size_t size = 0;

    int r = mp_queue_get_alloc(step_queue, &bytes, &size, timeout_ms);
    if (r == 0) {
        r = number_of(bytes, size);
    }
    mp_free(bytes);
    return r;
}

// ---- what must hold ----

// What came so far: the last one, and how many of the two kinds.
typedef struct course {
    int last;
    uint32_t missing; // of those before
    uint32_t fresh;
} course_t;

static const char *follow(course_t *course, int number)
{
    bool first = course->last < 0;
    bool old = number < (int) step_queue_plan.before;

    if (number < 0) {
        return number == MP_EPROTO ? "a message is torn"
                                   : "the next message cannot be got";
    }
    if (number <= course->last) {
        return "a message comes twice, or before another one";
    }
    if (!first && number != STEP_NEXT && number != course->last + 1) {
        return "a message in the middle is missing";
    }
    if (first) {
        course->missing = old ? (uint32_t) number : step_queue_plan.before;
    }
    course->fresh += !old && number != STEP_NEXT;
    course->last = number;
    return NULL;
}

static const char *judge(const course_t *course)
{
    if (course->missing != 0 && course->missing != step_queue_plan.got) {
        return "other messages are missing than those that were being got";
    }
    return course->fresh == 0 || course->fresh == step_queue_plan.put
               ? NULL
               : "a part of what was put in one step is there";
}

const char *step_queue_go_on(void)
{
    course_t course = {-1, 0, 0};
    const char *wrong = NULL;

    if (step_queue_put(STEP_NEXT, STEP_SHORT, STEP_LIMIT_MS) < 0) {
        return "the next message cannot be put";
    }
    while (wrong == NULL && course.last != STEP_NEXT) {
        wrong = follow(&course, step_queue_get(STEP_LIMIT_MS));
    }
    return wrong == NULL ? judge(&course) : wrong;
}

static const char *fill_up(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (step_queue_put(i, i % 3 == 0 ? STEP_LONG : STEP_SHORT,
                           STEP_LIMIT_MS) < 0) {
            return "a place of the queue is lost";
        }
    }
    if (mp_queue_qsize(step_queue) != count) {
        return "the full queue says another size";
    }
    if (mp_queue_maxsize(step_queue) != 0 &&
        (!mp_queue_full(step_queue) ||
         step_queue_put(0, STEP_SHORT, 0) != MP_EFULL)) {
        return "the queue is not full when it should be";
    }
    return NULL;
}

static const char *empty_out(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (step_queue_get(STEP_LIMIT_MS) != (int) i) {
            return "what was put into the empty queue does not come out";
        }
    }
    return NULL;
}

bool step_queue_stays_full(void)
{
    int64_t from = mp_plat_now();

    while (mp_queue_full(step_queue)) {
        if (step_is_late(from)) {
            return true;
        }
        mp_plat_yield();
    }
    return false;
}

static const char *is_empty(void)
{
    if (mp_queue_qsize(step_queue) != 0 || !mp_queue_empty(step_queue)) {
        return "the drained queue says that it has messages";
    }
    if (step_queue_get(0) != MP_EEMPTY) {
        return "there is something in the drained queue";
    }
    return step_queue_stays_full() ? "the drained queue stays full" : NULL;
}

// Twice, so that each place is come to again.
const char *step_queue_is_sound(void)
{
    size_t maxsize = mp_queue_maxsize(step_queue);
    uint32_t count = maxsize == 0 ? STEP_RING + 10 : (uint32_t) maxsize;
    const char *wrong = is_empty();

    for (int i = 0; wrong == NULL && i < 2; i++) {
        wrong = fill_up(count);
        if (wrong == NULL) {
            wrong = empty_out(count);
        }
        if (wrong == NULL) {
            wrong = is_empty();
        }
    }
    return wrong;
}

const char *step_queue_check(void)
{
    const char *wrong = step_queue_go_on();

    return wrong == NULL ? step_queue_is_sound() : wrong;
}
