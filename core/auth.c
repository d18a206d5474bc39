// SPDX-License-Identifier: Apache-2.0
// The messages, as Python has them since 3.12, where nothing else is said:
//
//     challenge  #CHALLENGE#{sha256} and 40 random bytes;
//                before 3.12 #CHALLENGE# and 20 random bytes
//     response   {sha256} and the HMAC of all behind #CHALLENGE#;
//                before 3.12 the HMAC-MD5 of that, as it is
//     verdict    #WELCOME# or #FAILURE#
#include "core/auth.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/process.h"
#include "core/secret.h"
#include "platform/digest.h"
#include "platform/fail.h"

#define CHALLENGE "#CHALLENGE#"
#define WELCOME "#WELCOME#"
#define FAILURE "#FAILURE#"
#define OLD_CHALLENGE_SIZE 20
#define OLD_RESPONSE_SIZE 16

// ---- the policy ----

static int set_policy(mp__auth_policy_t *own, const mp__auth_policy_t *given)
{
    *own = given != NULL ? *given : (mp__auth_policy_t){0};
    if (own->min_digest == MP_DIGEST_DEFAULT) {
        own->min_digest = MP_DIGEST_SHA256;
    }
    size_t least = mp__digest_size(own->min_digest);
    if (own->offer == MP_DIGEST_DEFAULT) {
        own->offer = least > mp__digest_size(MP_DIGEST_SHA256)
                         ? own->min_digest
                         : MP_DIGEST_SHA256;
    }
    if (least == 0 || mp__digest_size(own->offer) == 0) {
        return mp__fail(MP_EINVAL, 0, "no digest has the number %d or %d",
                        (int) own->min_digest, (int) own->offer);
    }
    if (mp__digest_size(own->offer) < least) {
        return mp__fail(MP_EINVAL, 0, "%s is weaker than min_digest, %s",
                        mp__digest_name(own->offer),
                        mp__digest_name(own->min_digest));
    }
    return 0;
}

static int check_digest(const mp__auth_t *auth, mp_digest_t digest, bool old)
{
    if (mp__digest_size(digest) >= mp__digest_size(auth->policy.min_digest)) {
        return 0;
    }
    if (old) {
        return mp__fail(MP_EAUTH, 0,
                        "the peer (Python 3.11 or older) offers only MD5, "
                        "which is refused: min_digest = MP_DIGEST_MD5 allows "
                        "it");
    }
    return mp__fail(
        MP_EAUTH, 0, "the peer offers %s, which is weaker than min_digest, %s",
        mp__digest_name(digest), mp__digest_name(auth->policy.min_digest));
}

// What a peer asks for and this system does not have is the peer's failure: no
// peer can stop a listener by that.
static int mac_of(const mp__auth_t *auth, mp_digest_t digest, const void *text,
                  size_t size, unsigned char *mac)
{
    int r = mp_plat_hmac(digest, auth->key, auth->key_size, text, size, mac);
    if (r == MP_ENOTSUP) {
        r = mp__fail(MP_EAUTH, 0,
                     "the peer offers %s, which this system does not have",
                     mp__digest_name(digest));
    }
    return r;
}

// ---- what is sent ----

static void put(mp__auth_t *auth, const void *bytes, size_t size)
{
    memcpy(auth->message + auth->message_size, bytes, size);
    auth->message_size += size;
}

static int send_challenge(mp__auth_t *auth)
{
    size_t prefix = mp__digest_put_prefix(auth->policy.offer, auth->challenge);
    int r = mp__challenge_make(auth->challenge + prefix,
                               (unsigned char) auth->role);
    if (r < 0) {
        return r;
    }
    auth->challenge_size = prefix + MP__CHALLENGE_SIZE;
    put(auth, CHALLENGE, strlen(CHALLENGE));
    put(auth, auth->challenge, auth->challenge_size);
    auth->state = MP__AUTH_AWAITS_RESPONSE;
    return MP__AUTH_MORE;
}

static int send_response(mp__auth_t *auth, const unsigned char *text,
                         size_t size)
{
    unsigned char mac[MP_PLAT_MAC_MOST];
    mp_digest_t digest = MP_DIGEST_MD5;
    // An old challenge is known by its size, whatever it begins with.
    bool old = size == OLD_CHALLENGE_SIZE;

    if (!old && mp__digest_get_prefix(text, size, &digest) == 0) {
        return mp__fail(MP_EAUTH, 0, "the peer offers a digest that is none");
    }
    int r = check_digest(auth, digest, old);
    if (r == 0) {
        r = mac_of(auth, digest, text, size, mac);
    }
    if (r < 0) {
        return r;
    }
    if (!old) {
        auth->message_size = mp__digest_put_prefix(digest, auth->message);
    }
    put(auth, mac, mp__digest_size(digest));
    auth->state = MP__AUTH_AWAITS_VERDICT;
    return MP__AUTH_MORE;
}

// ---- what is received ----

