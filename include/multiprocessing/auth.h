// SPDX-License-Identifier: Apache-2.0
/**
 * @file auth.h
 * How the two sides of a connection prove to each other that they have the
 * same key: by the handshake of Python's multiprocessing.connection. Each side
 * sends random bytes, a challenge, and the other one answers with their HMAC
 * under the key, which itself is never sent. Python 3.12 and newer names the
 * digest of the HMAC; Python 3.11 and older knows MD5 only.
 *
 * What follows a handshake is neither encrypted nor protected from changes on
 * its way.
 */
#ifndef MP_AUTH_H
#define MP_AUTH_H

/**
 * A digest for the HMAC of a handshake.
 *
 * As `min_digest` it is the weakest one that is accepted, whichever side asks
 * or answers. All digests of its length or longer are accepted: those of 256
 * bits and of 384 bits by default. A peer that is Python 3.11 or older is
 * refused by that with MP_EAUTH, and mp_last_error() says so; MP_DIGEST_MD5
 * accepts it, and every other peer that claims to be that old.
 *
 * Peers of Python ask and answer with SHA-256, so what is longer than 256 bits
 * is for peers that are C.
 */
typedef enum mp_digest {
    MP_DIGEST_DEFAULT = 0, /**< SHA-256 */
    MP_DIGEST_MD5,         /**< broken elsewhere; some systems refuse it */
    MP_DIGEST_SHA256,
    MP_DIGEST_SHA384,
    MP_DIGEST_SHA3_256, /**< not on macOS, nor on Windows before 11 */
    MP_DIGEST_SHA3_384  /**< the same */
} mp_digest_t;

#endif
