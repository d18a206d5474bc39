// SPDX-License-Identifier: Apache-2.0
// The handshake, without a connection: two sides of it, and what a peer that is
// old, stupid or hostile may send.
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/auth.h"
#include "core/secret.h"
#include "platform/digest.h"

#define KEY "the key"
#define KEY_SIZE 7
#define BEGIN "#CHALLENGE#"
#define BEGIN_SIZE 11
#define OLD                                                                    \
    {                                                                          \
        .min_digest = MP_DIGEST_MD5                                            \
    }

// ---- one side ----

struct side {
    mp__auth_t auth;
    const unsigned char *message; // the last one it has to send
    size_t size;
    int result;
};

static void go_on(struct side *side, const void *received, size_t size)
{
    const void *message = NULL;

    side->result =
        mp__auth_next(&side->auth, received, size, &message, &side->size);
    side->message = message;
    assert_true((message == NULL) == (side->size == 0));
    assert_true(side->size <= MP__AUTH_MESSAGE_MOST);
    if (side->result != MP__AUTH_MORE) {
        assert_null(side->auth.key);
    }
}

static void begin(struct side *side, mp__auth_role_t role, const char *key,
                  const mp__auth_policy_t *policy)
{
    assert_int_equal(
        mp__auth_begin(&side->auth, role, key, strlen(key), policy), 0);
    go_on(side, NULL, 0);
    assert_int_equal(side->result, MP__AUTH_MORE);
}

static bool sent(const struct side *side, const char *text)
{
    return side->size == strlen(text) &&
           memcmp(side->message, text, side->size) == 0;
}

// What is received lies in memory of its own size, so that a sanitizer sees a
// step beyond its end.
static void feed(struct side *side, const void *bytes, size_t size)
{
    unsigned char *copy = malloc(size > 0 ? size : 1);

    assert_non_null(copy);
    memcpy(copy, bytes, size);
    go_on(side, copy, size);
    free(copy);
}

static void feed_text(struct side *side, const char *text)
{
    feed(side, text, strlen(text));
}

// Everything that both sides have to say, until neither says anything.
static void talk(struct side *one, struct side *other)
{
    while (one->size > 0 || other->size > 0) {
        struct side *speaker = one->size > 0 ? one : other;
        struct side *hearer = one->size > 0 ? other : one;
        unsigned char bytes[MP__AUTH_MESSAGE_MOST];
        size_t size = speaker->size;
        memcpy(bytes, speaker->message, size);
        speaker->size = 0;
        if (hearer->result == MP__AUTH_MORE) {
            feed(hearer, bytes, size);
        }
    }
}

// A side that failed without a word closes the connection.
static void expect_results(struct side *one, struct side *other, int result,
                           int other_result)
{
    talk(one, other);
    assert_int_equal(one->result, result);
    assert_int_equal(other->result, other_result);
    mp__auth_end(&one->auth);
    mp__auth_end(&other->auth);
}

static void expect_refusal(struct side *side, const char *reason)
{
    assert_int_equal(side->result, MP_EAUTH);
    assert_int_equal(mp_last_error()->code, MP_EAUTH);
    if (strstr(mp_last_error()->message, reason) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", mp_last_error()->message,
                 reason);
    }
    // Nothing more is read.
    const void *message;
    size_t size;
    assert_int_equal(
        mp__auth_next(&side->auth, "#WELCOME#", 9, &message, &size), MP_ESTATE);
    assert_null(message);
    mp__auth_end(&side->auth);
}

static size_t response_to(const unsigned char *challenge, size_t size,
                          mp_digest_t digest, bool named,
                          unsigned char response[MP__AUTH_MESSAGE_MOST])
{
    size_t prefix = named ? mp__digest_put_prefix(digest, response) : 0;

    assert_int_equal(
        mp_plat_hmac(digest, KEY, KEY_SIZE, challenge, size, response + prefix),
        0);
    return prefix + mp__digest_size(digest);
}

// ---- sides that know how ----

