// SPDX-License-Identifier: Apache-2.0
// Connections whose ends are shared by processes that are killed at random
// moments: every other one sends, and the others receive. A message arrives
// whole, or all are told that the direction is dead. None of them has a
// timeout, so each that goes on was told or served.
#include "tests/stress/stress.h"

#include <stdlib.h>
#include <string.h>

#include "core/connection.h"
#include "platform/platform.h"

#define SMALL 1000
#define LARGE 300000
#define KICK "kick"
#define PATIENCE_MS 400
#define DRAIN_NS INT64_C(300000000)

#ifdef _WIN32
#define ADDRESS "127.0.0.1:0" // a listener at a pipe does not travel
#else
#define ADDRESS NULL
#endif

static mp_lock_t *lock;

// ---- messages that tell whether they are whole ----

// Its first bytes say how long it is and how the others go on.
typedef struct head {
    uint32_t size;
    uint32_t seed;
} head_t;

static unsigned char byte_of(const head_t *head, size_t at)
{
    return (unsigned char) (head->seed + at * 7 + (at >> 8));
}

static void fill(unsigned char *bytes, head_t head)
{
    for (size_t i = sizeof(head); i < head.size; i++) {
        bytes[i] = byte_of(&head, i);
    }
    memcpy(bytes, &head, sizeof(head));
}

static bool is_whole(const unsigned char *bytes, size_t size)
{
    head_t head;

    if (size == sizeof(KICK)) {
        return memcmp(bytes, KICK, size) == 0;
    }
    if (size < sizeof(head)) {
        return false;
    }
    memcpy(&head, bytes, sizeof(head));
    if (head.size != size) {
        return false;
    }
    for (size_t i = sizeof(head); i < size; i++) {
        if (bytes[i] != byte_of(&head, i)) {
            return false;
        }
    }
    return true;
}

// Where messages go in one step nobody is ever inside of a small one.
static bool may_break(size_t most)
{
    return most > SMALL || mp_plat_link_step == 0;
}

static int judge(int r, size_t most)
{
    return r == 0 || (r == MP_ESTATE && may_break(most)) ? 0 : 1;
}

static int send_one(size_t most, uint64_t *random)
{
    static unsigned char bytes[LARGE];
    head_t head = {(uint32_t) (sizeof(head) + 1 +
                               stress_random(random, most - sizeof(head) - 1)),
                   (uint32_t) stress_random(random, 256)};

    fill(bytes, head);
    return judge(
        mp_connection_send_bytes(stress_ends[1], bytes, head.size, MP_FOREVER),
        most);
}

static int receive_one(size_t most, int64_t timeout_ms)
{
    void *bytes = NULL;
    size_t size = 0;

    int r =
        mp_connection_recv_alloc(stress_ends[0], &bytes, &size, 0, timeout_ms);
    bool whole = r < 0 || is_whole(bytes, size);
    mp_free(bytes);
    if (r == MP_ETIMEDOUT && timeout_ms != MP_FOREVER) {
        return 0;
    }
    return whole ? 2 * judge(r, most) : 3;
}

// A lock of the arena is not handed over: who waits for his turn gets it while
// the others are elsewhere.
static void step_aside(uint64_t *random)
{
    if (stress_random(random, 4) == 0) {
        (void) mp_wait(NULL, 0, 1, NULL);
    }
}

static int exchange(size_t most, uint64_t *random)
{
    step_aside(random);
    return stress_index % 2 == 0 ? send_one(most, random)
                                 : receive_one(most, MP_FOREVER);
}

static int exchange_small(stress_page_t *page, uint64_t *random)
{
    (void) page;
    return exchange(SMALL, random);
}

static int exchange_large(stress_page_t *page, uint64_t *random)
{
    (void) page;
    return exchange(LARGE, random);
}

// ---- in the test's own process ----

static bool make_pipe(stress_page_t *page)
{
    (void) page;
    return mp_pipe(&stress_ends[0], &stress_ends[1], false) == 0;
}

static void destroy_pipe(stress_page_t *page)
{
    (void) page;
    mp_connection_destroy(stress_ends[0]);
    mp_connection_destroy(stress_ends[1]);
    stress_ends[0] = NULL;
    stress_ends[1] = NULL;
}

