// SPDX-License-Identifier: Apache-2.0
#include "core/challenge.h"

#include <string.h>

#include "core/secret.h"
#include "platform/digest.h"
#include "platform/platform.h"

#define RANDOM_SIZE 24 // never the same twice
#define MARK_SIZE (MP__CHALLENGE_SIZE - RANDOM_SIZE)
#define SECRET_SIZE 32

// Tells this process's challenges from all others. It has nothing to do with
// any key.
static unsigned char secret[SECRET_SIZE]; // both are guarded by the lock
static bool secret_ready;

static int get_secret(unsigned char copy[SECRET_SIZE])
{
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    bool ready = secret_ready;
    memcpy(copy, secret, SECRET_SIZE);
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    int r = ready ? 0 : mp_plat_random(copy, SECRET_SIZE);
    if (ready || r < 0) {
        return r;
    }
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    if (secret_ready) { // by another thread, in the meantime
        memcpy(copy, secret, SECRET_SIZE);
    } else {
        memcpy(secret, copy, SECRET_SIZE);
        secret_ready = true;
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    return 0;
}

// The mark is an HMAC, cut: random bytes to who does not have the secret.
static int mark_of(const unsigned char *random, unsigned char side,
                   unsigned char mark[MP_PLAT_MAC_MOST])
{
    unsigned char text[RANDOM_SIZE + 1];
    unsigned char copy[SECRET_SIZE];

    int r = get_secret(copy);
    if (r == 0) {
        memcpy(text, random, RANDOM_SIZE);
        text[RANDOM_SIZE] = side;
        r = mp_plat_hmac(MP_DIGEST_SHA256, copy, sizeof(copy), text,
                         sizeof(text), mark);
    }
    mp__wipe(copy, sizeof(copy));
    return r;
}

int mp__challenge_make(unsigned char bytes[MP__CHALLENGE_SIZE],
                       unsigned char side)
{
    unsigned char mark[MP_PLAT_MAC_MOST] = {0};

    int r = mp_plat_random(bytes, RANDOM_SIZE);
    if (r == 0) {
        r = mark_of(bytes, side, mark);
    }
    memcpy(bytes + RANDOM_SIZE, mark, MARK_SIZE);
    return r;
}

int mp__challenge_is_own(const unsigned char *bytes, size_t size,
                         unsigned char side)
{
    unsigned char mark[MP_PLAT_MAC_MOST];

    if (size < MP__CHALLENGE_SIZE) {
        return 0;
    }
    bytes += size - MP__CHALLENGE_SIZE;
    int r = mark_of(bytes, side, mark);
    if (r < 0) {
        return r;
    }
    return mp__same_secret(mark, bytes + RANDOM_SIZE, MARK_SIZE) ? 1 : 0;
}