static void sides_with_one_key_agree(void)
{
    struct side listener;
    struct side client;

    begin(&listener, MP__AUTH_LISTENER, KEY, NULL);
    begin(&client, MP__AUTH_CLIENT, KEY, NULL);
    assert_int_equal(listener.size, 59);
    assert_memory_equal(listener.message, BEGIN "{sha256}", 19);
    assert_null(client.message);
    expect_results(&listener, &client, 0, 0);
}

static void halves_agree(void)
{
    struct side one;
    struct side other;

    begin(&one, MP__AUTH_DELIVER, KEY, NULL);
    begin(&other, MP__AUTH_ANSWER, KEY, NULL);
    expect_results(&one, &other, 0, 0);
}

static void messages_are_python_s(void)
{
    struct side client;
    unsigned char challenge[59];
    unsigned char response[MP__AUTH_MESSAGE_MOST];

    memset(challenge, 'c', sizeof(challenge));
    memcpy(challenge, BEGIN "{sha256}", 19);
    begin(&client, MP__AUTH_CLIENT, KEY, NULL);
    feed(&client, challenge, sizeof(challenge));
    size_t size =
        response_to(challenge + 11, 48, MP_DIGEST_SHA256, true, response);
    assert_int_equal(client.size, 40);
    assert_int_equal(size, 40);
    assert_memory_equal(client.message, response, size);
    feed_text(&client, "#WELCOME#");
    assert_int_equal(client.size, 59);
    size =
        response_to(client.message + 11, 48, MP_DIGEST_SHA256, true, response);
    feed(&client, response, size);
    assert_true(sent(&client, "#WELCOME#"));
    assert_int_equal(client.result, 0);
}

static void expect_key_to_fail(const char *key, const char *other_key)
{
    struct side listener;
    struct side client;

    begin(&listener, MP__AUTH_LISTENER, key, NULL);
    begin(&client, MP__AUTH_CLIENT, other_key, NULL);
    feed(&client, listener.message, listener.size);
    feed(&listener, client.message, client.size);
    assert_true(sent(&listener, "#FAILURE#"));
    expect_refusal(&listener, "another key");
    feed_text(&client, "#FAILURE#");
    assert_null(client.message);
    expect_refusal(&client, "rejected");
}

static void other_keys_are_refused(void)
{
    expect_key_to_fail(KEY, "the Key");
    expect_key_to_fail(KEY, "the key ");
    expect_key_to_fail(KEY, "");
    expect_key_to_fail("", KEY);
}

// The client, too, finds out that its peer does not have the key.
static void listener_without_the_key_is_refused(void)
{
    struct side client;
    unsigned char response[40] = "{sha256}";

    begin(&client, MP__AUTH_CLIENT, KEY, NULL);
    feed_text(&client,
              BEGIN "{sha256}0123456789012345678901234567890123456789");
    feed_text(&client, "#WELCOME#");
    assert_int_equal(client.result, MP__AUTH_MORE);
    feed(&client, response, sizeof(response));
    assert_true(sent(&client, "#FAILURE#"));
    expect_refusal(&client, "another key");
}

static void keys_may_be_empty_or_long(void)
{
    struct side listener;
    struct side client;
    static char key[10000];

    for (int i = 0; i < 2; i++) {
        begin(&listener, MP__AUTH_LISTENER, key, NULL);
        begin(&client, MP__AUTH_CLIENT, key, NULL);
        expect_results(&listener, &client, 0, 0);
        memset(key, 'k', sizeof(key) - 1);
    }
    expect_key_to_fail(key, key + 1);
}

static void many_handshakes_run_at_once(void)
{
    static struct side listeners[50];
    static struct side clients[50];

    for (int i = 0; i < 50; i++) {
        begin(&listeners[i], MP__AUTH_LISTENER, KEY, NULL);
        begin(&clients[i], MP__AUTH_CLIENT, i % 5 == 0 ? "wrong" : KEY, NULL);
    }
    for (int i = 49; i >= 0; i--) {
        feed(&clients[i], listeners[i].message, listeners[i].size);
        listeners[i].size = 0;
    }
    for (int i = 0; i < 50; i++) {
        int result = i % 5 == 0 ? MP_EAUTH : 0;
        expect_results(&listeners[i], &clients[i], result, result);
    }
}