static int take_challenge(mp__auth_t *auth, const unsigned char *bytes,
                          size_t size)
{
    size_t begin = strlen(CHALLENGE);

    if (size < begin || memcmp(bytes, CHALLENGE, begin) != 0) {
        return mp__fail(MP_EAUTH, 0, "the peer sent no challenge");
    }
    bytes += begin;
    size -= begin;
    if (size < OLD_CHALLENGE_SIZE) {
        return mp__fail(MP_EAUTH, 0, "the peer's challenge is too short");
    }
    int own = mp__challenge_is_own(bytes, size, (unsigned char) auth->role);
    if (own > 0) {
        return mp__fail(MP_EAUTH, 0,
                        "the peer sent this side's own challenge back");
    }
    return own < 0 ? own : send_response(auth, bytes, size);
}

static int check_response(const mp__auth_t *auth, const unsigned char *bytes,
                          size_t size)
{
    unsigned char mac[MP_PLAT_MAC_MOST];
    mp_digest_t digest = MP_DIGEST_MD5;
    bool old = size == OLD_RESPONSE_SIZE;
    size_t begin = old ? 0 : mp__digest_get_prefix(bytes, size, &digest);

    if (!old && (begin == 0 || size - begin != mp__digest_size(digest))) {
        return mp__fail(MP_EAUTH, 0, "the peer sent no response");
    }
    int r = check_digest(auth, digest, old);
    if (r == 0) {
        r = mac_of(auth, digest, auth->challenge, auth->challenge_size, mac);
    }
    if (r == 0 && !mp__same_secret(mac, bytes + begin, size - begin)) {
        r = mp__fail(MP_EAUTH, 0, "the peer has another key");
    }
    mp__wipe(mac, sizeof(mac)); // what would have been right
    return r;
}

static int take_response(mp__auth_t *auth, const unsigned char *bytes,
                         size_t size)
{
    int r = check_response(auth, bytes, size);
    const char *verdict = r == 0 ? WELCOME : FAILURE;

    put(auth, verdict, strlen(verdict));
    if (r == 0 && auth->role == MP__AUTH_LISTENER) {
        auth->state = MP__AUTH_AWAITS_CHALLENGE;
        r = MP__AUTH_MORE;
    }
    return r;
}

static int take_verdict(mp__auth_t *auth, const unsigned char *bytes,
                        size_t size)
{
    if (size != strlen(WELCOME) || memcmp(bytes, WELCOME, size) != 0) {
        return mp__fail(MP_EAUTH, 0,
                        "the peer rejected the response: it has another key, "
                        "or refuses the digest");
    }
    return auth->role == MP__AUTH_CLIENT ? send_challenge(auth) : 0;
}

static int begin_talk(mp__auth_t *auth)
{
    if (auth->role == MP__AUTH_LISTENER || auth->role == MP__AUTH_DELIVER) {
        return send_challenge(auth);
    }
    auth->state = MP__AUTH_AWAITS_CHALLENGE;
    return MP__AUTH_MORE;
}

static int take(mp__auth_t *auth, const unsigned char *bytes, size_t size)
{
    if (size > MP__AUTH_MESSAGE_MOST) {
        return mp__fail(MP_EAUTH, 0, "a message of %zu bytes in a handshake",
                        size);
    }
    switch (auth->state) {
    case MP__AUTH_AWAITS_CHALLENGE:
        return take_challenge(auth, bytes, size);
    case MP__AUTH_AWAITS_RESPONSE:
        return take_response(auth, bytes, size);
    default:
        return take_verdict(auth, bytes, size);
    }
}

// ---- the calls ----

int mp__auth_begin(mp__auth_t *auth, mp__auth_role_t role, const void *key,
                   size_t key_size, const mp__auth_policy_t *policy)
{
    unsigned char mac[MP_PLAT_MAC_MOST];

    memset(auth, 0, sizeof(*auth));
    auth->role = role;
    int r = set_policy(&auth->policy, policy);
    if (r == 0 && key_size > INT_MAX) {
        r = mp__fail(MP_EINVAL, 0, "a key of %zu bytes", key_size);
    }
    if (r == 0) { // whether the system has it
        r = mp_plat_hmac(auth->policy.offer, "", 0, "", 0, mac);
    }
    if (r < 0) {
        return r;
    }
    auth->key = mp__copy_bytes(key, key_size);
    auth->key_size = key_size;
    return auth->key == NULL ? MP_ENOMEM : 0;
}

int mp__auth_next(mp__auth_t *auth, const void *received, size_t received_size,
                  const void **message, size_t *message_size)
{
    *message = NULL;
    *message_size = 0;
    auth->message_size = 0;
    if ((received == NULL) != (auth->state == MP__AUTH_BEGUN) ||
        auth->state == MP__AUTH_OVER) {
        return mp__fail(MP_ESTATE, 0, "the handshake is over, or not begun");
    }
    int r = received == NULL ? begin_talk(auth)
                             : take(auth, received, received_size);
    if (auth->message_size > 0) {
        *message = auth->message;
        *message_size = auth->message_size;
    }
    if (r != MP__AUTH_MORE) {
        mp__auth_end(auth);
    }
    return r;
}

void mp__auth_end(mp__auth_t *auth)
{
    if (auth->key != NULL) {
        mp__wipe(auth->key, auth->key_size);
        free(auth->key);
    }
    auth->key = NULL;
    auth->key_size = 0;
    auth->state = MP__AUTH_OVER;
}
