// SPDX-License-Identifier: Apache-2.0
#include "bench/sync/contend.h"

#include <stdio.h>
#include <string.h>

#include <multiprocessing.h>

#include "bench/common/system.h"
#include "bench/sync/children.h"
#include "bench/sync/processors.h"

const struct quantity contend_rate_quantities[2] = {
    {.suffix = "", .unit = "M/s"},
    {.suffix = "/handoffs", .unit = "k/s"},
};
const struct quantity contend_fair_quantity[1] = {{.suffix = "", .unit = ""}};

// What all processes share.
struct ground {
    struct field field;
    char room[PLACE_ROOM];
};

static struct ground *ground; // one for all rows
static struct place place;    // of the lock that is measured; children have it

static int fail(const struct kind *kind, const char *what)
{
    fprintf(stderr, "%s %s\n", kind->name, what);
    return row_fail("a row cannot be measured", 0);
}

// 0, -1, or 1 if this machine has none of this kind.
static int make(const struct kind *kind)
{
    if (ground == NULL) {
        void *memory = NULL;
        if (mp_shared_alloc(&memory, sizeof(*ground)) < 0) {
            return row_fail_ours("shared memory");
        }
        ground = memory;
    }
    memset(ground, 0, sizeof(*ground));
    ground->field.last = FIELD_NOBODY;
    place = (struct place){.room = ground->room};
    return kind->make(&place);
}

bool contend_has(const struct row *row)
{
    const struct kind *kind = row->data;
    int r = make(kind);

    if (r == 0) {
        kind->unmake(&place);
    }
    if (r < 0) {
        (void) row_left_out(row->name, "it cannot be made");
    }
    return r == 0;
}

int contend_alone(const struct row *row, unsigned count, int64_t *elapsed)
{
    const struct kind *kind = row->data;

    if (make(kind) != 0) {
        return fail(kind, "cannot be made");
    }
    int r = kind->alone(place.at, count, elapsed);
    kind->unmake(&place);
    return r == 0 ? 0 : fail(kind, "failed");
}

int contend_create(const struct row *row, unsigned count, int64_t *elapsed)
{
    const struct kind *kind = row->data;
    int failed = 0;
    int64_t began = bench_now();

    for (unsigned i = 0; i < count; i++) {
        failed |= kind->make(&place);
        kind->unmake(&place);
    }
    *elapsed = bench_now() - began;
    return failed == 0 ? 0 : fail(kind, "cannot be made");
}

// The kinds that a spawned child finds by their names.
static const struct kind *find_kind(const char *name)
{
    static const struct kind *const kinds[] = {
        &kind_lock,
        &kind_rlock,
        &kind_raw_lock,
        &kind_semaphore,
#ifdef _WIN32
        &kind_win32_mutex,
        &kind_win32_semaphore,
#else
        &kind_pthread,
        &kind_robust,
        &kind_sem_t,
        &kind_apr_posixsem,
#if MP_HAVE_BOOST
        &kind_boost,
        &kind_boost_semaphore,
#endif
#endif
    };

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i]->name, name) == 0) {
            return kinds[i];
        }
    }
    return NULL;
}

static int contender(const mp_args_t *args)
{
    const struct kind *kind = find_kind(mp_args_text(args, KIND_ARG_KIND));
    struct field *field =
        mp_shared_pointer((mp_offset_t) mp_args_int(args, KIND_ARG_FIELD));

    if (kind == NULL || field == NULL) {
        return mp_failure(2, "nothing to contend for");
    }
    ground = (struct ground *) (void *) field;
    place.room = ground->room;
    if (kind->find != NULL && kind->find(&place, args) < 0) {
        return mp_failure(3, "the lock is not found");
    }
    processors_share();
    (void) mp_atomic_add_uint32(&field->ready, 1);
    while (mp_atomic_load_uint32(&field->go) == 0) {
        bench_yield();
    }
    unsigned who = (unsigned) mp_args_int(args, KIND_ARG_WHO);
    return kind->among(place.at, field, who) < 0 ? 4 : 0;
}
MP_TARGET(contender)

static int start(struct children *children, const struct kind *kind,
                 unsigned count)
{
    int64_t offset = (int64_t) mp_shared_offset(&ground->field);
    mp_arg_t lock =
        kind->argument == NULL ? MP_INT(0) : kind->argument(place.at);
    int r = 0;

    for (unsigned i = 0; r == 0 && i < count; i++) {
        r = children_start(
            children, contender,
            MP_ARGS(MP_TEXT(kind->name), offset, i, MP_TEXT(place.name), lock));
    }
    return r;
}

// Lets them contend for a time. *elapsed receives how long that was.
static int let_run(struct children *children, unsigned count, unsigned slot_ms,
                   int64_t *elapsed)
{
    struct field *field = &ground->field;
    int r = children_await(children, &field->ready, count);
    int64_t began = bench_now();

    mp_atomic_store_uint32(&field->go, 1);
    if (r == 0) {
        bench_sleep_us(slot_ms * 1000);
    }
    mp_atomic_store_uint32(&field->stop, 1);
    *elapsed = bench_now() - began;
    return r;
}

// Nobody may have been in the field beside another.
static int check(const struct kind *kind, unsigned count)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < count; i++) {
        sum += ground->field.served[i].count;
    }
    return sum == ground->field.number ? 0 : fail(kind, "let two in at once");
}

// The field tells what came of it, until the next one is made.
static int contend(const struct kind *kind, unsigned count, unsigned slot_ms,
                   int64_t *elapsed)
{
    struct children children = {.count = 0};

    if (make(kind) != 0) {
        return fail(kind, "cannot be made");
    }
    int r = start(&children, kind, count);
    if (r == 0) {
        r = let_run(&children, count, slot_ms, elapsed);
    }
    mp_atomic_store_uint32(&ground->field.stop, 1);
    mp_atomic_store_uint32(&ground->field.go, 1);
    r = children_join(&children) < 0 ? -1 : r;
    kind->unmake(&place);
    return r < 0 ? -1 : check(kind, count);
}

int contend_rates(const struct row *row, unsigned slot_ms, double *values)
{
    int64_t elapsed = 0;

    if (contend(row->data, row->number, slot_ms, &elapsed) < 0) {
        return -1;
    }
    double microseconds = (double) elapsed / 1000;
    values[0] = (double) ground->field.number / microseconds;
    values[1] = (double) ground->field.handoffs * 1000 / microseconds;
    return 0;
}

int contend_fairness(const struct row *row, unsigned slot_ms, double *values)
{
    int64_t elapsed = 0;

    if (contend(row->data, row->number, slot_ms, &elapsed) < 0) {
        return -1;
    }
    uint64_t least = UINT64_MAX;
    for (unsigned i = 0; i < row->number; i++) {
        uint64_t served = ground->field.served[i].count;
        least = served < least ? served : least;
    }
    values[0] = (double) least * row->number / (double) ground->field.number;
    return 0;
}