static void challenges_never_repeat(void)
{
    unsigned char seen[20][48];
    struct side side;

    for (int i = 0; i < 20; i++) {
        begin(&side, i % 2 ? MP__AUTH_LISTENER : MP__AUTH_DELIVER, KEY, NULL);
        memcpy(seen[i], side.message + BEGIN_SIZE, 48);
        mp__auth_end(&side.auth);
        for (int k = 0; k < i; k++) {
            assert_memory_not_equal(seen[i] + 8, seen[k] + 8, 24);
            assert_memory_not_equal(seen[i] + 32, seen[k] + 32, 16);
        }
    }
}

static void handshakes_that_are_over_stay_so(void)
{
    struct side side;
    const void *message;
    size_t size;

    assert_int_equal(
        mp__auth_begin(&side.auth, MP__AUTH_CLIENT, KEY, KEY_SIZE, NULL), 0);
    assert_int_equal(mp__auth_next(&side.auth, "x", 1, &message, &size),
                     MP_ESTATE); // it was not begun
    mp__auth_end(&side.auth);
    mp__auth_end(&side.auth);
    assert_int_equal(mp__auth_next(&side.auth, NULL, 0, &message, &size),
                     MP_ESTATE);
    assert_null(message);
}

// ---- policies ----

static const mp_digest_t digests[] = {MP_DIGEST_DEFAULT,  MP_DIGEST_MD5,
                                      MP_DIGEST_SHA256,   MP_DIGEST_SHA384,
                                      MP_DIGEST_SHA3_256, MP_DIGEST_SHA3_384};
#define DIGESTS (sizeof(digests) / sizeof(digests[0]))

static size_t strength(mp_digest_t digest)
{
    return mp__digest_size(digest == MP_DIGEST_DEFAULT ? MP_DIGEST_SHA256
                                                       : digest);
}

// What the policy leaves open is offered as strong as it has to be.
static mp__auth_policy_t policy_of(size_t number)
{
    mp__auth_policy_t policy = {digests[number / DIGESTS],
                                digests[number % DIGESTS]};
    return policy;
}

static size_t offered(const mp__auth_policy_t *policy)
{
    size_t least = strength(policy->min_digest);
    size_t size = strength(policy->offer);

    return policy->offer == MP_DIGEST_DEFAULT && least > size ? least : size;
}

static bool is_possible(const mp__auth_policy_t *policy)
{
    mp__auth_t auth;

    int r = mp__auth_begin(&auth, MP__AUTH_CLIENT, KEY, KEY_SIZE, policy);
    mp__auth_end(&auth);
    if (offered(policy) < strength(policy->min_digest)) {
        assert_int_equal(r, MP_EINVAL);
    } else {
        assert_true(
            r == 0 ||
            (r == MP_ENOTSUP && policy->offer >= MP_DIGEST_SHA3_256) ||
            (r == MP_ENOTSUP && policy->min_digest >= MP_DIGEST_SHA3_256));
    }
    return r == 0;
}

// Each answers by the digest that it is asked for, so both have to be strong
// enough for both.
static void try_policies(const mp__auth_policy_t *one,
                         const mp__auth_policy_t *other)
{
    struct side listener;
    struct side client;

    begin(&listener, MP__AUTH_LISTENER, KEY, one);
    begin(&client, MP__AUTH_CLIENT, KEY, other);
    talk(&listener, &client);
    if (offered(one) < strength(other->min_digest)) {
        assert_int_equal(listener.result, MP__AUTH_MORE);
        expect_refusal(&client, "weaker than min_digest");
    } else if (offered(other) < strength(one->min_digest)) {
        assert_int_equal(client.result, MP__AUTH_MORE);
        expect_refusal(&listener, "weaker than min_digest");
    } else {
        assert_int_equal(listener.result, 0);
        assert_int_equal(client.result, 0);
    }
    mp__auth_end(&listener.auth);
    mp__auth_end(&client.auth);
}

