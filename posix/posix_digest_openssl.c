// SPDX-License-Identifier: Apache-2.0
#include "platform/digest.h"

#include <limits.h>
#include <stdbool.h>

#include "platform/fail.h"
#include "platform/platform.h"
#include "posix/posix_crypto.h"

static const EVP_MD *find(const mp_posix_crypto_t *crypto, mp_digest_t digest)
{
    switch (digest) {
    case MP_DIGEST_MD5:
        return crypto->EVP_md5();
    case MP_DIGEST_SHA256:
        return crypto->EVP_sha256();
    case MP_DIGEST_SHA384:
        return crypto->EVP_sha384();
    case MP_DIGEST_SHA3_256:
        return crypto->EVP_sha3_256();
    case MP_DIGEST_SHA3_384:
        return crypto->EVP_sha3_384();
    default:
        return NULL;
    }
}

// libcrypto says clearly that it does not have or may not use something, but
// not always that it found no memory.
static int code_of(unsigned long error)
{
#ifdef ERR_R_UNSUPPORTED
    return ERR_GET_REASON(error) == ERR_R_UNSUPPORTED ? MP_ENOTSUP : MP_ENOMEM;
#else // before OpenSSL 3 it is the other way round
    return ERR_GET_REASON(error) == ERR_R_MALLOC_FAILURE ? MP_ENOMEM
                                                         : MP_ENOTSUP;
#endif
}

static int compute(const mp_posix_crypto_t *crypto, mp_digest_t digest,
                   const void *key, int key_size, const void *text, size_t size,
                   unsigned char *mac)
{
    const EVP_MD *method = find(crypto, digest);
    unsigned used = MP_PLAT_MAC_MOST;

    if (method == NULL) {
        return MP_ENOTSUP;
    }
    // The errors that the program itself has not fetched yet stay its own. Of
    // several the first one is the cause.
    bool none = crypto->ERR_peek_error() == 0;
    (void) crypto->ERR_set_mark();
    const unsigned char *made =
        crypto->HMAC(method, key, key_size, text, size, mac, &used);
    int r = made != NULL ? 0
                         : code_of(none ? crypto->ERR_peek_error()
                                        : crypto->ERR_peek_last_error());
    (void) crypto->ERR_pop_to_mark();
    return r;
}

// libcrypto is asked at first to stay usable until the very end of the process:
// its exit handler would run before the library's finalizers, which use
// connections. A program that brought libcrypto up by itself may have it end
// earlier; then it says so here, while its other functions would crash.
static int compute_locked(mp_digest_t digest, const void *key, int key_size,
                          const void *text, size_t size, unsigned char *mac)
{
    const mp_posix_crypto_t *crypto = NULL;

    int r = mp_posix_crypto_open(&crypto);
    if (r < 0) {
        return r;
    }
    if (crypto->OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL) != 1) {
        return mp__fail(MP_ESYSTEM, 0,
                        "libcrypto cannot be used: it has ended with its "
                        "process, or found no memory when it began");
    }
    r = compute(crypto, digest, key, key_size, text, size, mac);
    return r == 0 ? 0 : mp__fail(r, 0, "libcrypto gives no such HMAC");
}

// The lock is for forks: libcrypto has locks of its own, and one that another
// thread held would stay locked in the child.
int mp_plat_hmac(mp_digest_t digest, const void *key, size_t key_size,
                 const void *text, size_t size,
                 unsigned char mac[MP_PLAT_MAC_MOST])
{
    if (key_size > INT_MAX) {
        return mp__fail(MP_EINVAL, 0, "a key of %zu bytes", key_size);
    }
    mp_plat_lock(MP_PLAT_LOCK_DIGEST);
    int r = compute_locked(digest, key, (int) key_size, text, size, mac);
    mp_plat_unlock(MP_PLAT_LOCK_DIGEST);
    return r;
}
