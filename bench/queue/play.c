// SPDX-License-Identifier: Apache-2.0
#include "bench/queue/play.h"

#include <stdio.h>
#include <string.h>

#include "bench/queue/cast.h"

// A lane has room for so many bytes, within these numbers of messages: powers
// of two, so that rings need not divide.
#define CAPACITY_BYTES (512U << 10)
#define CAPACITY_MAX 1024U
#define CAPACITY_MIN 8U

const struct quantity play_latency[RESULTS_MAX] = {
    {.suffix = "", .unit = "ns"},
    {.suffix = "/p50", .unit = "ns"},
    {.suffix = "/p99", .unit = "ns"},
    {.suffix = "/p99.9", .unit = "ns"},
};
const struct quantity play_time[1] = {{.suffix = "", .unit = "ns"}};
const struct quantity play_share[1] = {{.suffix = "", .unit = "%"}};

enum { ARG_WAY, ARG_GROUND, ARG_WHO, ARG_LANES };

static struct terms terms;
static struct lane lanes[LANES_MAX]; // forked children have them

int play_open(const struct setting *setting)
{
    terms = terms_of(setting);
    return 0;
}

// ---- lanes ----

static unsigned count_lanes(const struct play *play)
{
    if (play->act == ACT_PING || play->act == ACT_DOZE) {
        return 2;
    }
    return play->way->pairs ? play->producers : 1;
}

static void unmake_lanes(const struct way *way, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (way->unmake != NULL) {
            way->unmake(&lanes[i]);
        }
        (void) mp_shared_free(lanes[i].room);
        lanes[i].room = NULL;
    }
}

static int make_lane(struct lane *lane, const struct way *way)
{
    size_t size = way->measure == NULL ? 0 : way->measure(lane);

    if (size > 0 && mp_shared_alloc(&lane->room, size) < 0) {
        return row_fail_ours("shared memory");
    }
    int r = way->make == NULL ? 0 : way->make(lane);
    if (r != 0) {
        (void) mp_shared_free(lane->room);
    }
    return r;
}

static void describe_lane(struct lane *lane, unsigned number, size_t size)
{
    size_t capacity = CAPACITY_MAX;

    while (capacity > CAPACITY_MIN && capacity * size > CAPACITY_BYTES) {
        capacity /= 2;
    }
    *lane = (struct lane){.size = size,
                          .capacity = capacity,
                          .alone = terms_are_one(&terms),
                          .number = number};
}

// 0, -1, or 1 if this machine has none of them.
static int make_lanes(const struct play *play)
{
    size_t size = play->size > 0 ? play->size : terms.size;
    unsigned count = count_lanes(play);

    for (unsigned i = 0; i < count; i++) {
        describe_lane(&lanes[i], i, size);
        int r = make_lane(&lanes[i], play->way);
        if (r != 0) {
            unmake_lanes(play->way, i);
            return r;
        }
    }
    return 0;
}

bool play_has(const struct row *row)
{
    const struct play *play = row->data;
    int r = make_lanes(play);

    if (r == 0) {
        unmake_lanes(play->way, count_lanes(play));
    }
    if (r < 0) {
        (void) row_left_out(row->name, "it cannot be made");
    }
    return r == 0;
}

// ---- a child ----

static void find_lane(struct lane *lane, const struct ground *ground,
                      unsigned number, const mp_args_t *args)
{
    size_t argument = ARG_LANES + number;

    lane->size = ground->size;
    lane->capacity = ground->capacity;
    lane->alone = terms_are_one(&ground->terms);
    lane->number = number;
    lane->room = mp_shared_pointer(ground->rooms[number]);
    if (argument < mp_args_count(args) &&
        mp_args_type(args, argument) == MP_ARG_OBJECT) {
        lane->at = mp_args_queue(args, argument);
    }
}

