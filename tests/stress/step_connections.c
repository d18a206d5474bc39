// SPDX-License-Identifier: Apache-2.0
// Connections, killed at every step: on an end that others have, too.
#include "tests/stress/step.h"

#include <string.h>

#include <multiprocessing.h>

#include "platform/link.h"

#define LARGE ((size_t) 1 << 18) // more than fits into a socket

static mp_connection_t *receives;
static mp_connection_t *sends;
static char large[LARGE];

static void make(void)
{
    if (mp_pipe(&receives, &sends, false) < 0) {
        receives = NULL;
        sends = NULL;
    }
}

static void destroy(void)
{
    mp_connection_destroy(receives);
    mp_connection_destroy(sends);
    receives = NULL;
    sends = NULL;
}

static int say(const char *text)
{
    return mp_connection_send_bytes(sends, text, strlen(text), STEP_LIMIT_MS);
}

static bool hear(const char *text)
{
    char heard[20];
    size_t size = 0;

    return mp_connection_recv_bytes(receives, heard, sizeof(heard), &size, 0) ==
               0 &&
           size == strlen(text) && memcmp(heard, text, size) == 0;
}

static bool is_silent(void)
{
    return mp_connection_poll(receives, 0) == MP_ETIMEDOUT;
}

// Where no message goes in one step, who was killed just behind one may be
// taken for one inside of it.
static bool may_be_broken(int r)
{
    return r == MP_ESTATE && mp_plat_link_step == 0;
}

// ---- small messages ----

static void make_with_two(void)
{
    make();
    (void) say("first");
    (void) say("second");
}

// Who looks for the second message sees those behind it, too, and keeps their
// lengths in mind, as does each process that is forked from it then.
static void make_with_two_seen(void)
{
    make();
    (void) say("a message");
    (void) say("another");
    (void) say("first");
    (void) say("second");
    (void) hear("a message");
    (void) hear("another");
}

static void say_first(void)
{
    (void) say("first");
}

static void hear_first(void)
{
    (void) hear("first");
}

static const char *check_sent(void)
{
    int r = say("second");

    if (may_be_broken(r)) {
        return NULL;
    }
    if (r < 0) {
        return "the next message cannot be sent";
    }
    // The first went, or it did not.
    char heard[20];
    size_t size = 0;
    r = mp_connection_recv_bytes(receives, heard, sizeof(heard), &size, 0);
    if (r < 0) {
        return "no message comes";
    }
    if (size == strlen("first") && memcmp(heard, "first", size) == 0) {
        return hear("second") && is_silent() ? NULL : "the next one is lost";
    }
    return size == strlen("second") && memcmp(heard, "second", size) == 0 &&
                   is_silent()
               ? NULL
               : "messages were mixed";
}

static const char *check_received(void)
{
    char heard[20];
    size_t size = 0;
    int r = mp_connection_recv_bytes(receives, heard, sizeof(heard), &size,
                                     STEP_LIMIT_MS);

    if (may_be_broken(r)) {
        return NULL;
    }
    if (r < 0) {
        return "the next message cannot be received";
    }
    if (size == strlen("first") && memcmp(heard, "first", size) == 0 &&
        !hear("second")) {
        return "the second message is lost";
    }
    return is_silent() && say("third") == 0 && hear("third")
               ? NULL
               : "the connection is not as before";
}

// ---- large ones, inside of which somebody can be ----

static void say_large(void)
{
    (void) mp_connection_send_bytes(sends, large, LARGE, MP_FOREVER);
}

static int receive_any(int64_t timeout_ms)
{
    void *bytes = NULL;
    size_t size = 0;

    int r = mp_connection_recv_alloc(receives, &bytes, &size, 0, timeout_ms);
    bool whole = r == 0 && (size == LARGE ? memcmp(bytes, large, LARGE) == 0
                                          : size == strlen("end"));
    mp_free(bytes);
    return r == 0 && !whole ? MP_EPROTO : r;
}

