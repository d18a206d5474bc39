// SPDX-License-Identifier: Apache-2.0
// What a process of a measurement does.
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/common/row.h"
#include "bench/queue/ground.h"
#include "bench/queue/pin.h"

#define SAMPLES_MAX ((size_t) 1 << 17)
#define CHUNK_MAX 1024U          // calls between two looks at the clock …
#define CHUNK_BYTES (256U << 10) // … and bytes
#define NAP_US 200

struct player {
    struct ground *ground;
    const struct way *way;
    unsigned who;
    bool produces;
    struct part part;
    struct result *result;
};

unsigned ground_lane(const struct way *way, unsigned which)
{
    return way->pairs ? which : 0;
}

static bool goes_back(const struct player *player)
{
    return player->ground->act == ACT_PING || player->ground->act == ACT_DOZE;
}

// ---- getting ready ----

static void choose_lanes(struct player *player, struct lane *lanes)
{
    const struct ground *ground = player->ground;

    if (goes_back(player)) {
        player->part.out = &lanes[player->produces ? 0 : 1];
        player->part.in = &lanes[player->produces ? 1 : 0];
        return;
    }
    unsigned which =
        player->produces ? player->who : player->who - ground->producers;
    player->part.out = &lanes[ground_lane(player->way, which)];
    player->part.in = player->part.out;
}

static int pin(const struct player *player)
{
    const struct ground *ground = player->ground;

    if (terms_are_one(&ground->terms)) {
        return pin_to(1); // the first one often serves interrupts
    }
    return terms_are_two(&ground->terms) && !player->way->threaded &&
                   ground->producers == 1 && ground->consumers == 1
               ? pin_to(player->produces ? 0 : 1)
               : 0;
}

static int make_part(struct player *player)
{
    struct part *part = &player->part;

    part->size = player->ground->size;
    part->batch = player->way->batch > 0 ? player->way->batch : 1;
    size_t bytes = part->size * part->batch;
    part->chunk = bytes * CHUNK_MAX <= CHUNK_BYTES ? CHUNK_MAX
                  : bytes >= CHUNK_BYTES           ? 1
                                         : (unsigned) (CHUNK_BYTES / bytes);
    part->bytes = calloc(1, bytes);
    part->samples_max = goes_back(player) && player->produces ? SAMPLES_MAX : 1;
    part->samples = calloc(part->samples_max, sizeof(*part->samples));
    if (part->bytes == NULL || part->samples == NULL) {
        return row_fail("out of memory", 0);
    }
    // Its pages are there before it is measured.
    memset(part->bytes, 1, bytes);
    memset(part->samples, 0, part->samples_max * sizeof(*part->samples));
    return 0;
}

static void wait_for(const uint32_t *number, uint32_t count)
{
    while (mp_atomic_load_uint32(number) < count) {
        bench_yield();
    }
}

// Those who are looked for come before those who look for them.
static int join(const struct player *player)
{
    const struct way *way = player->way;
    struct ground *ground = player->ground;
    bool receives = goes_back(player) || !player->produces;
    bool sends = goes_back(player) || player->produces;
    int r = 0;

    if (way->join == NULL) {
        return 0;
    }
    if (receives) {
        r = way->join(player->part.in, true);
    }
    (void) mp_atomic_add_uint32(&ground->opened, 1);
    wait_for(&ground->opened, ground->producers + ground->consumers);
    return r == 0 && sends ? way->join(player->part.out, false) : r;
}

// Nobody leaves before all others have what they were sent.
static void leave(const struct player *player)
{
    struct ground *ground = player->ground;

    (void) mp_atomic_add_uint32(&ground->done, 1);
    while (mp_atomic_load_uint32(&ground->done) <
           ground->producers + ground->consumers) {
        bench_sleep_us(NAP_US);
    }
    if (player->way->leave == NULL) {
        return;
    }
    if (goes_back(player) || !player->produces) {
        player->way->leave(player->part.in, true);
    }
    if (goes_back(player) || player->produces) {
        player->way->leave(player->part.out, false);
    }
}