static void policies_meet(void)
{
    size_t tried = 0;

    for (size_t i = 0; i < DIGESTS * DIGESTS; i++) {
        mp__auth_policy_t one = policy_of(i);
        for (size_t k = 0; is_possible(&one) && k < DIGESTS * DIGESTS; k++) {
            mp__auth_policy_t other = policy_of(k);
            if (is_possible(&other)) {
                try_policies(&one, &other);
                tried++;
            }
        }
    }
    assert_true(tried >= 100);
}

static void digests_that_are_none_are_refused(void)
{
    mp__auth_t auth;
    mp__auth_policy_t policy = {.min_digest = (mp_digest_t) 6};

    assert_int_equal(
        mp__auth_begin(&auth, MP__AUTH_CLIENT, KEY, KEY_SIZE, &policy),
        MP_EINVAL);
    policy = (mp__auth_policy_t){.offer = (mp_digest_t) 1000};
    assert_int_equal(
        mp__auth_begin(&auth, MP__AUTH_CLIENT, KEY, KEY_SIZE, &policy),
        MP_EINVAL);
    assert_int_equal(
        mp__auth_begin(&auth, MP__AUTH_CLIENT, KEY, SIZE_MAX, NULL), MP_EINVAL);
}

// A listener of 256 bits hears of what another one would have to.
static void responses_may_be_stronger_than_was_asked_for(void)
{
    struct side side;
    unsigned char response[MP__AUTH_MESSAGE_MOST];

    begin(&side, MP__AUTH_DELIVER, KEY, NULL);
    size_t size = response_to(side.message + BEGIN_SIZE, 48, MP_DIGEST_SHA384,
                              true, response);
    feed(&side, response, size);
    assert_int_equal(side.result, 0);
}

// ---- old peers: Python 3.11 and before ----

static void old_client_is_refused_unless_allowed(void)
{
    mp__auth_policy_t allowed = OLD;
    struct side side;
    unsigned char response[MP__AUTH_MESSAGE_MOST];

    for (int i = 0; i < 2; i++) {
        begin(&side, MP__AUTH_LISTENER, KEY, i == 0 ? NULL : &allowed);
        assert_int_equal(side.size, 59);
        size_t size = response_to(side.message + BEGIN_SIZE, 48, MP_DIGEST_MD5,
                                  false, response);
        feed(&side, response, size);
        if (i == 0) {
            assert_true(sent(&side, "#FAILURE#"));
            expect_refusal(&side, "offers only MD5, which is refused: "
                                  "min_digest = MP_DIGEST_MD5 allows it");
        }
    }
    assert_true(sent(&side, "#WELCOME#"));
    feed_text(&side, BEGIN "01234567890123456789");
    size_t size = response_to((const unsigned char *) "01234567890123456789",
                              20, MP_DIGEST_MD5, false, response);
    assert_int_equal(side.size, size);
    assert_memory_equal(side.message, response, size);
    feed_text(&side, "#WELCOME#");
    assert_int_equal(side.result, 0);
}

// Twenty bytes are old, whatever they begin with.
static void old_listener_is_refused_unless_allowed(void)
{
    mp__auth_policy_t allowed = OLD;
    struct side side;
    unsigned char response[MP__AUTH_MESSAGE_MOST];
    const char *challenge = "{sha256}890123456789";

    begin(&side, MP__AUTH_CLIENT, KEY, NULL);
    feed_text(&side, BEGIN "{sha256}890123456789");
    assert_null(side.message);
    expect_refusal(&side, "Python 3.11 or older");

    begin(&side, MP__AUTH_CLIENT, KEY, &allowed);
    feed_text(&side, BEGIN "{sha256}890123456789");
    size_t size = response_to((const unsigned char *) challenge, 20,
                              MP_DIGEST_MD5, false, response);
    assert_int_equal(side.size, size);
    assert_memory_equal(side.message, response, size);
    feed_text(&side, "#WELCOME#");
    assert_memory_equal(side.message, BEGIN "{sha256}", 19);
    size = response_to(side.message + BEGIN_SIZE, 48, MP_DIGEST_MD5, false,
                       response);
    feed(&side, response, size);
    assert_int_equal(side.result, 0);
}