static mp__lane_t *lane(void)
{
    return &stress_ends[1]->route->lanes[stress_ends[1]->side];
}

static uint32_t broken(void)
{
    return atomic_load(&lane()->broken);
}

// Then nobody needs a kick: one who lives goes on with the other one, or sees
// that he died.
static bool both_are_inside(void)
{
    return atomic_load(&lane()->sending) != 0 &&
           atomic_load(&lane()->receiving) != 0;
}

// The only timeout inside of a message is that of the kick, which ends none
// but those of which nobody was told that they have no end.
static const char *check_pipe(stress_page_t *page)
{
    (void) page;
    stress_spent = broken() != MP__WHOLE;
    return broken() == MP__BROKEN_BY_TIME || broken() == MP__BROKEN_BY_PEER
               ? "the pipe is broken, and not by a death"
               : NULL;
}

// Who is left may wait for those of the other kind.
static bool nobody_receives(stress_page_t *page)
{
    return atomic_load(&page->stop) != 0 ||
           (atomic_load(&page->count) < 4 && atomic_load(&page->dead) == 1);
}

// A sender that waits is woken when half of the room is free again. Others may
// send without end.
static const char *drain(int (*take)(void))
{
    int64_t from = mp_plat_now();

    while (mp_connection_poll(stress_ends[0], 0) == 0 &&
           broken() == MP__WHOLE && mp_plat_now() - from < DRAIN_NS) {
        if (take() != 0) {
            return "what is left in the pipe is wrong";
        }
    }
    return NULL;
}

static const char *kick_by(stress_page_t *page, int (*take)(void),
                           int (*send)(void))
{
    if (both_are_inside()) {
        return check_pipe(page);
    }
    const char *wrong = nobody_receives(page) ? drain(take) : NULL;
    if (!nobody_receives(page) || atomic_load(&page->stop) != 0) {
        (void) send();
    }
    return wrong != NULL ? wrong : check_pipe(page);
}

static int take_one(void)
{
    return receive_one(LARGE, PATIENCE_MS);
}

static int send_kick(void)
{
    return mp_connection_send_bytes(stress_ends[1], KICK, sizeof(KICK), 0);
}

static const char *kick(stress_page_t *page)
{
    return kick_by(page, take_one, send_kick);
}

// ---- values with locks ----

static bool make_pipe_and_lock(stress_page_t *page)
{
    if (mp_lock_create(&lock) < 0) {
        return false;
    }
    stress_publish(page, 0, lock);
    return make_pipe(page);
}

static bool open_lock(stress_page_t *page)
{
    return stress_open(page, 0, MP__TYPE_LOCK, &lock);
}

static void destroy_pipe_and_lock(stress_page_t *page)
{
    destroy_pipe(page);
    mp_lock_destroy(lock);
}

// One that all have, and one that nobody has but the message.
static int make_value(mp_any_t **out)
{
    mp_any_t *items[2] = {NULL, NULL};
    mp_lock_t *fresh = NULL;

    int r = mp_any_list(out, MP_NO_ARGS);
    if (r == 0) {
        r = mp_lock_create(&fresh);
    }
    if (r == 0) {
        r = mp_any_shared(&items[0], lock);
    }
    if (r == 0) {
        r = mp_any_shared(&items[1], fresh);
    }
    for (int i = 0; r == 0 && i < 2; i++) {
        r = mp_any_append(*out, items[i]);
    }
    mp_any_destroy(items[0]);
    mp_any_destroy(items[1]);
    mp_lock_destroy(fresh);
    return r;
}

static int send_value(int64_t timeout_ms)
{
    mp_any_t *value = NULL;

    int r = make_value(&value);
    if (r == 0) {
        r = mp_connection_send(stress_ends[1], value, timeout_ms);
    }
    mp_any_destroy(value);
    return r;
}

