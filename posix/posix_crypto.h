// SPDX-License-Identifier: Apache-2.0
// What the library uses of libcrypto. A static library refers to it, and
// programs without handshakes are linked without. A shared library that is
// linked to it would bring it into every program: it loads it at its first use.
#ifndef MP_POSIX_CRYPTO_H
#define MP_POSIX_CRYPTO_H

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#define MP_POSIX_CRYPTO(X)                                                     \
    X(OPENSSL_init_crypto)                                                     \
    X(ERR_peek_error)                                                          \
    X(ERR_peek_last_error)                                                     \
    X(ERR_set_mark)                                                            \
    X(ERR_pop_to_mark)                                                         \
    X(EVP_md5)                                                                 \
    X(EVP_sha256)                                                              \
    X(EVP_sha384)                                                              \
    X(EVP_sha3_256)                                                            \
    X(EVP_sha3_384)                                                            \
    X(HMAC)

typedef struct mp_posix_crypto {
#define MP_POSIX_CRYPTO_MEMBER(name) __typeof__(&name) name;
    MP_POSIX_CRYPTO(MP_POSIX_CRYPTO_MEMBER)
#undef MP_POSIX_CRYPTO_MEMBER
} mp_posix_crypto_t;

// With the lock of digests. MP_ENOTSUP: it is not there, or lacks something.
int mp_posix_crypto_open(const mp_posix_crypto_t **crypto);

#endif