static void md5_by_its_name_is_md5(void)
{
    mp__auth_policy_t allowed = OLD;
    struct side side;
    unsigned char response[MP__AUTH_MESSAGE_MOST];

    for (int i = 0; i < 2; i++) {
        begin(&side, MP__AUTH_DELIVER, KEY, i == 0 ? NULL : &allowed);
        size_t size = response_to(side.message + BEGIN_SIZE, 48, MP_DIGEST_MD5,
                                  true, response);
        feed(&side, response, size);
        if (i == 0) {
            expect_refusal(&side, "offers md5, which is weaker");
        }
    }
    assert_int_equal(side.result, 0);
}

// ---- malformed and hostile peers ----

static void expect_challenge(const char *text, const char *reason)
{
    mp__auth_policy_t allowed = OLD;
    struct side side;

    begin(&side, MP__AUTH_ANSWER, KEY, &allowed);
    feed_text(&side, text);
    if (reason == NULL) {
        assert_int_equal(side.result, MP__AUTH_MORE);
        mp__auth_end(&side.auth);
        return;
    }
    assert_null(side.message);
    expect_refusal(&side, reason);
}

#define FORTY "0123456789012345678901234567890123456789"
#define HUNDRED FORTY FORTY "01234567890123456789"

static void challenges_that_are_none_are_refused(void)
{
    expect_challenge("", "no challenge");
    expect_challenge("#CHALLENGE", "no challenge");
    expect_challenge("#challenge#{sha256}" FORTY, "no challenge");
    expect_challenge("CHALLENGE#{sha256}" FORTY, "no challenge");
    expect_challenge("#WELCOME#", "no challenge");
    expect_challenge("#FAILURE#", "no challenge");
    expect_challenge(BEGIN, "too short");
    expect_challenge(BEGIN "{sha256}", "too short");
    expect_challenge(BEGIN "0123456789012345", "too short");
    expect_challenge(BEGIN "0123456789012345678", "too short");
    expect_challenge(BEGIN "01234567890123456789", NULL);
    expect_challenge(BEGIN "012345678901234567890", "a digest that is none");
    expect_challenge(BEGIN FORTY, "a digest that is none");
    expect_challenge(BEGIN "{sha1}" FORTY, "a digest that is none");
    expect_challenge(BEGIN "{sha512}" FORTY, "a digest that is none");
    expect_challenge(BEGIN "{SHA256}" FORTY, "a digest that is none");
    expect_challenge(BEGIN "{sha256 }" FORTY, "a digest that is none");
    expect_challenge(BEGIN "{sha256" FORTY, "a digest that is none");
    expect_challenge(BEGIN "sha256}" FORTY, "a digest that is none");
    expect_challenge(BEGIN "{}" FORTY, "a digest that is none");
    expect_challenge(BEGIN "{sha256}0123456789012", NULL);
    expect_challenge(BEGIN "{md5}" FORTY, NULL);
    expect_challenge(BEGIN "{sha384}" FORTY, NULL);
    expect_challenge(BEGIN "{sha256}" HUNDRED HUNDRED
                           "0123456789012345678901234567890123456",
                     NULL); // 256 bytes
    expect_challenge(BEGIN "{sha256}" HUNDRED HUNDRED
                           "01234567890123456789012345678901234567",
                     "257 bytes");
}