static int use_locks(stress_page_t *page, const mp_any_t *value)
{
    mp_lock_t *got[2];

    if (mp_any_get_lock(mp_any_item(value, 0), &got[0]) < 0 ||
        mp_any_get_lock(mp_any_item(value, 1), &got[1]) < 0 || got[0] != lock) {
        return 4;
    }
    if (mp_lock_acquire(got[1], 0) != 0 || mp_lock_release(got[1]) != 0) {
        return 5;
    }
    int r = mp_lock_acquire(got[0], MP_FOREVER);
    if (!stress_acquired(r) || !stress_change_pair(page, r == MP_OWNERDIED)) {
        return 6;
    }
    return mp_lock_release(got[0]) == 0 ? 0 : 7;
}

static int receive_value(stress_page_t *page)
{
    mp_any_t *value = NULL;

    int r = mp_connection_recv(stress_ends[0], &value, MP_FOREVER);
    int wrong = r == 0 ? use_locks(page, value) : 3 * judge(r, SMALL);
    mp_any_destroy(value);
    return wrong;
}

static int exchange_values(stress_page_t *page, uint64_t *random)
{
    step_aside(random);
    return stress_index % 2 == 0 ? judge(send_value(MP_FOREVER), SMALL)
                                 : receive_value(page);
}

// What it holds goes with the pipe.
static int take_value(void)
{
    void *bytes = NULL;
    size_t size = 0;

    int r =
        mp_connection_recv_alloc(stress_ends[0], &bytes, &size, 0, PATIENCE_MS);
    mp_free(bytes);
    return r == MP_ETIMEDOUT ? 0 : judge(r, SMALL);
}

static int send_value_at_once(void)
{
    return send_value(0);
}

static const char *kick_with_value(stress_page_t *page)
{
    return kick_by(page, take_value, send_value_at_once);
}

// ---- listeners ----

static bool make_listener(stress_page_t *page)
{
    (void) page;
    return mp_listener_create(&stress_listener, ADDRESS, NULL) == 0;
}

static void destroy_listener(stress_page_t *page)
{
    (void) page;
    mp_listener_destroy(stress_listener);
    stress_listener = NULL;
}

// Who is at the other side may have been killed anywhere.
static bool has_gone(int r)
{
    return r == MP_EEOF || r == MP_EPROTO || r == MP_ETIMEDOUT;
}

static int talk(mp_connection_t *connection, bool first)
{
    char buffer[5];
    size_t size = 0;

    int r = first
                ? mp_connection_send_bytes(connection, "hello", 5, PATIENCE_MS)
                : 0;
    if (r == 0) {
        r = mp_connection_recv_bytes(connection, buffer, 5, &size, PATIENCE_MS);
    }
    if (r == 0 && (size != 5 || memcmp(buffer, "hello", 5) != 0)) {
        return MP_ESYSTEM;
    }
    return r == 0 && !first
               ? mp_connection_send_bytes(connection, "hello", 5, PATIENCE_MS)
               : r;
}

static int meet(stress_page_t *page, uint64_t *random)
{
    bool accepts = stress_index % 2 == 0;
    mp_connection_t *connection = NULL;

    (void) page;
    (void) random;
    int r = accepts
                ? mp_listener_accept(stress_listener, &connection, PATIENCE_MS)
                : mp_client(&connection, mp_listener_address(stress_listener),
                            NULL, PATIENCE_MS);
    bool known = r == 0 || has_gone(r) || (accepts && r == MP_EAUTH);
    if (r == 0) {
        r = talk(connection, !accepts);
        known = r == 0 || has_gone(r);
    }
    mp_connection_destroy(connection);
    return known ? 0 : -r;
}

const stress_row_t stress_connection_rows[] = {
    {"send small messages", make_pipe, NULL, exchange_small, check_pipe,
     destroy_pipe, kick, NULL},
    {"send large messages", make_pipe, NULL, exchange_large, check_pipe,
     destroy_pipe, kick, NULL},
    {"send locks in values", make_pipe_and_lock, open_lock, exchange_values,
     check_pipe, destroy_pipe_and_lock, kick_with_value, NULL},
    {"connect and accept", make_listener, NULL, meet, NULL, destroy_listener,
     NULL, NULL},
};
const size_t stress_connection_count = STRESS_COUNT(stress_connection_rows);