// ---- what came of it ----

static int compare(const void *left, const void *right)
{
    int64_t a = *(const int64_t *) left;
    int64_t b = *(const int64_t *) right;

    return (a > b) - (a < b);
}

static double part_of(const struct part *part, double share)
{
    size_t at = (size_t) (share * (double) part->sample_count);

    at = at < part->sample_count ? at : part->sample_count - 1;
    return (double) part->samples[at];
}

static double mean_of(const struct part *part)
{
    double sum = 0;

    for (size_t i = 0; i < part->sample_count; i++) {
        sum += (double) part->samples[i];
    }
    return sum / (double) part->sample_count;
}

// One way is half of there and back.
static void tell_latency(const struct player *player)
{
    static const double shares[] = {0.5, 0.99, 0.999};
    const struct part *part = &player->part;
    double *values = player->result->values;
    bool both = player->ground->act == ACT_PING;

    qsort(part->samples, part->sample_count, sizeof(*part->samples), compare);
    values[0] = both ? (double) part->elapsed / (double) part->count / 2
                     : mean_of(part);
    for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
        values[1 + i] = part_of(part, shares[i]) / (both ? 2 : 1);
    }
}

// ---- acting ----

static int send_end(struct player *player)
{
    return player->way->loops->end(&player->part);
}

static int go_back(struct player *player)
{
    const struct way_loops *loops = player->way->loops;
    bool ping = player->ground->act == ACT_PING;

    if (!player->produces) {
        return ping ? loops->echo(&player->part) : loops->answer(&player->part);
    }
    int r = ping ? loops->ping(&player->part) : loops->doze(&player->part);
    if (r == 0) {
        tell_latency(player);
        r = send_end(player);
    }
    return r;
}

// In a lane of many the last one sends the end, behind all others' messages.
static int feed(struct player *player)
{
    struct ground *ground = player->ground;
    int r = 0;

    if (ground->act == ACT_WAIT) {
        bench_sleep_us((unsigned) ((player->part.until - bench_now()) / 1000));
    } else {
        r = player->way->loops->feed(&player->part);
    }
    uint32_t fed = mp_atomic_add_uint32(&ground->fed, 1);
    return r == 0 && (player->way->pairs || fed + 1 == ground->producers)
               ? send_end(player)
               : r;
}

// A consumer who saw the end lets the next one see it.
static int eat(struct player *player)
{
    struct ground *ground = player->ground;
    clock_t before = clock();

    int r = player->way->loops->eat(&player->part);
    player->result->ended = bench_now();
    player->result->count = player->part.count;
    player->result->values[0] =
        (double) (clock() - before) * 1e9 / CLOCKS_PER_SEC;
    uint32_t eaten = mp_atomic_add_uint32(&ground->eaten, 1);
    return r == 0 && !player->way->pairs && eaten + 1 < ground->consumers
               ? send_end(player)
               : r;
}

static int act(struct player *player)
{
    struct ground *ground = player->ground;

    (void) mp_atomic_add_uint32(&ground->ready, 1);
    wait_for(&ground->go, 1);
    player->part.until = ground->until;
    int r = goes_back(player)  ? go_back(player)
            : player->produces ? feed(player)
                               : eat(player);
    if (r == 0) {
        leave(player);
    }
    return r;
}

int player_run(struct ground *ground, const struct way *way, unsigned who,
               struct lane *lanes)
{
    struct player player = {.ground = ground,
                            .way = way,
                            .who = who,
                            .produces = who < ground->producers,
                            .result = &ground->results[who]};

    choose_lanes(&player, lanes);
    int r = pin(&player);
    if (r == 0) {
        r = make_part(&player);
    }
    if (r == 0) {
        r = join(&player);
    }
    if (r == 0) {
        r = act(&player);
    }
    free(player.part.bytes);
    free(player.part.samples);
    return r;
}