// Changes the right response to an own challenge, and sends that.
static void expect_response(size_t size, int flipped, const char *prefix,
                            const char *reason)
{
    mp__auth_policy_t allowed = OLD;
    struct side side;
    unsigned char response[300] = {0};

    begin(&side, MP__AUTH_DELIVER, KEY, &allowed);
    (void) response_to(side.message + BEGIN_SIZE, 48, MP_DIGEST_SHA256, true,
                       response);
    memcpy(response, prefix, strlen(prefix));
    if (flipped >= 0) {
        response[flipped / 8] ^= (unsigned char) (1 << flipped % 8);
    }
    feed(&side, response, size);
    assert_true(sent(&side, reason == NULL ? "#WELCOME#" : "#FAILURE#"));
    if (reason != NULL) {
        expect_refusal(&side, reason);
    }
}

static void responses_that_are_none_are_refused(void)
{
    expect_response(40, -1, "{sha256}", NULL);
    expect_response(0, -1, "", "no response");
    expect_response(8, -1, "", "no response");
    expect_response(15, -1, "", "no response");
    expect_response(16, -1, "", "another key");
    expect_response(17, -1, "", "no response");
    expect_response(20, -1, "", "no response");
    expect_response(39, -1, "", "no response");
    expect_response(41, -1, "", "no response");
    expect_response(256, -1, "", "no response");
    expect_response(32, -1, "xxxxxxxx", "no response");
    expect_response(40, -1, "{sha512}", "no response");
    expect_response(40, -1, "{sha384}", "no response");
    expect_response(40, -1, "#WELCOME#", "no response");
    expect_response(21, -1, "{md5}", "another key");
    expect_response(59, -1, BEGIN, "no response");
}

// The connection is closed without a word, as Python does it.
static void messages_that_are_too_long_are_refused(void)
{
    struct side side;
    unsigned char bytes[257] = "{sha256}";

    begin(&side, MP__AUTH_LISTENER, KEY, NULL);
    feed(&side, bytes, sizeof(bytes));
    assert_null(side.message);
    expect_refusal(&side, "257 bytes");
}

static void responses_with_one_bit_changed_are_refused(void)
{
    for (int bit = 0; bit < 40 * 8; bit++) {
        expect_response(40, bit, "", bit < 64 ? "no response" : "another key");
    }
}

static void verdicts_that_are_none_are_refused(void)
{
    const char *verdicts[] = {"",
                              "#WELCOME",
                              "#WELCOME#x",
                              "#FAILURE#",
                              "#welcome#",
                              "#WELCOME\n",
                              "#CHALLENGE#01234567890123456789"};
    struct side side;

    for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
        begin(&side, MP__AUTH_CLIENT, KEY, NULL);
        feed_text(&side, BEGIN "{sha256}" FORTY);
        feed_text(&side, verdicts[i]);
        assert_null(side.message);
        expect_refusal(&side, "rejected");
    }
}

// Who has no key asks the same of a third side, to hand its response back.
static void nobody_answers_challenges_of_its_own_kind(void)
{
    struct side client;
    struct side victim;
    struct side listener;

    begin(&client, MP__AUTH_CLIENT, KEY, NULL);
    feed_text(&client, BEGIN "{sha256}" FORTY);
    feed_text(&client, "#WELCOME#");
    assert_int_equal(client.size, 59);
    begin(&victim, MP__AUTH_CLIENT, KEY, NULL);
    feed(&victim, client.message, client.size);
    assert_null(victim.message);
    expect_refusal(&victim, "own challenge");

    begin(&listener, MP__AUTH_LISTENER, KEY, NULL);
    begin(&victim, MP__AUTH_CLIENT, KEY, NULL);
    feed(&victim, listener.message, listener.size); // which is right
    assert_int_equal(victim.result, MP__AUTH_MORE);
    mp__auth_end(&listener.auth);
    mp__auth_end(&victim.auth);
    mp__auth_end(&client.auth);
}

static void own_challenges_do_not_come_back(void)
{
    struct side listener;
    unsigned char challenge[59];
    unsigned char response[MP__AUTH_MESSAGE_MOST];

    begin(&listener, MP__AUTH_LISTENER, KEY, NULL);
    memcpy(challenge, listener.message, sizeof(challenge));
    size_t size = response_to(challenge + BEGIN_SIZE, 48, MP_DIGEST_SHA256,
                              true, response);
    feed(&listener, response, size);
    assert_int_equal(listener.result, MP__AUTH_MORE);
    feed(&listener, challenge, sizeof(challenge));
    expect_refusal(&listener, "own challenge");
}

