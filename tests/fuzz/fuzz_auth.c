// SPDX-License-Identifier: Apache-2.0
// libFuzzer: a handshake whose messages are changed on their way. The first
// byte of the input chooses the roles and the policies; then, for each message,
// one byte says what becomes of it: it arrives, it arrives with a byte changed,
// or in its place what the input has, a byte of size first. Nobody without the
// key can give a right response, so a side that is content has got the other
// one's. Build and run with `sh ci/fuzz.sh [SECONDS]`.
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/auth.h"

#define MOST 300 // more than a message may have

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
    const uint8_t *data;
    size_t size;
};

struct side {
    mp__auth_t auth;
    uint8_t message[MOST];
    size_t size;
    bool deceived; // by a response that is not the other side's
    int result;
};

static uint8_t take_byte(struct input *input)
{
    if (input->size == 0) {
        return 0;
    }
    input->size--;
    return *input->data++;
}

// Whether the message is another one now.
static bool change(struct input *input, uint8_t *message, size_t *size)
{
    uint8_t how = take_byte(input) % 3;

    if (how == 1 && *size > 0) {
        uint8_t bits = take_byte(input);
        message[take_byte(input) % *size] ^= bits;
        return bits != 0;
    }
    if (how == 2) {
        size_t before = *size;
        uint8_t old[MOST];
        memcpy(old, message, before);
        *size = take_byte(input) + (size_t) take_byte(input) % 40;
        for (size_t i = 0; i < *size; i++) {
            message[i] = take_byte(input);
        }
        return *size != before || memcmp(old, message, before) != 0;
    }
    return false;
}

static void go_on(struct side *side, const uint8_t *received, size_t size)
{
    const void *message = NULL;
    // Memory of its own size, so that a step beyond its end is seen.
    uint8_t *copy = received == NULL ? NULL : malloc(size > 0 ? size : 1);

    if (copy != NULL) {
        memcpy(copy, received, size);
    }
    side->result =
        mp__auth_next(&side->auth, copy, size, &message, &side->size);
    if (side->size > 0) {
        memcpy(side->message, message, side->size);
    }
    free(copy);
}

static void pass_on(struct input *input, struct side *from, struct side *to)
{
    uint8_t message[MOST];
    size_t size = from->size;
    bool response = to->auth.state == MP__AUTH_AWAITS_RESPONSE;

    memcpy(message, from->message, size);
    from->size = 0;
    bool changed = change(input, message, &size);
    if (to->result == MP__AUTH_MORE) {
        to->deceived = to->deceived || (response && changed);
        go_on(to, message, size);
        if (to->deceived && to->result >= 0) {
            abort();
        }
    }
}

static bool begin(struct side *side, mp__auth_role_t role, uint8_t policy)
{
    mp__auth_policy_t given = {(mp_digest_t) (policy & 3),
                               (mp_digest_t) (policy >> 2 & 3)};

    side->size = 0;
    side->deceived = false;
    side->result = mp__auth_begin(&side->auth, role, "key", 3, &given);
    if (side->result == 0) {
        go_on(side, NULL, 0);
    }
    return side->result == MP__AUTH_MORE;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    struct side one;
    struct side other;
    uint8_t policies = take_byte(&input);

    bool ready = begin(&one, MP__AUTH_LISTENER, policies & 15);
    ready = begin(&other, MP__AUTH_CLIENT, policies >> 4) && ready;
    // One that has nothing to say may be told something all the same.
    while (ready && (input.size > 0 || one.size > 0 || other.size > 0)) {
        struct side *from = other.size > 0 ? &other : &one;
        pass_on(&input, from, from == &one ? &other : &one);
        if (one.result != MP__AUTH_MORE && other.result != MP__AUTH_MORE) {
            break;
        }
    }
    mp__auth_end(&one.auth);
    mp__auth_end(&other.auth);
    return 0;
}