static int queue_player(const mp_args_t *args)
{
    const struct way *way = way_find(mp_args_text(args, ARG_WAY));
    struct ground *ground =
        mp_shared_pointer((mp_offset_t) mp_args_int(args, ARG_GROUND));

    if (way == NULL || ground == NULL) {
        return mp_failure(2, "nothing to do");
    }
    for (unsigned i = 0; i < LANES_MAX; i++) {
        find_lane(&lanes[i], ground, i, args);
    }
    unsigned who = (unsigned) mp_args_int(args, ARG_WHO);
    return player_run(ground, way, who, lanes) < 0 ? 3 : 0;
}
MP_TARGET(queue_player)

// ---- this process ----

static void describe(struct ground *ground, const struct play *play)
{
    memset(ground, 0, sizeof(*ground));
    ground->terms = terms;
    ground->act = play->act;
    ground->producers = play->producers;
    ground->consumers = play->consumers;
    ground->size = lanes[0].size;
    ground->capacity = lanes[0].capacity;
    for (unsigned i = 0; i < count_lanes(play); i++) {
        ground->rooms[i] = mp_shared_offset(lanes[i].room);
    }
}

static int start(struct cast *cast, const struct ground *ground,
                 const struct play *play)
{
    bool two = play->way->queues && count_lanes(play) == 2;
    mp_arg_t first = MP_NONE;
    mp_arg_t second = MP_NONE;
    int r = 0;

    if (play->way->queues) {
        first = mp__arg_object(lanes[0].at);
    }
    if (two) {
        second = mp__arg_object(lanes[1].at);
    }
    for (unsigned i = 0; r == 0 && i < play->producers + play->consumers; i++) {
        r = cast_start(cast, queue_player,
                       MP_ARGS(MP_TEXT(play->way->name),
                               (int64_t) mp_shared_offset(ground), i, first,
                               second));
    }
    return r;
}

static int let_run(struct cast *cast, struct ground *ground, unsigned slot_ms)
{
    if (cast_await(cast, &ground->ready) < 0) {
        return -1;
    }
    ground->began = bench_now();
    ground->until = ground->began + (int64_t) slot_ms * 1000000;
    mp_atomic_store_uint32(&ground->go, 1);
    return cast_join(cast, slot_ms);
}

// The time of each message, from when they went until the last one has come.
static double time_of(const struct ground *ground)
{
    uint64_t count = 0;
    int64_t ended = 0;

    for (unsigned i = 0; i < ground->producers + ground->consumers; i++) {
        const struct result *result = &ground->results[i];
        count += result->count;
        ended = result->ended > ended ? result->ended : ended;
    }
    return (double) (ended - ground->began) / (double) (count > 0 ? count : 1);
}

static void tell(const struct ground *ground, double *values)
{
    const struct result *last = &ground->results[ground->producers];

    switch (ground->act) {
    case ACT_STREAM:
        values[0] = time_of(ground);
        break;
    case ACT_WAIT:
        values[0] =
            last->values[0] * 100 / (double) (last->ended - ground->began);
        break;
    default:
        memcpy(values, ground->results[0].values,
               sizeof(ground->results[0].values));
        break;
    }
}

static int perform(const struct play *play, unsigned slot_ms, double *values)
{
    struct cast cast = {.count = 0};
    void *memory = NULL;

    if (mp_shared_alloc(&memory, sizeof(struct ground)) < 0) {
        return row_fail_ours("shared memory");
    }
    describe(memory, play);
    int r = start(&cast, memory, play);
    if (r == 0) {
        r = let_run(&cast, memory, slot_ms);
    }
    cast_stop(&cast);
    if (r == 0) {
        tell(memory, values);
    }
    (void) mp_shared_free(memory);
    return r;
}

int play_fill(const struct row *row, unsigned slot_ms, double *values)
{
    const struct play *play = row->data;

    if (make_lanes(play) != 0) {
        return row_fail(row->name, 0);
    }
    int r = perform(play, slot_ms, values);
    unmake_lanes(play->way, count_lanes(play));
    return r == 0 ? 0 : row_fail(row->name, 0);
}