// ---- secrets ----

static void secrets_are_compared_and_wiped(void)
{
    unsigned char one[5] = "abcd";
    unsigned char other[5] = "abcd";

    assert_true(mp__same_secret(one, other, 5));
    assert_true(mp__same_secret(one, other, 0));
    other[4] = 0x80;
    assert_true(mp__same_secret(one, other, 4));
    assert_false(mp__same_secret(one, other, 5));
    mp__wipe(one, 3);
    assert_memory_equal(one, "\0\0\0d", 5);
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

// Bytes at random, always the same: a small stand-in for the fuzzer.
static void random_messages_do_no_harm(void)
{
    struct side side;
    unsigned char bytes[300];
    uint32_t seed = 1;

    for (int round = 0; round < 2000; round++) {
        begin(&side, (mp__auth_role_t) (round % 4 + 1), KEY, NULL);
        while (side.result == MP__AUTH_MORE) {
            size_t size = next_random(&seed) % sizeof(bytes);
            for (size_t i = 0; i < size; i++) {
                bytes[i] = (unsigned char) next_random(&seed);
            }
            if (size > 20 && next_random(&seed) % 2 == 0) {
                memcpy(bytes, BEGIN "{sha256}", 19);
            }
            feed(&side, bytes, size);
        }
        assert_int_equal(side.result, MP_EAUTH);
    }
}

static const struct test tests[] = {
    {"sides with one key agree", sides_with_one_key_agree, TEST_ONCE},
    {"halves agree", halves_agree, TEST_ONCE},
    {"messages are Python's", messages_are_python_s, TEST_ONCE},
    {"other keys are refused", other_keys_are_refused, TEST_ONCE},
    {"a listener without the key is refused",
     listener_without_the_key_is_refused, TEST_ONCE},
    {"keys may be empty, or long", keys_may_be_empty_or_long, TEST_ONCE},
    {"many handshakes run at once", many_handshakes_run_at_once, TEST_ONCE},
    {"challenges never repeat", challenges_never_repeat, TEST_ONCE},
    {"handshakes that are over stay so", handshakes_that_are_over_stay_so,
     TEST_ONCE},
    {"policies meet", policies_meet, TEST_ONCE},
    {"digests that are none are refused", digests_that_are_none_are_refused,
     TEST_ONCE},
    {"responses may be stronger than was asked for",
     responses_may_be_stronger_than_was_asked_for, TEST_ONCE},
    {"an old client is refused unless it is allowed",
     old_client_is_refused_unless_allowed, TEST_ONCE},
    {"an old listener is refused unless it is allowed",
     old_listener_is_refused_unless_allowed, TEST_ONCE},
    {"MD5 by its name is MD5", md5_by_its_name_is_md5, TEST_ONCE},
    {"challenges that are none are refused",
     challenges_that_are_none_are_refused, TEST_ONCE},
    {"responses that are none are refused", responses_that_are_none_are_refused,
     TEST_ONCE},
    {"messages that are too long are refused",
     messages_that_are_too_long_are_refused, TEST_ONCE},
    {"responses with one bit changed are refused",
     responses_with_one_bit_changed_are_refused, TEST_ONCE},
    {"verdicts that are none are refused", verdicts_that_are_none_are_refused,
     TEST_ONCE},
    {"nobody answers challenges of its own kind",
     nobody_answers_challenges_of_its_own_kind, TEST_ONCE},
    {"own challenges do not come back", own_challenges_do_not_come_back,
     TEST_ONCE},
    {"secrets are compared and wiped", secrets_are_compared_and_wiped,
     TEST_ONCE},
    {"random messages do no harm", random_messages_do_no_harm, TEST_ONCE},
};

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv);
    return test_run("authentication", tests, sizeof(tests) / sizeof(tests[0]));
}
