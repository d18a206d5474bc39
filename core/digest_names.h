// SPDX-License-Identifier: Apache-2.0
// The digests of a handshake: their lengths, and the names that Python gives
// them there, in braces before what they are the digest of.
#ifndef MP_CORE_DIGEST_NAMES_H
#define MP_CORE_DIGEST_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include <multiprocessing/auth.h>

#define MP__DIGEST_PREFIX_MOST 10 // "{sha3_256}"

// "sha256"; NULL if there is no such digest.
const char *mp__digest_name(mp_digest_t digest);
// The bytes of one, which is how strong it counts; 0 if there is none.
size_t mp__digest_size(mp_digest_t digest);
// Writes "{sha256}", without a zero behind it: how many bytes that are.
size_t mp__digest_put_prefix(mp_digest_t digest, unsigned char *bytes);
// Reads it: how many bytes that are, 0 if no digest's name stands there.
size_t mp__digest_get_prefix(const unsigned char *bytes, size_t size,
                             mp_digest_t *digest);

#endif
