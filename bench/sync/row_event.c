// SPDX-License-Identifier: Apache-2.0
// Waking four processes: from the call that sets the event to the moment at
// which the last of them runs again.
#include <string.h>

#include "bench/common/stats.h"
#include "bench/common/system.h"
#include "bench/sync/alarm.h"
#include "bench/sync/children.h"
#include "bench/sync/groups.h"
#include "bench/sync/processors.h"

#define WAITERS 4
#define WAKES_MAX 1000
// Until those who are about to wait have gone to sleep, and how long they sleep
// when the others are still to wake: nobody may spin meanwhile.
#define SETTLE_US 500
#define NAP_US 100

// What all processes share.
struct bedroom {
    uint32_t ready; // counts the waits that are about to begin
    uint32_t woken; // and those that have ended
    uint32_t turn;  // the waits that may begin
    uint32_t stop;
    int64_t at[WAITERS]; // when the last wait ended
    char room[ALARM_ROOM];
};

static struct bedroom *bedroom;
static struct alarm_place place; // of the alarm that is measured

static const struct alarm *find_alarm(const char *name)
{
    static const struct alarm *const alarms[] = {
        &alarm_ours,
#ifdef _WIN32
        &alarm_win32,
#else
        &alarm_condition,
#endif
#ifdef __linux__
        &alarm_futex,
#endif
    };

    for (size_t i = 0; i < sizeof(alarms) / sizeof(alarms[0]); i++) {
        if (strcmp(alarms[i]->name, name) == 0) {
            return alarms[i];
        }
    }
    return NULL;
}

static void wait_for_turn(uint32_t turn)
{
    while (mp_atomic_load_uint32(&bedroom->turn) < turn &&
           mp_atomic_load_uint32(&bedroom->stop) == 0) {
        bench_sleep_us(NAP_US);
    }
}

static int sleeper(const mp_args_t *args)
{
    const struct alarm *alarm = find_alarm(mp_args_text(args, ALARM_ARG_KIND));
    unsigned who = (unsigned) mp_args_int(args, ALARM_ARG_WHO) % WAITERS;

    bedroom =
        mp_shared_pointer((mp_offset_t) mp_args_int(args, ALARM_ARG_OFFSET));
    if (alarm == NULL || bedroom == NULL) {
        return mp_failure(2, "nothing to wait for");
    }
    place.room = bedroom->room;
    if (alarm->find != NULL && alarm->find(&place, args) < 0) {
        return mp_failure(3, "the event is not found");
    }
    processors_share();
    for (uint32_t turn = 1;; turn++) {
        wait_for_turn(turn);
        if (mp_atomic_load_uint32(&bedroom->stop) != 0) {
            return 0;
        }
        (void) mp_atomic_add_uint32(&bedroom->ready, 1);
        if (alarm->wait(place.at) != 0) {
            return mp_failure(4, "waiting failed");
        }
        mp_atomic_store_int64(&bedroom->at[who], bench_now());
        (void) mp_atomic_add_uint32(&bedroom->woken, 1);
    }
}
MP_TARGET(sleeper)

static int start(struct children *children, const struct alarm *alarm)
{
    mp_arg_t event =
        alarm->argument == NULL ? MP_INT(0) : alarm->argument(place.at);
    int64_t offset = (int64_t) mp_shared_offset(bedroom);
    int r = 0;

    for (unsigned i = 0; r == 0 && i < WAITERS; i++) {
        r = children_start(children, sleeper,
                           MP_ARGS(MP_TEXT(alarm->name), offset, i,
                                   MP_TEXT(place.name), event));
    }
    return r;
}

// One wake-up: *microseconds receives how long it took.
static int wake(struct children *children, const struct alarm *alarm,
                uint32_t turn, double *microseconds)
{
    mp_atomic_store_uint32(&bedroom->turn, turn);
    if (children_await(children, &bedroom->ready, turn * WAITERS) < 0) {
        return -1;
    }
    bench_sleep_us(SETTLE_US);
    int64_t began = bench_now();
    int failed = alarm->set(place.at);
    if (failed != 0 ||
        children_await(children, &bedroom->woken, turn * WAITERS) < 0) {
        return row_fail("nobody was woken", 0);
    }
    int64_t last = 0;
    for (unsigned i = 0; i < WAITERS; i++) {
        int64_t at = mp_atomic_load_int64(&bedroom->at[i]);
        last = at > last ? at : last;
    }
    *microseconds = (double) (last - began) / 1000;
    return alarm->clear(place.at) == 0 ? 0 : row_fail("an event stays set", 0);
}

static int wake_for(struct children *children, const struct alarm *alarm,
                    unsigned slot_ms, double *median)
{
    double times[WAKES_MAX];
    uint32_t count = 0;
    int64_t end = bench_now() + (int64_t) slot_ms * 1000000;
    int r = start(children, alarm);

    while (r == 0 && count < WAKES_MAX && (count < 3 || bench_now() < end)) {
        r = wake(children, alarm, count + 1, &times[count]);
        count++;
    }
    *median = r == 0 ? bench_median(times, count) : 0;
    return r;
}

static int alarm_fill(const struct row *row, unsigned slot_ms, double *values)
{
    const struct alarm *alarm = row->data;
    struct children children = {.count = 0};

    memset(bedroom, 0, sizeof(*bedroom));
    place = (struct alarm_place){.room = bedroom->room};
    if (alarm->make(&place) < 0) {
        return row_fail("an event cannot be made", 0);
    }
    int r = wake_for(&children, alarm, slot_ms, &values[0]);
    mp_atomic_store_uint32(&bedroom->stop, 1);
    (void) alarm->set(place.at); // after a failure some may still wait
    r = children_join(&children) < 0 ? -1 : r;
    alarm->unmake(&place);
    return r;
}

static int event_open(const struct setting *setting)
{
    void *memory = NULL;

    (void) setting;
    if (mp_shared_alloc(&memory, sizeof(*bedroom)) < 0) {
        return row_fail_ours("shared memory");
    }
    bedroom = memory;
    return 0;
}

static void event_close(void)
{
    (void) mp_shared_free(bedroom);
}

static const struct quantity latency[1] = {{.suffix = "", .unit = "us"}};

#define ALARM(kind, text)                                                      \
    {                                                                          \
        .name = text, .what = "from setting it to the last of four running",   \
        .fill = alarm_fill, .quantities = latency, .quantity_count = 1,        \
        .data = &alarm_##kind                                                  \
    }

static const struct row rows[] = {
    ALARM(ours, "event"),
#ifdef _WIN32
    ALARM(win32, "win32-event"),
#else
    ALARM(condition, "pthread-cond"),
#endif
#ifdef __linux__
    ALARM(futex, "futex"),
#endif
};

const struct row_group group_event = {
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
    .open = event_open,
    .close = event_close,
};
