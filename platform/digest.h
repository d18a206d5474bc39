// SPDX-License-Identifier: Apache-2.0
// What core asks of a system's cryptography.
#ifndef MP_PLATFORM_DIGEST_H
#define MP_PLATFORM_DIGEST_H

#include <stddef.h>

#include <multiprocessing/auth.h>

#define MP_PLAT_MAC_MOST 48

// The HMAC of a text under a key, as long as the digest is. Neither may be
// NULL, whatever its size; a key of 2 GiB or more is MP_EINVAL. MP_ENOTSUP the
// system has no such digest, or forbids it (MD5 under FIPS); MP_EMFILE,
// MP_ENOMEM.
int mp_plat_hmac(mp_digest_t digest, const void *key, size_t key_size,
                 const void *text, size_t size,
                 unsigned char mac[MP_PLAT_MAC_MOST]);

#endif