// Looking at all the bytes would be most of its steps.
static void hear_large(void)
{
    void *bytes = NULL;
    size_t size = 0;

    (void) mp_connection_recv_alloc(receives, &bytes, &size, 0, MP_FOREVER);
    mp_free(bytes);
}

static bool is_known(int r)
{
    return r == 0 || r == MP_ESTATE;
}

// Of a large message and a small one it gets all, or learns that there is no
// more to get.
static int hear_all(void)
{
    int r = receive_any(MP_FOREVER);

    return is_known(r) ? 0 : 1;
}

static const char *check_large_sent(void)
{
    int r = say("end");

    return is_known(r) ? NULL : "who sends next neither can nor is told why";
}

static int say_all(void)
{
    int r = mp_connection_send_bytes(sends, large, LARGE, MP_FOREVER);

    if (r == 0) {
        r = mp_connection_send_bytes(sends, "end", strlen("end"), MP_FOREVER);
    }
    return is_known(r) ? 0 : 1;
}

// The large one may have been received in full by who died then.
static const char *check_large_received(void)
{
    int r = receive_any(STEP_LIMIT_MS);

    return is_known(r) ? NULL : "who receives next neither can nor is told why";
}

// ---- shared objects in messages ----

static mp_lock_t *lock;

static void make_with_lock(void)
{
    make();
    if (mp_lock_create(&lock) < 0) {
        lock = NULL;
    }
}

static void destroy_with_lock(void)
{
    mp_lock_destroy(lock);
    lock = NULL;
    destroy();
}

static void send_lock(void)
{
    mp_any_t *value = NULL;

    if (mp_any_shared(&value, lock) == 0) {
        (void) mp_connection_send(sends, value, STEP_LIMIT_MS);
    }
    mp_any_destroy(value);
}

static int receive_lock(void)
{
    mp_any_t *value = NULL;
    mp_lock_t *got = NULL;

    int r = mp_connection_recv(receives, &value, 0);
    if (r == 0) {
        r = mp_any_get_lock(value, &got);
    }
    if (r == 0) {
        r = mp_lock_acquire(got, 0);
        (void) mp_lock_release(got);
    }
    mp_any_destroy(value);
    return r;
}

static void make_with_lock_sent(void)
{
    make_with_lock();
    send_lock();
    mp_lock_destroy(lock); // the message alone has it
    lock = NULL;
}

static void take_lock(void)
{
    (void) receive_lock();
}

static const char *check_lock_came(void)
{
    int r = receive_lock();

    return r == 0 || r == MP_ETIMEDOUT || may_be_broken(r)
               ? NULL
               : "what the message says is not there";
}

static void make_and_destroy(void)
{
    make();
    destroy();
}

const step_op_t step_connection_ops[] = {
    {.name = "makes a pipe and destroys it", .run = make_and_destroy},
    {.name = "sends a message",
     .setup = make,
     .run = say_first,
     .check = check_sent,
     .clear = destroy},
    {.name = "receives a message",
     .setup = make_with_two,
     .run = hear_first,
     .check = check_received,
     .clear = destroy},
    {.name = "receives a message that was seen",
     .setup = make_with_two_seen,
     .run = hear_first,
     .check = check_received,
     .clear = destroy},
    {.name = "sends a large message",
     .setup = make,
     .run = say_large,
     .help = hear_all,
     .check = check_large_sent,
     .clear = destroy,
     .slow = true},
    {.name = "receives a large message",
     .setup = make,
     .run = hear_large,
     .help = say_all,
     .check = check_large_received,
     .clear = destroy,
     .slow = true},
    {.name = "sends a lock",
     .setup = make_with_lock,
     .run = send_lock,
     .check = check_lock_came,
     .clear = destroy_with_lock},
    {.name = "receives a lock",
     .setup = make_with_lock_sent,
     .run = take_lock,
     .check = check_lock_came,
     .clear = destroy_with_lock},
};
const size_t step_connection_count = STEP_COUNT(step_connection_ops);
